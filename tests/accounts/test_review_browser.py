"""The review page in a real browser: keyboard only, without JavaScript, on a phone, and for screen readers."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect, sync_playwright

from accounts.choices import SubmissionStatus
from accounts.models import Submission
from config.browser import chromium
from orgs.models import OrgUnit
from tests import cast as cast_module
from tests.accounts.forms import launch, submitted

pytestmark = pytest.mark.browser
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
N_CLEAN = 6


@dataclass
class Site:
    """The served portal, with a college reviewer's session."""

    url: str
    cookie: str
    browser: Browser

    def open(self, viewport: dict[str, int] = DESKTOP, *, path: str = "", scripts: bool = True) -> Page:
        context = self.browser.new_context(
            viewport=viewport, java_script_enabled=scripts, has_touch=viewport is PHONE, locale="zh-CN"
        )
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": self.cookie, "url": self.url}])
        page = context.new_page()
        page.goto(self.url + (path or reverse("accounts:list-review")))
        return page


@pytest.fixture
def site(transactional_world, live_server, monkeypatch):
    """Six clean forms and one to verify on the college's desk."""
    if not chromium():
        pytest.skip("needs Chromium on the PATH")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's loop runs in the test's thread
    world = transactional_world
    cast = cast_module.build(world)
    round = launch(world, cast)
    submitted(round, world["hnu-law-1202"], by=cast["university"], contacts=400)
    for n in range(N_CLEAN):
        unit = OrgUnit.objects.create(
            code=f"hnu-law-14{n:02d}",
            parent=world["hnu-law"],
            kind_id="class_branch",
            name=f"高分子材料与工程（中外合作办学）2014级国际{n}班团支部",
            line="university",
        )
        # Between the forms stands nothing else: they were expected from the beginning.
        round.expected.create(unit=unit, deadline_at=round.deadline_at)
        submitted(round, OrgUnit.objects.get(pk=unit.pk), by=cast["university"], contacts=41 + n)
    client = Client()
    client.force_login(cast["college"])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield Site(live_server.url, cookie, browser)
        browser.close()


def left() -> int:
    return Submission.objects.filter(status=SubmissionStatus.SUBMITTED, desk__code="hnu-law").count()


def decided(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)
    page.wait_for_load_state("load")


def test_everything_is_decided_by_keyboard_and_taken_back_with_z(site):
    page = site.open()
    expect(page.locator(".subject h2")).to_have_text("法学2012级2班团支部")
    page.keyboard.press("3")
    page.keyboard.press("2")
    decided(page, "Control+Enter")
    assert Submission.objects.get(unit__code="hnu-law-1202").return_reasons == ["mobile_twice", "above_base"]
    expect(page.locator(".review-toast")).to_contain_text("已退回“法学2012级2班团支部”")
    decided(page, "z")
    expect(page.locator(".subject h2")).to_have_text("法学2012级2班团支部")
    decided(page, "j")
    for _n in range(N_CLEAN):
        decided(page, "a")
    assert left() == 1
    decided(page, "a")
    assert left() == 0
    expect(page.locator("main")).to_contain_text("没有待审的收集表")


def test_keys_are_inert_while_typing_and_can_be_switched_off(site):
    page = site.open()
    page.locator("#return-remark").fill("")
    page.keyboard.type("as123")
    assert page.locator("#return-remark").input_value() == "as123"
    page.locator("h1").click()
    page.locator(".masthead details[data-menu] summary").last.click()
    page.locator("[data-hotkeys-switch]").uncheck()
    page.locator("h1").click()
    page.keyboard.press("a")
    page.reload()
    page.keyboard.press("a")
    page.keyboard.press("Control+Enter")
    assert left() == N_CLEAN + 1


def test_ticking_and_approving_in_bulk(site):
    page = site.open()
    page.locator("[data-check-all]").check()
    expect(page.locator("[data-checked-count]")).to_have_text(str(N_CLEAN))
    with page.expect_navigation():
        page.get_by_role("button", name="批量通过").click()
    expect(page.locator(".review-toast")).to_contain_text(f"已通过 {N_CLEAN} 份")
    assert left() == 1


def test_without_scripts_a_form_is_returned_and_one_approved(site):
    page = site.open(scripts=False)
    page.locator("input[name=reasons]").first.check()
    page.get_by_role("button", name="退回并看下一份").click()
    page.locator("button[formaction]").click()
    assert left() == N_CLEAN - 1


def test_on_a_phone_the_list_comes_first_and_the_form_after_a_tap(site):
    page = site.open(PHONE)
    expect(page.locator(".split-main")).to_be_hidden()
    page.locator(".queue-name").first.tap()
    expect(page.locator(".split-list")).to_be_hidden()
    expect(page.locator(".subject h2")).to_be_visible()
    page.locator(".back-to-list a").tap()
    expect(page.locator(".queue")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1366", "390"])
def test_pages_are_accessible_and_never_wider_than_the_window(site, viewport):
    form = Submission.objects.get(unit__code="hnu-law-1202")
    paths = [
        reverse("accounts:list-review"),
        reverse("accounts:list-review") + f"?id={form.pk}",
        reverse("accounts:chase"),
        reverse("accounts:reminder-texts"),
        reverse("accounts:list-deliveries"),
        reverse("accounts:upload-annex"),
    ]
    page = site.open(viewport)
    for path in paths:
        page.goto(site.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        found = Axe().run(page, options=AXE).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], path
