"""axe (WCAG 2.2 AA) on every page of the first day, on a phone and on a small laptop; no sideways scrolling on the phone."""

from __future__ import annotations

import pytest

playwright = pytest.importorskip("playwright.sync_api")

from config.demo_data.offices import LOGINS  # noqa: E402 - needs playwright
from tests.journeys import browsing, successors  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.servers, pytest.mark.xdist_group("journeys")]

PLACES = """
from accounts.models import Account, Expected, Package
from orgs.models import OrgUnit
from reporting.models import ClosedWeek
from scoring.models import Sheet
week = ClosedWeek.objects.published().order_by("year", "number").last().week
unit = OrgUnit.objects.get(code="46-U01")
handed_in = Expected.objects.get(unit__code="46-U01-09-1202").pk
answer = {
    "week": str(week), "unit": unit.pk, "province": unit.parent_id, "sheet": Sheet.objects.get(unit=unit).pk,
    "college": OrgUnit.objects.get(code="46-U01-09").pk, "receipt": handed_in, "package": Package.objects.first().pk,
    "account": Account.objects.filter(unit__code="46-U01-09-1202").first().pk,
}
"""
# person -> pages by name; {places} are filled in
PAGES: dict[str, dict[str, str]] = {
    "": {"login": "/login/"},
    "zhishu": {"tasks": "/collect/", "receipt": "/collect/{receipt}/receipt/", "messages": "/messages/"},
    "xinxi": {"review-college": "/review/", "chase-college": "/urge/", "people-college": "/people/"},
    "haida": {
        "review": "/review/",
        "packages": "/packages/",
        "chase": "/urge/",
        "accounts": "/accounts/",
        "account": "/accounts/{account}/",
        "unit": "/orgs/{unit}/",
        "people": "/people/",
        "messages-university": "/messages/",
        "audit": "/log/",
        "own-week": "/weekly/{week}/{unit}/",
        "own-sheet": "/assess/{sheet}/",
    },
    "shengwei": {
        "packages-province": "/packages/",
        "package": "/packages/{package}/",
        "rounds": "/rounds/",
        "launch": "/rounds/launch/",
        "weekly": "/weekly/",
        "unit-week": "/weekly/{week}/{unit}/",
        "rows": "/weekly/{week}/{province}/rows/covered_members",
        "rows-college": "/weekly/{week}/{college}/rows/covered_members",
        "units": "/orgs/",
        "sheets": "/assess/",
        "sheet": "/assess/{sheet}/",
        "search": "/search/?q=信息",
        "password": "/password/",
    },
}
SIZES = {"390": browsing.PHONE, "1366": browsing.DESK}


@pytest.fixture(scope="module")
def places(demo):
    return demo.portal.ask(PLACES)


def look(page, name: str) -> list[str]:
    """Grave complaints about the page that is open, at both sizes."""
    found = []
    for width, size in SIZES.items():
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
            assert answer.status == 200, f"{name}: {answer.status}"
            found += look(page, name)
    assert found == []


def test_home_of_every_role_is_free_of_grave_faults_and_fits_the_phone(demo, chromium):
    found = []
    for login in LOGINS:
        with browsing.at_desk(chromium, demo.portal.url, login.username) as page:
            assert page.goto("/").status == 200
            found += look(page, f"home-{login.username}")
    assert found == []


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
    assert found == []


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
