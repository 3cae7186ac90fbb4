"""From the invitation link to the cell of the Excel file, in a real browser on the loaded demo (ux.md, check 4)."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest

from config.demo_data.load import INVITED
from config.demo_data.tree import INVITED_UNIT

playwright = pytest.importorskip("playwright.sync_api")

from tests.journeys import browsing  # noqa: E402 - needs playwright

pytestmark = [pytest.mark.browser, pytest.mark.servers, pytest.mark.xdist_group("journeys")]

PROVINCE, UNIVERSITY = "46", "46-U01"
YEAR = 2026
DECLARED = 33  # members in the branch's group
ITEM, COVERAGE = "2.2", "2.2.a"
NEXT_MONDAY, MONDAY_AFTER = "2026-11-23T10:00:00+08:00", "2026-11-30T10:00:00+08:00"
MOST_TAPS, MOST_TYPED, MOST_SECONDS = 10, 6, 180

CLOSE = """
from datetime import datetime
from django.core.management import call_command
from orgs.kernel import clock
clock.shift_to(datetime.fromisoformat(moment))
call_command("close_week")
call_command("compute_sheets", year=year)
from reporting.models import ClosedWeek, WeekUnit
week = ClosedWeek.objects.published().order_by("year", "number").last()
rows = WeekUnit.objects.filter(week=week, code__in=codes)
figures = ("sub_covered_members", "sub_covered_capped", "sub_unreported", "sub_approved")
answer = {"week": str(week.week), "ids": {row.code: row.unit_id for row in rows}}
answer |= {row.code: {name: getattr(row, name) for name in figures} for row in rows}
"""
# The assessment base of the university is set so that this one form makes the difference between two bands. How many
# are covered when the week is over is found by closing it in a transaction that is taken back.
SET_BASE = """
from datetime import datetime
from django.db import transaction
from orgs.choices import Measure
from orgs.kernel import clock
from orgs.models import OrgUnit, User
from orgs.operations.bases import record_base
from reporting.models import WeekUnit
from reporting.operations.weekly import close_week
week = clock.Week.current()
with transaction.atomic():
    with clock.frozen(datetime.fromisoformat(monday)):
        closed = close_week(week)
    covered = WeekUnit.objects.get(week=closed, code=university).sub_covered_members
    had = WeekUnit.objects.get(week=closed, code=branch).sub_covered_members
    transaction.set_rollback(True)
base = (covered + declared - had) * 10 // 7
unit, leader = OrgUnit.objects.get(code=university), User.objects.get(username="shengwei")
record_base(unit, measure=Measure.MEMBERS_2012, count=base, year=2012, source="省团内统计年报", by=leader)
answer = {"covered": covered, "rise": declared - had, "base": base}
"""


@pytest.fixture
def set_up(own_demo):
    """The assessment base of the university, what is covered before anything happens, and what the form will add."""
    return own_demo.portal.ask(
        SET_BASE, university=UNIVERSITY, branch=INVITED_UNIT, declared=DECLARED, monday=NEXT_MONDAY
    )


def test_one_form_goes_from_the_invitation_to_the_cell_of_the_excel_file(
    own_demo, set_up, chromium, tmp_path
):
    portal, thumb = own_demo.portal, browsing.Thumb()
    with browsing.on_phone(chromium, portal.url) as phone:
        accept_invitation(phone, own_demo.invitation_path, thumb)
        fill_form(phone, thumb)
        hand_in(phone, thumb)
    said = f"{thumb.taps} taps, {len(thumb.typed)} typed fields, {thumb.keys} keys: {thumb.seconds:.0f} s"
    sys.stdout.write(f"\nsecretary: {said} {thumb.typed}\n")
    assert thumb.taps <= MOST_TAPS
    assert len(thumb.typed) <= MOST_TYPED
    assert thumb.seconds <= MOST_SECONDS

    before = close(portal, NEXT_MONDAY)
    with browsing.at_desk(chromium, portal.url, "haida") as desk:
        low = read_sheet(desk, set_up["covered"], set_up["base"], tmp_path / "before.xlsx")
    for username in ("xinxi", "haida"):
        with browsing.at_desk(chromium, portal.url, username) as desk:
            approve(desk, "信息科学技术2013级2班团支部")
            if username == "haida":
                report(desk)

    after = close(portal, MONDAY_AFTER)
    assert (before["week"], after["week"]) == ("2026-W47", "2026-W48")
    for code in (PROVINCE, UNIVERSITY):
        risen = {name: after[code][name] - before[code][name] for name in after[code]}
        assert risen == {
            "sub_covered_members": set_up["rise"],
            "sub_covered_capped": set_up["rise"],
            "sub_unreported": -before[INVITED_UNIT]["sub_unreported"],
            "sub_approved": 1,
        }
    assert after[INVITED_UNIT]["sub_covered_members"] == DECLARED
    assert set_up["rise"] > 0
    with browsing.at_desk(chromium, portal.url, "shengwei") as desk:
        sees_the_rise(desk, after)
    with browsing.at_desk(chromium, portal.url, "haida") as desk:
        covered = set_up["covered"] + set_up["rise"]
        high = read_sheet(desk, covered, set_up["base"], tmp_path / "after.xlsx")
    assert high - low == Decimal("0.4"), "from below 70 % (-0.2) to 70 % (0.2)"


def accept_invitation(page, path: str, thumb) -> None:
    page.goto(path)
    assert INVITED[0] not in page.content(), "the link shows a name in full to whoever opens it"
    assert INVITED[1] not in page.content()
    browsing.shoot(page, "invitation-390")
    thumb.type(page.locator("[name=mobile_tail]"), INVITED[1][-4:])
    thumb.type(page.locator("[name=password]"), "lin-yin-dao-1302")
    thumb.tap(page.get_by_role("button", name="是我，开始填报"))


def fill_form(page, thumb) -> None:
    page.wait_for_url("**/collect/**")
    browsing.shoot(page, "form-390")
    account = page.locator("#id_r0-account_id")
    if not account.input_value():
        thumb.type(account, "xinxi_1302")
    suggestion = page.locator("button.suggestion")
    if suggestion.is_visible():
        thumb.tap(suggestion)
    assert page.locator("#id_r0-account_nickname").input_value()
    thumb.type(page.locator("#id_r0-contacts"), str(DECLARED))
    playwright.expect(page.locator("[data-coverage]")).to_contain_text("97.0%")
    if page.locator("#id_r0-admin_name").input_value() != INVITED[0]:
        thumb.tap(page.get_by_role("switch"))
    assert page.locator("#id_r0-admin_name").input_value() == INVITED[0]
    assert page.locator("#id_r0-admin_mobile").input_value() == INVITED[1]
    thumb.type(page.locator("#id_r0-admin_wechat"), "lin_xinsheng")
    browsing.shoot(page, "form-filled-390")
    thumb.tap(page.get_by_role("button", name="下一步：核对"))


def hand_in(page, thumb) -> None:
    page.wait_for_url("**/check/")
    playwright.expect(page.locator("dl.answers").first).to_contain_text(str(DECLARED))
    browsing.shoot(page, "check-390")
    thumb.tap(page.get_by_role("button", name="确认提交"))
    page.wait_for_url("**/receipt/")
    playwright.expect(page.get_by_role("heading", name="已提交")).to_be_visible()
    playwright.expect(page.locator("main")).to_contain_text("信息科学技术学院")
    browsing.shoot(page, "receipt-390")


def approve(page, unit: str) -> None:
    """Open the form in the queue and press the key for 通过."""
    page.goto("/review/")
    page.locator("a.queue-name", has_text=unit).click()
    playwright.expect(page.locator("#subject h2")).to_have_text(unit)
    assert INVITED[1] not in page.content(), "the reviewer sees a mobile in full"
    browsing.shoot(page, "review-1366")
    page.keyboard.press("a")
    playwright.expect(page.locator("body")).to_contain_text(f"已通过“{unit}”")


def report(page) -> None:
    page.goto("/packages/")
    page.get_by_role("link", name="上报", exact=True).last.click()
    page.get_by_label("我已核对以上数字和未报名单").check()
    page.get_by_role("button", name="上报", exact=True).click()
    page.wait_for_url(re.compile(r"/packages/\d+/"))
    playwright.expect(page.locator("body")).to_contain_text("已上报")
    browsing.shoot(page, "package-1366")


def close(portal, moment: str) -> dict[str, dict[str, int]]:
    """The clock reaches the Monday, the week before it is closed, the sheets are computed; the figures of the week."""
    return portal.ask(CLOSE, moment=moment, year=YEAR, codes=[PROVINCE, UNIVERSITY, INVITED_UNIT])


def sees_the_rise(page, after) -> None:
    """The province's own page says what the snapshot says, and so do the rows behind it."""
    page.goto("/weekly/?scope=all")
    playwright.expect(page.locator("body")).to_contain_text("第48周")
    covered = after[PROVINCE]["sub_covered_members"]
    page.goto(f"/weekly/{after['week']}/{after['ids'][PROVINCE]}/rows/covered_members")
    playwright.expect(page.locator("main")).to_contain_text(f"{covered:,}")
    browsing.shoot(page, "rows-1366")


def read_sheet(page, covered: int, base: int, file) -> Decimal:
    """The points of item 二.2: its arithmetic stands on the page, and the downloaded file has them in the right cell."""
    page.goto("/assess/")
    page.locator("td.name a, th.name a").first.click()
    page.locator("a.item-link", has_text="已开通微信群").click()
    evidence = page.locator("#evidence")
    shown = Fraction(covered * 1000 // base, 10)
    playwright.expect(evidence).to_contain_text(f"{covered:,}")
    playwright.expect(evidence).to_contain_text(f"{base:,}")
    playwright.expect(evidence).to_contain_text(f"{float(shown):.1f}%")
    browsing.shoot(page, f"sheet-{covered}-1366")
    points = Decimal(evidence.locator(".evidence-total").inner_text().strip())
    with page.expect_download() as waiting:
        page.get_by_role("link", name="导出 Excel").click()
    waiting.value.save_as(file)
    assert points_in(file) == points
    return points


def points_in(file) -> Decimal:
    """考评得分 of the row 二.2 in the annex."""
    sheet = openpyxl.load_workbook(file)["考评表"]
    assert sheet["F3"].value == "考评得分"
    (row,) = [row for row in range(4, sheet.max_row) if "已开通微信群" in str(sheet.cell(row, 2).value)]
    return Decimal(str(sheet.cell(row, 6).value))
