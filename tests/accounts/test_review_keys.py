"""Thirty forms by keyboard only (ux.md J2, checks 15 and 16): every key, the focus, undo, the off-switch, the bulk."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect, sync_playwright

from accounts.choices import SubmissionStatus
from accounts.models import CellReturn, Submission
from accounts.operations import review
from config.browser import chromium
from orgs.models import OrgUnit
from tests import cast as cast_module
from tests.accounts.forms import launch, submitted

pytestmark = pytest.mark.browser
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = {"width": 1366, "height": 768}
N_FORMS, N_DOUBTFUL = 30, 9
MOST_KEYS = 150


@dataclass
class Desk:
    """The college's review page in a browser, counting the keys pressed."""

    url: str
    cookie: str
    browser: Browser
    cast: cast_module.Cast
    keys: list[str] = field(default_factory=list)

    def open(self, *, scripts: bool = True) -> Page:
        context = self.browser.new_context(viewport=DESKTOP, java_script_enabled=scripts, locale="zh-CN")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": self.cookie, "url": self.url}])
        page = context.new_page()
        page.goto(self.url + reverse("accounts:list-review"))
        return page

    def press(self, page: Page, *keys: str) -> None:
        for key in keys:
            self.keys.append(key)
            page.keyboard.press(key)

    def go(self, page: Page, key: str) -> None:
        """A key that leads to the next page; there the focus stands in the page's own part, not lost at its top."""
        with page.expect_navigation():
            self.press(page, key)
        page.wait_for_load_state("load")
        where = page.evaluate("document.activeElement.closest('main') ? document.activeElement.id : null")
        assert where in {"subject", "main"}, f"after {key} the focus is nowhere"


@pytest.fixture
def desk(transactional_world, live_server, monkeypatch):
    """Thirty forms on the college's desk, nine of them with something to verify."""
    if not chromium():
        pytest.skip("needs Chromium on the PATH")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's loop runs in the test's thread
    world = transactional_world
    cast = cast_module.build(world)
    round = launch(world, cast)
    for n in range(N_FORMS):
        unit = OrgUnit.objects.create(
            code=f"hnu-law-15{n:02d}",
            parent=world["hnu-law"],
            kind_id="class_branch",
            name=f"法学2015级{n}班团支部",
            line="university",
        )
        unit.bases.create(
            measure="members", count=200, year=2026, source="团支部名册", recorded_at=round.opens_at
        )
        round.expected.create(unit=unit, deadline_at=round.deadline_at)
        contacts = 400 + n if n < N_DOUBTFUL else 41 + n
        submitted(round, OrgUnit.objects.get(pk=unit.pk), by=cast["university"], contacts=contacts)
    client = Client()
    client.force_login(cast["college"])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield Desk(live_server.url, cookie, browser, cast)
        browser.close()


def left() -> int:
    return Submission.objects.filter(status=SubmissionStatus.SUBMITTED, desk__code="hnu-law").count()


@pytest.mark.long
def test_thirty_forms_are_decided_with_keys_alone(desk):
    page = desk.open()
    # Nine with something to verify stand first: returned with reasons 2 and 3, one taken back and passed all the same.
    desk.press(page, "2", "3")
    desk.go(page, "Control+Enter")
    assert left() == N_FORMS - 1
    desk.go(page, "z")
    assert left() == N_FORMS
    desk.go(page, "s")  # later
    desk.go(page, "k")  # and back
    desk.go(page, "a")
    for _n in range(N_DOUBTFUL - 1):
        desk.press(page, "3")
        desk.go(page, "Control+Enter")
    desk.press(page, "r")
    page.wait_for_function("document.activeElement.name === 'reasons'")
    desk.press(page, "r", "x")
    assert page.locator(".queue .current input[name=pick]").is_checked()
    desk.press(page, "x")
    for _n in range(N_FORMS - N_DOUBTFUL):
        desk.go(page, "a")
    assert left() == 0
    expect(page.locator("main")).to_contain_text("没有待审的收集表")
    returned = Submission.objects.filter(status=SubmissionStatus.RETURNED)
    assert returned.count() == N_DOUBTFUL - 1
    assert len(desk.keys) <= MOST_KEYS


def test_clean_ones_go_in_bulk_the_changed_one_is_named_and_all_come_back_with_z(desk):
    page = desk.open()
    changed = Submission.objects.filter(doubts=[]).order_by("pk").first()
    page.locator("[data-check-all]").focus()
    desk.press(page, "Space")
    n_ticked = N_FORMS - N_DOUBTFUL
    expect(page.locator("[data-checked-count]")).to_have_text(str(n_ticked))
    review.return_submission(
        changed.pk, version=changed.version, by=desk.cast["college"], reasons=["nickname"]
    )
    desk.press(page, "Tab")
    desk.go(page, "Enter")
    expect(page.locator(".alert-warning")).to_contain_text(f"“{changed.unit.name}”没有通过")
    expect(page.locator(".review-toast")).to_contain_text(f"已通过 {n_ticked - 1} 份收集表")
    assert left() == N_DOUBTFUL
    desk.go(page, "z")
    assert left() == N_FORMS - 1
    expect(page.locator(".alert-success")).to_contain_text(f"已撤销 {n_ticked - 1} 份")


def test_keys_are_letters_while_typing_and_can_be_switched_off_for_good(desk):
    page = desk.open()
    page.locator("#return-remark").focus()
    page.keyboard.type("axrsz12?/")
    assert page.locator("#return-remark").input_value() == "axrsz12?/"
    page.locator("[name=cells]").first.check()
    page.locator(".mark-why").first.fill("")
    page.keyboard.type("aas")
    assert page.locator(".mark-why").first.input_value() == "aas"
    assert left() == N_FORMS
    page.locator(".masthead details[data-menu] summary").last.click()
    page.locator("[data-hotkeys-switch]").uncheck()
    page.locator("h1").click()
    for key in ("a", "j", "Control+Enter"):
        page.keyboard.press(key)
    page.reload()
    assert page.locator("html").get_attribute("data-hotkeys") == "off"
    for key in ("a", "j", "Control+Enter"):
        page.keyboard.press(key)
    assert left() == N_FORMS
    assert "id=" not in page.url
    page.locator(".masthead details[data-menu] summary").last.click()
    page.locator("[data-hotkeys-switch]").check()
    page.locator("h1").click()
    desk.go(page, "a")
    assert left() == N_FORMS - 1


def test_the_help_names_every_key(desk):
    page = desk.open()
    page.keyboard.press("?")
    panel = page.locator(".keys-panel")
    expect(panel).to_be_visible()
    for key in ("J", "K", "X", "A", "R", "1", "6", "Ctrl", "S", "Z", "/", "?"):
        expect(panel.locator("kbd", has_text=key).first).to_be_visible()


def test_any_cell_goes_back_with_its_reason_without_scripts_too(desk):
    page = desk.open(scripts=False)
    page.locator('[name=cells][value="0:admin_qq"]').check()
    page.locator('[name="why-0:admin_qq"]').fill("QQ号不对")
    page.get_by_role("button", name="退回并看下一份").click()
    found = CellReturn.objects.get()
    assert (found.field, found.remark) == ("admin_qq", "QQ号不对")
    assert left() == N_FORMS - 1


def test_when_the_toast_goes_the_focus_stays(desk):
    page = desk.open()
    page.clock.install()
    desk.go(page, "a")
    toast = page.locator(".review-toast")
    toast.locator("button").focus()
    page.clock.fast_forward(int(toast.get_attribute("data-toast-seconds")) * 1000)
    expect(toast).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "subject"
