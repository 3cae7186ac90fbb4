"""Browser checks 23 and 25 of ux.md: from a score to a group in three clicks and back to the same place; one A4 page."""

from __future__ import annotations

import re

import pytest

from tests.journeys import browsing

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("journeys")]

ITEM = "已开通微信群"


def place_of(page) -> int:
    """How far down the page stands once everything of it is there."""
    page.wait_for_load_state("networkidle")
    return page.evaluate("window.scrollY")


def test_three_clicks_down_and_back_to_the_same_place(demo, chromium):
    with browsing.at_desk(chromium, demo.portal.url, "kaohe") as page:
        page.goto("/assess/")
        page.locator("td.name a", has_text="琼海").first.click()
        page.evaluate("window.scrollTo(0, 400)")
        page.locator("a.item-link", has_text=ITEM).click()  # 1: the formula
        page.wait_for_url(re.compile(r"\?item=\d+"))
        assert place_of(page) == 400
        address = page.url
        page.locator("#evidence .mini a").first.click()  # 2: the unit below that lacks most
        page.wait_for_url(re.compile("/rows/"))
        below = page.url
        page.locator(
            "main tbody tr:not(:has(td.n:text-is('0'))) a[href*='/rows/']"
        ).first.click()  # 3: a branch
        page.wait_for_url(lambda url: "/rows/" in url and url != below)
        # And its groups: registered one by one, or declared with the account that leads them.
        assert re.search(r"群成员 \d|填报群数 [1-9]", " ".join(page.locator(".facts-card").all_inner_texts()))
        page.go_back()
        page.go_back()
        page.wait_for_url(address)
        assert place_of(page) == 400
        assert page.locator("tr.current", has_text=ITEM).count() == 1
        sheet = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type /Page\b", sheet)) == 1
        browsing.shoot(page, "sheet-back-1366")


def test_without_a_script_the_anchors_lead_to_the_panel_and_back(demo, chromium):
    with browsing.at_desk(chromium, demo.portal.url, "kaohe", java_script_enabled=False) as page:
        page.goto("/assess/")
        page.locator("td.name a", has_text="琼海").first.click()
        page.locator("a.item-link", has_text=ITEM).click()
        assert page.url.endswith("#evidence")
        address = page.url
        page.locator("#evidence .fraction a").first.click()
        page.go_back()
        assert page.url == address
        assert page.locator("#evidence .fraction").count() > 0
