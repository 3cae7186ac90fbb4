"""帮助 in a browser: from the form to its section on a phone, found without scripts, the card on paper."""

from __future__ import annotations

import re

import pytest

playwright = pytest.importorskip("playwright.sync_api")

from tests.journeys import browsing  # noqa: E402 - needs playwright

pytestmark = [pytest.mark.browser, pytest.mark.servers, pytest.mark.xdist_group("journeys")]

PLACES = """
from accounts.models import Expected
from orgs.models import OrgUnit
branch, college = OrgUnit.objects.get(code="46-U01-09-1202"), OrgUnit.objects.get(code="46-U01-09")
answer = {
    "branch": branch.pk, "college": college.pk, "below": OrgUnit.objects.filter(parent=college, is_open=True).count(),
    "form": Expected.objects.filter(unit=branch, round__closed_at=None, round__is_standing=False).latest("pk").pk,
}
"""


@pytest.fixture(scope="module")
def places(demo):
    return demo.portal.ask(PLACES)


def pages_of(page) -> int:
    """How many sheets of paper the browser prints."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def test_a_secretary_gets_from_the_form_to_what_it_asks_for(demo, places, chromium):
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        browsing.sign_in(phone, "zhishu")
        phone.goto(f"/collect/{places['form']}/")
        phone.get_by_role("link", name="帮助").click()
        phone.wait_for_url("**/help/fill/#*")
        playwright.expect(phone.get_by_role("heading", name="填写收集表")).to_be_in_viewport()
        assert browsing.complaints_of(phone, "manual on a phone") == []


def test_the_manual_is_searched_without_scripts(demo, chromium):
    with browsing.at_desk(chromium, demo.portal.url, "zhishu", java_script_enabled=False) as desk:
        desk.goto("/")
        desk.get_by_role("link", name="本页的帮助").click()
        desk.get_by_label("在手册里找").fill("忘记密码")
        desk.get_by_role("button", name="查找").click()
        desk.get_by_role("link", name="登录和退出").click()
        playwright.expect(desk.get_by_role("heading", name="登录和退出")).to_be_visible()


def test_the_card_is_one_page_and_those_of_a_college_are_two_on_each(demo, places, chromium):
    with browsing.at_desk(chromium, demo.portal.url, "xinxi") as desk:
        desk.goto(f"/help/card/{places['branch']}/")
        assert pages_of(desk) == 1
        desk.goto(f"/help/card/{places['college']}/?below=1")
        assert pages_of(desk) == -(-places["below"] // 2)
