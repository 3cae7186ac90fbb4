"""What may come between a secretary and the receipt: no network, a second device, a session that has ended, no storage."""

from __future__ import annotations

import re
import zlib

import pytest

playwright = pytest.importorskip("playwright.sync_api")

from tests.journeys import browsing, successors  # noqa: E402 - needs playwright

pytestmark = [pytest.mark.browser, pytest.mark.servers, pytest.mark.xdist_group("journeys")]

CONTACTS, ACCOUNT = "#id_r0-contacts", "#id_r0-account_id"
RECEIPT = re.compile(r"/receipt/$")
STATE = """
from accounts.models import Expected, Submission
expected = Expected.objects.get(pk=pk)
form = Submission.objects.filter(round=expected.round, unit=expected.unit).first()
steps = form.steps.filter(kind="submitted").count() if form else 0
answer = {"contacts": [row.values.get("contacts") for row in form.rows.all()] if form else [], "submitted": steps}
"""
EVERYBODY_LEAVES = """
from django.contrib.sessions.models import Session
Session.objects.all().delete()
answer = True
"""
NO_STORAGE = (
    "Object.defineProperty(window, 'localStorage', { get: function () { throw new Error('private'); } });"
)


@pytest.fixture
def secretary(demo, request):
    """A new secretary of a branch whose form nobody has begun; one per test."""
    mobile = f"138000{zlib.crc32(request.node.name.encode()) % 100_000:05d}"
    return successors.invite(demo.portal, mobile)


def state(demo, secretary) -> dict:
    return demo.portal.ask(STATE, pk=secretary.expected)


def sign_in(page, secretary) -> None:
    browsing.sign_in(page, secretary.mobile, successors.PASSWORD)


def said(page, text: str) -> None:
    playwright.expect(page.locator("[data-autosave-text]").first).to_contain_text(text)


def test_what_was_typed_offline_survives_and_reaches_the_server(demo, chromium, secretary):
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        successors.accept(phone, secretary)
        phone.context.set_offline(True)
        phone.fill(CONTACTS, "17")
        playwright.expect(phone.locator("[data-offline-bar]")).to_be_visible()
        said(phone, "等待联网")
        browsing.shoot(phone, "form-offline-390")
        phone.context.set_offline(False)
        said(phone, "已自动保存")
        phone.reload()
        playwright.expect(phone.locator(CONTACTS)).to_have_value("17")
    assert state(demo, secretary)["contacts"] == ["17"]


def test_submission_pressed_offline_is_sent_once_and_ends_in_the_receipt(demo, chromium, secretary):
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        successors.accept(phone, secretary)
        successors.fill(phone, tail=secretary.mobile[-4:])
        phone.context.set_offline(True)
        phone.get_by_role("button", name="确认提交").click()
        said(phone, "已存在本机")
        phone.get_by_role("button", name="确认提交").click()
        phone.context.set_offline(False)
        phone.wait_for_url(RECEIPT)
        number = phone.locator(".receipt .num").inner_text()
        phone.go_back()
        phone.goto(f"/collect/{secretary.expected}/")
        playwright.expect(phone.locator(".receipt .num")).to_have_text(number)
    assert state(demo, secretary)["submitted"] == 1


def test_kept_submission_goes_out_after_signing_in_again(demo, chromium, secretary):
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        successors.accept(phone, secretary)
        successors.fill(phone, tail=secretary.mobile[-4:])
        demo.portal.ask(EVERYBODY_LEAVES)
        phone.get_by_role("button", name="确认提交").click()
        phone.wait_for_url(re.compile(r"/login/"))
        phone.fill("[name=username]", secretary.mobile)
        phone.fill("[name=password]", successors.PASSWORD)
        phone.click("form.panel button[type=submit]")
        phone.wait_for_url(RECEIPT)
    assert state(demo, secretary)["submitted"] == 1


def test_values_are_restored_after_the_session_has_ended(demo, chromium, secretary):
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        successors.accept(phone, secretary)
        phone.clock.install()
        demo.portal.ask(EVERYBODY_LEAVES)
        phone.fill(CONTACTS, "23")
        browsing.pause(phone)
        said(phone, "登录已过期")
        phone.reload()
        phone.fill("[name=username]", secretary.mobile)
        phone.fill("[name=password]", successors.PASSWORD)
        phone.click("form.panel button[type=submit]")
        phone.wait_for_url(f"**/collect/{secretary.expected}/")
        playwright.expect(phone.locator(CONTACTS)).to_have_value("23")
        browsing.pause(phone)
        said(phone, "已自动保存")


def test_two_devices_see_both_versions_side_by_side(demo, chromium, secretary):
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        successors.accept(phone, secretary)
        with browsing.at_desk(chromium, demo.portal.url) as desk:
            sign_in(desk, secretary)
            for page in (phone, desk):
                page.clock.install()
            desk.goto(f"/collect/{secretary.expected}/")
            phone.fill(CONTACTS, "11")
            browsing.pause(phone)
            said(phone, "已自动保存")
            desk.fill(CONTACTS, "22")
            browsing.pause(desk)
            said(desk, "核对两份内容")
            desk.get_by_role("button", name="存草稿").click()
            playwright.expect(desk.locator(".pair")).to_contain_text("11")
            playwright.expect(desk.locator(".pair")).to_contain_text("22")
            assert not browsing.complaints_of(desk, "conflict at a desk")
            browsing.shoot(desk, "form-conflict-1366")
            desk.set_viewport_size(browsing.PHONE)
            assert not browsing.complaints_of(desk, "conflict on a phone")
            browsing.shoot(desk, "form-conflict-390")
            desk.get_by_label("已保存的").check()
            desk.get_by_role("button", name="按所选保存").click()
            desk.wait_for_url(re.compile(r"resolved=1"))
            playwright.expect(desk.locator(CONTACTS)).to_have_value("11")
            assert desk.locator("[data-draft-conflict]").is_hidden()
    assert state(demo, secretary)["contacts"] == ["11"]


def test_older_copy_on_the_device_is_compared_and_never_put_over_the_newer_one(demo, chromium, secretary):
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        successors.accept(phone, secretary)
        phone.context.set_offline(True)
        phone.fill(CONTACTS, "31")
        said(phone, "等待联网")
        with browsing.at_desk(chromium, demo.portal.url) as desk:
            sign_in(desk, secretary)
            desk.clock.install()
            desk.goto(f"/collect/{secretary.expected}/")
            desk.fill(CONTACTS, "32")
            browsing.pause(desk)
            said(desk, "已自动保存")
        phone.goto("about:blank")
        phone.context.set_offline(False)
        phone.goto(f"/collect/{secretary.expected}/")
        playwright.expect(phone.locator(CONTACTS)).to_have_value("32")
        phone.get_by_role("button", name="核对两份内容").click()
        playwright.expect(phone.locator(".pair")).to_contain_text("31")
        phone.get_by_role("button", name="全部用本页填写的").click()
        playwright.expect(phone.locator(CONTACTS)).to_have_value("31")
    assert state(demo, secretary)["contacts"] == ["31"]


def test_without_storage_the_form_still_goes_in(demo, chromium, secretary):
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        phone.add_init_script(NO_STORAGE)
        successors.accept(phone, secretary)
        successors.fill(phone, tail=secretary.mobile[-4:])
        phone.get_by_role("button", name="确认提交").dblclick()
        phone.wait_for_url(RECEIPT)
    assert state(demo, secretary)["submitted"] == 1


def test_block_from_a_table_goes_into_the_cells_of_the_grid(demo, chromium, secretary):
    with browsing.at_desk(chromium, demo.portal.url) as desk:
        successors.accept(desk, secretary)
        desk.clock.install()
        desk.get_by_role("link", name="在表格中填写").click()
        desk.wait_for_url(re.compile(r"/grid/$"))
        desk.focus(ACCOUNT)
        desk.evaluate(
            """text => { const data = new DataTransfer(); data.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste",
              { clipboardData: data, bubbles: true, cancelable: true })); }""",
            "class_1201\t海南大学某班团支部微信群\t2\t40\n",
        )
        playwright.expect(desk.locator(CONTACTS)).to_have_value("40")
        playwright.expect(desk.locator("#id_r0-groups")).to_have_value("2")
        assert not browsing.complaints_of(desk, "grid")
        browsing.shoot(desk, "form-grid-1366")
        browsing.pause(desk)
        said(desk, "已自动保存")
    assert state(demo, secretary)["contacts"] == ["40"]
