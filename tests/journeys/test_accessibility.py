"""axe (WCAG 2.2 AA) on every page; on the phone no sideways scrolling and no small target (ux.md, checks 1 to 3)."""

from __future__ import annotations

from itertools import cycle

import pytest

playwright = pytest.importorskip("playwright.sync_api")

from config.demo_data.offices import LOGINS  # noqa: E402 - needs playwright
from tests.journeys import browsing, matrix_pages, successors  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.servers, pytest.mark.xdist_group("journeys")]

PLACES = """
from accounts.models import Account, CollectionRound, Expected, Incident, Package
from orgs.models import OrgUnit
from reporting.models import ClosedWeek
from scoring.models import Sheet
week = ClosedWeek.objects.published().order_by("year", "number").last().week
unit = OrgUnit.objects.get(code="46-U01")
handed_in = Expected.objects.get(unit__code="46-U01-09-1202").pk
answer = {
    "week": str(week), "unit": unit.pk, "province": unit.parent_id, "sheet": Sheet.objects.get(unit=unit).pk,
    "college": OrgUnit.objects.get(code="46-U01-09").pk, "receipt": handed_in, "package": Package.objects.first().pk,
    "incident": Incident.objects.filter(is_grave=True).get().pk, "overdue": CollectionRound.objects.order_by("deadline_at").first().pk,
    "account": Account.objects.filter(unit__code="46-U01-09-1202").first().pk,
}
"""
# person -> pages by name; {places} are filled in. What the walk over the matrix doesn't show: other roles, filters, empty lists.
PAGES: dict[str, dict[str, str]] = {
    "zhishu": {"receipt": "/collect/{receipt}/receipt/", "messages": "/messages/", "forbidden": "/log/"},
    "xinxi": {"review-college": "/review/", "chase-college": "/urge/", "people-none": "/people/?q=没有这样"},
    "haida": {
        "unit": "/orgs/{unit}/",
        "turnover": "/orgs/{unit}/turnover/?closed=2011&opened=2015",
        "search-none": "/search/?q=没有这样",
        "missing": "/orgs/0/",
    },
    "shengwei": {
        "packages-province": "/packages/",
        "weekly": "/weekly/",
        "rows": "/weekly/{week}/{province}/rows/covered_members",
        "units": "/orgs/",
        "incidents": "/incidents/",
        "incident": "/incidents/{incident}/",
        "no-incidents": "/incidents/?state=closed&grave=1",
        "overdue": "/urge/?round={overdue}",
        "sheets": "/assess/",
        "sheet": "/assess/{sheet}/",
        "search": "/search/?q=信息",
    },
}
STATUS = {"forbidden": 403, "missing": 404}
SIZES = {"390": browsing.PHONE, "1366": browsing.DESK}
# Bare pages are light always.
THEME = "theme => { const root = document.documentElement.dataset; if (root.theme === 'auto') root.theme = theme; }"
# The walk over the matrix shows each page to axe once: sizes and themes take turns, so that each meets every component.
TURNS = (("390", "light"), ("1366", "dark"), ("390", "dark"), ("1366", "light"))


@pytest.fixture(scope="module")
def places(demo):
    return demo.portal.ask(PLACES)


def look(page, name: str, widths=tuple(SIZES)) -> list[str]:
    """Grave complaints about the page that is open, at both sizes or those that are wanted."""
    found = []
    for width in widths:
        size = SIZES[width]
        page.set_viewport_size(size)
        browsing.shoot(page, f"{name}-{width}")
        found += browsing.complaints_of(page, f"{name} {width}")
    return found


@pytest.mark.parametrize("username", PAGES)
def test_pages_are_free_of_grave_faults_and_fit_the_phone(demo, places, chromium, username):
    found = []
    with browsing.at_desk(chromium, demo.portal.url, username) as page:
        for name, path in PAGES[username].items():
            answer = page.goto(path.format(**places))
            assert answer.status == STATUS.get(name, 200), f"{name}: {answer.status}"
            found += look(page, name)
    assert found == [], "\n".join(found)


def test_every_page_of_the_matrix_is_free_of_grave_faults_and_fits_the_phone(demo, chromium, request):
    """The first reader who may open a page looks at it; a page that none of them opens is a gap in this test.

    Every second page each day, all with --long.
    """
    unseen = dict(matrix_pages.addresses(matrix_pages.objects(demo.portal)))
    if not request.config.getoption("--long"):
        unseen = dict(list(unseen.items())[::2])
    found, turns = [], cycle(TURNS)
    for username in ("", *matrix_pages.READERS):
        with browsing.at_desk(chromium, demo.portal.url, username) as page:
            for name, candidates in list(unseen.items()):
                address = next((each for each in candidates if opens(page, each)), "")
                if address:
                    page.goto(address)
                    found += glance(page, name.replace(":", "-"), *next(turns))
                    del unseen[name]
    assert found == [], "\n".join(found)
    assert list(unseen) == []


def opens(page, address: str) -> bool:
    """Whether the person who is signed in gets a page there; asked without drawing it, most are refused."""
    answer = page.request.get(address, max_redirects=0)
    return answer.status == 200 and "text/html" in answer.headers["content-type"]


def glance(page, name: str, width: str, theme: str) -> list[str]:
    """What is tight at both sizes, and what is grave for axe at one of them in one theme."""
    found = []
    for each in sorted(SIZES, key=lambda size: size == width):
        page.set_viewport_size(SIZES[each])
        browsing.shoot(page, f"{name}-{each}")
        found += browsing.tightness_of(page, f"{name} {each}")
    page.evaluate(THEME, theme)
    return found + browsing.violations_of(page, f"{name} {width} {theme}")


def test_home_of_every_role_is_free_of_grave_faults_and_fits_the_phone(demo, chromium):
    found = []
    for login in LOGINS:
        with browsing.at_desk(chromium, demo.portal.url, login.username) as page:
            assert page.goto("/").status == 200
            found += look(page, f"home-{login.username}", ["390"])
    assert found == [], "\n".join(found)


def test_the_way_of_the_secretary_is_free_of_grave_faults_and_fits_the_phone(demo, chromium):
    successor = successors.invite(demo.portal, "13800000195")
    with browsing.on_phone(chromium, demo.portal.url) as page:
        page.goto(successor.link)
        found = look(page, "invitation")
        page.set_viewport_size(browsing.PHONE)
        successors.accept(page, successor)
        found += look(page, "form")
        page.set_viewport_size(browsing.PHONE)
        page.fill("#id_r0-contacts", "二十")
        page.get_by_role("button", name="下一步：核对").click()
        playwright.expect(page.locator(".error-summary")).to_be_visible()
        found += look(page, "form-errors")
        successors.fill(page, tail="0195")
        found += look(page, "check")
    assert found == [], "\n".join(found)


def test_a_spoilt_page_is_noticed(demo, chromium):
    """The counter-test: what the tests above look for can be seen."""
    with browsing.at_desk(chromium, demo.portal.url) as page:
        page.set_viewport_size(browsing.PHONE)
        page.goto("/login/")
        page.evaluate("document.querySelectorAll('label').forEach(each => each.remove())")
        page.evaluate("document.querySelector('h1').textContent = 'x'.repeat(400)")
        found = browsing.complaints_of(page, "login")
    assert any(": label " in each for each in found)
    assert any("px wide on a phone" in each for each in found)
