"""The collection form in a browser that runs no script: from the link to the receipt."""

from __future__ import annotations

import re

import pytest

playwright = pytest.importorskip("playwright.sync_api")

from tests.journeys import browsing, successors  # noqa: E402 - needs playwright

pytestmark = [pytest.mark.browser, pytest.mark.servers, pytest.mark.xdist_group("journeys")]


def test_form_goes_from_link_to_receipt_without_scripts(demo, chromium):
    successor = successors.invite(demo.portal, "13800000196")
    with browsing.on_phone(chromium, demo.portal.url, java_script_enabled=False) as phone:
        successors.accept(phone, successor)
        for needs_script in ("button.suggestion", "button[data-step]"):
            assert not phone.locator(needs_script).first.is_visible(), "a button that does nothing is shown"
        phone.get_by_role("button", name="再加一名管理员").first.click()
        phone.get_by_role("button", name="删去这名管理员").click()
        phone.fill("#id_r0-contacts", "二十")
        phone.get_by_role("button", name="下一步：核对").click()
        playwright.expect(phone.locator(".error-summary")).to_contain_text("联系人数")
        assert phone.title().startswith("错误：")
        browsing.shoot(phone, "form-errors-without-scripts-390")
        successors.fill(phone, tail="0196")
        phone.get_by_role("button", name="确认提交").click()
        phone.wait_for_url(re.compile(r"/receipt/"))
        playwright.expect(phone.get_by_role("heading", name="已提交")).to_be_visible()
        number = phone.locator(".receipt .num").inner_text()
        phone.go_back()
        phone.goto(f"/collect/{successor.expected}/")
        playwright.expect(phone.locator(".receipt .num")).to_have_text(number)
