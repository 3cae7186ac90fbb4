"""What ux.md section 7 asks of the secretary's form and no other journey shows; which check is where: tests/journeys/__init__.py."""

from __future__ import annotations

import re
import zlib

import pytest

playwright = pytest.importorskip("playwright.sync_api")

from tests.journeys import browsing, successors  # noqa: E402 - needs playwright

pytestmark = [pytest.mark.browser, pytest.mark.servers, pytest.mark.xdist_group("journeys")]

CONTACTS, MOBILE = "#id_r0-contacts", "#id_r0-admin_mobile"
CHECK, RECEIPT = re.compile(r"/check/(#|$)"), re.compile(r"/receipt/$")
NO_STORAGE = (
    "Object.defineProperty(window, 'localStorage', { get: function () { throw new Error('private'); } });"
)
NOTES = """
window.notes = [];
document.addEventListener("DOMContentLoaded", () => {
  const line = document.querySelector("[data-autosave-text]");
  if (line) new MutationObserver(() => window.notes.push(line.textContent)).observe(line, { childList: true });
});
"""
SUBMITTED = """
from accounts.models import Expected, Submission
expected = Expected.objects.get(pk=pk)
forms = Submission.objects.filter(round=expected.round, unit=expected.unit)
answer = [form.steps.filter(kind="submitted").count() for form in forms]
"""
SET_DEADLINE = """
from datetime import timedelta
from accounts.models import Expected
from orgs.kernel import clock
answer = Expected.objects.filter(pk=pk).update(deadline_at=clock.now() + timedelta(seconds=seconds))
"""
RETURN = """
from accounts.models import Expected, Submission
from accounts.operations import review
from orgs.models import Appointment
expected = Expected.objects.get(pk=pk)
form = Submission.objects.get(round=expected.round, unit=expected.unit)
reviewer = Appointment.objects.in_force().filter(unit=form.desk).first().user
review.return_submission(form.pk, version=form.version, by=reviewer, reasons=["mobile_twice", "above_base"])
answer = True
"""


@pytest.fixture
def secretary(demo, request):
    """A new secretary of a branch whose form nobody has begun; one per test."""
    mobile = f"138000{zlib.crc32(request.node.name.encode()) % 100_000:05d}"
    return successors.invite(demo.portal, mobile)


def submissions(demo, secretary) -> list[int]:
    """How often each form of the branch was handed in."""
    return demo.portal.ask(SUBMITTED, pk=secretary.expected)


def hand_in(page) -> str:
    """Press 确认提交; the number on the receipt."""
    page.get_by_role("button", name="确认提交").click()
    page.wait_for_url(RECEIPT)
    return page.locator(".receipt .num").inner_text()


def test_without_storage_one_quiet_note_says_so(demo, chromium, secretary):
    """Check 7."""
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        phone.add_init_script(NO_STORAGE + NOTES)
        successors.accept(phone, secretary)
        line = phone.locator("[data-autosave-text]").first
        phone.clock.install()
        for contacts in ("1", "12"):
            phone.fill(CONTACTS, contacts)
            browsing.pause(phone)
            playwright.expect(line).to_contain_text("已自动保存")
            phone.wait_for_function("notes.length && /已自动保存/.test(notes[notes.length - 1])")
        notes = phone.evaluate("notes")
        assert len([note for note in notes if "本机不能保存草稿" in note]) == 1, notes
        successors.fill(phone, tail=secretary.mobile[-4:])
        hand_in(phone)
    assert submissions(demo, secretary) == [1]


def test_two_tabs_and_a_double_click_end_on_one_receipt(demo, chromium, secretary):
    """Check 8."""
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        successors.accept(phone, secretary)
        successors.fill(phone, tail=secretary.mobile[-4:])
        second = phone.context.new_page()
        second.goto(phone.url)
        phone.get_by_role("button", name="确认提交").dblclick()
        phone.wait_for_url(RECEIPT)
        assert hand_in(second) == phone.locator(".receipt .num").inner_text()
    assert submissions(demo, secretary) == [1]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_going_back_keeps_what_was_typed_and_sends_nothing_again(demo, chromium, secretary, scripts):
    """Check 9."""
    with browsing.on_phone(chromium, demo.portal.url, java_script_enabled=scripts) as phone:
        dialogs = []
        phone.on("dialog", lambda dialog: dialogs.append(dialog.message) or dialog.dismiss())
        successors.accept(phone, secretary)
        successors.fill(phone, tail=secretary.mobile[-4:])
        phone.go_back()
        playwright.expect(phone.locator(CONTACTS)).to_have_value("20")
        playwright.expect(phone.locator(MOBILE)).to_have_value(f"1380000{secretary.mobile[-4:]}")
        phone.get_by_role("button", name="下一步：核对").click()
        phone.wait_for_url(CHECK)
        number = hand_in(phone)
        phone.go_back()
        phone.reload()
        phone.wait_for_url(RECEIPT)
        playwright.expect(phone.locator(".receipt .num")).to_have_text(number)
        assert dialogs == []
    assert submissions(demo, secretary) == [1]


def test_two_wrong_fields_are_named_linked_and_described(demo, chromium, secretary):
    """Check 10."""
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        successors.accept(phone, secretary)
        successors.type_in(phone, tail=secretary.mobile[-4:], contacts="二十", admin_mobile="1380000012")
        phone.get_by_role("button", name="下一步：核对").click()
        playwright.expect(phone.locator("[role=alert].error-summary")).to_be_focused()
        assert phone.title().startswith("错误：")
        links = phone.locator(".error-summary li a")
        assert [links.nth(at).get_attribute("href") for at in range(links.count())] == [CONTACTS, MOBILE]
        for at, field in enumerate((CONTACTS, MOBILE)):
            link, box = links.nth(at), phone.locator(field)
            playwright.expect(box).to_have_attribute("aria-invalid", "true")
            described = (box.get_attribute("aria-describedby") or "").split()
            said = phone.locator(
                f"#{next(each for each in described if each.endswith('_error'))}"
            ).inner_text()
            label = phone.locator(f"label[for={field[1:]}]").inner_text().split()[0]
            assert link.inner_text() == f"{label}：{said.strip()}"
            link.click()
            playwright.expect(box).to_be_focused()


def test_deadline_that_passes_while_the_form_is_open_is_said_and_nothing_is_lost(demo, chromium, secretary):
    """Check 12; that the round is closed meanwhile: tests/accounts/test_draft_conflicts.py."""
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        successors.accept(phone, secretary)
        demo.portal.ask(SET_DEADLINE, pk=secretary.expected, seconds=600)
        phone.clock.install()
        phone.reload()
        phone.fill(CONTACTS, "21")
        said = phone.locator(".alert-warning", has_text="仍可提交，将记为迟报")
        phone.clock.fast_forward("09:30")
        playwright.expect(phone.locator("[data-autosave-text]").first).to_contain_text("已自动保存")
        playwright.expect(said).to_be_hidden()
        phone.fill(CONTACTS, "22")
        demo.portal.ask(SET_DEADLINE, pk=secretary.expected, seconds=0)  # the server's clock cannot skip
        phone.clock.fast_forward("00:30")
        playwright.expect(said).to_be_visible()
        playwright.expect(said).to_contain_text("如有困难请联系")
        playwright.expect(phone.locator("[data-autosave-text]").first).to_contain_text("已自动保存")
        phone.reload()
        playwright.expect(phone.locator(CONTACTS)).to_have_value("22")
        playwright.expect(said).to_contain_text("草稿已保留")
        successors.fill(phone, tail=secretary.mobile[-4:])
        hand_in(phone)
        playwright.expect(phone.locator("main")).to_contain_text("记为迟报")


def test_returned_form_is_the_first_line_of_home_with_its_reasons_and_one_tap_from_the_field(
    demo, chromium, secretary
):
    """Check 17: the reasons of the keys 2 and 3."""
    with browsing.on_phone(chromium, demo.portal.url) as phone:
        successors.accept(phone, secretary)
        successors.fill(phone, tail=secretary.mobile[-4:])
        hand_in(phone)
        phone.goto("/")
        demo.portal.ask(RETURN, pk=secretary.expected)
        phone.reload()
        first = phone.locator(".todo li").first
        playwright.expect(first).to_contain_text("手机重复")
        playwright.expect(first).to_contain_text("人数超团员数")
        playwright.expect(first).to_be_in_viewport()
        browsing.shoot(phone, "home-returned-390")
        first.get_by_role("link").click()
        phone.wait_for_url(f"**/collect/{secretary.expected}/#*")
        playwright.expect(phone.locator(MOBILE)).to_be_focused()
        playwright.expect(phone.locator(MOBILE)).to_be_in_viewport()
        browsing.shoot(phone, "form-returned-390")
