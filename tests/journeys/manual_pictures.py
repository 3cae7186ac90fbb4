"""`.ci/pictures`: the pictures of the manual, taken anew from the demo with the real browser. No test.

What is to be seen are the made-up people and figures of the demo, masked as the portal masks them.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from config.browser import chromium
from tests.journeys import browsing, successors
from tests.journeys.portal import ROOT, Portal

PICTURES = ROOT / "config" / "static" / "manual"
QUALITY = 60  # percent; WebP
DESK = browsing.DESK
PHONE = {"width": 390, "height": 760}
MOBILE = "13800000187"
# Some samples for the inspector; the demo assigns none.
PLACES = """
from orgs.models import OrgUnit, User
from reporting.models import Bulletin
from reporting.operations import draw_assigning, draws
from reporting.operations.draw_frames import Plan
from scoring.models import Sheet
leader, inspector = User.objects.get(username="shengwei"), User.objects.get(username="kaohe")
drawn = draws.draw_sample(Plan(title="第一次抽查", scope=OrgUnit.objects.get(code="469002"), size=5), by=leader)
draw_assigning.assign_inspectors(drawn.pk, [inspector.pk], by=leader)
answer = {
    "bulletin": Bulletin.objects.published().filter(unit__code="46").latest("pk").pk,
    "sheet": Sheet.objects.filter(unit__code="469002").latest("pk").pk,
}
"""
# person -> picture -> page
AT_DESK = {
    "xinxi": {"review": "/review/"},
    "haida": {"chase": "/urge/", "invite": "/people/invite/", "home-university": "/"},
    "shengwei": {"weekly": "/weekly/", "bulletin": "/bulletins/{bulletin}/", "sheet": "/assess/{sheet}/"},
    "guanli": {"status": "/status/"},
}
ON_PHONE = {"zhishu": {"home-secretary": "/"}, "kaohe": {"samples": "/spot/mine/"}}


def take_all(folder: str) -> None:
    """Every picture of the demo in this folder, under the names by which `templates/help/` asks for them."""
    portal = Portal(Path(folder))
    places = portal.ask(PLACES)
    successor = successors.invite(portal, MOBILE)
    with portal.running(), sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        for size, people in ((DESK, AT_DESK), (PHONE, ON_PHONE)):
            for username, pages in people.items():
                with _page(browser, portal.url, size) as page:
                    browsing.sign_in(page, username)
                    for name, path in pages.items():
                        page.goto(path.format(**places))
                        shoot(page, name)
        with _page(browser, portal.url, PHONE) as page:
            _way_of_the_secretary(page, successor)
        browser.close()


def _way_of_the_secretary(page: Page, successor: successors.Successor) -> None:
    page.goto(successor.link)
    shoot(page, "invitation")
    successors.accept(page, successor)
    shoot(page, "form")
    successors.fill(page, tail=MOBILE[-4:])
    page.get_by_role("button", name="确认提交").click()
    page.wait_for_url("**/receipt/**")
    shoot(page, "receipt")


@contextmanager
def _page(browser: Browser, address: str, size: dict[str, int]) -> Iterator[Page]:
    context = browser.new_context(base_url=address, locale="zh-CN", viewport=size, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def shoot(page: Page, name: str) -> None:
    """What stands on the screen, as WebP: the browser writes it itself."""
    page.wait_for_load_state("networkidle")
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    data = base64.b64decode(shot["data"])
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / f"{name}.webp").write_bytes(data)
    print(f"{name}.webp {len(data) // 1024} KB")  # noqa: T201 - a command
