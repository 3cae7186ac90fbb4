"""Every list of the weekly pages as a file: what is shown, all its pages, numbers as numbers, for who may export."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.operations import registry
from accounts.operations.registry import PersonalData
from orgs.kernel import clock
from orgs.models import AuditEntry, OrgUnit
from reporting.models import BulletinRecipient
from reporting.operations import activity, duties, editions
from reporting.operations.reports import Said, confirm
from reporting.views import duties as demand_pages
from tests.config.test_files_in_wechat import PHONE, WORDS
from tests.reporting import bulletin_steps, notice_steps
from tests.reporting.campaign_rows import figure, judge, make_campaign
from tests.reporting.closed_weeks import LAST, close, report
from tests.reporting.draw_scene import drawn
from tests.world import TODAY

pytestmark = pytest.mark.django_db
WEEKLY, WEEKS = "/weekly/", reverse("reporting:list-weeks")
REPORTS, YEARS = reverse("reporting:list-reports"), reverse("reporting:list-report-years")
BULLETINS, DEMANDS = reverse("reporting:list-bulletins"), reverse("reporting:list-demands")
COMPARE = f"/weekly/editions/?w={LAST}"
PERSON = PersonalData("林某甲", "lin_moujia", "小林", "354120768", "13800000123")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def lines(client, url, **asked) -> list[list[str]]:
    answer = client.get(url, asked | {"export": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def cells(client, url, **asked) -> list[list[object]]:
    answer = client.get(url, asked | {"export": "xlsx"})
    assert answer["Content-Type"] == XLSX
    sheet = load_workbook(io.BytesIO(b"".join(answer))).active
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.fixture
def weeks(world):
    report(world, "hnu-law-1201", 20, week=LAST.previous())
    close(LAST.previous())
    report(world, "hnu-law-1202", 40)
    return close()


def rows_url(world, code: str, figure: str) -> str:
    return reverse("reporting:show-rows", args=[LAST, world[code].pk, figure])


def test_the_rows_of_a_figure_and_what_they_come_to(sign_in, world, weeks):
    client = sign_in("province")
    head, labels, *rows = cells(client, rows_url(world, "hi", "covered_capped"), scope="university")
    assert head[0].startswith(f"{world['hi'].name}　2026年第46周")
    assert head[0].endswith("第1版")
    assert labels == ["单位", "覆盖团员（计入覆盖率）（人）", "底数（人）", "覆盖率（%）", "说明"]
    assert rows[0][:4] == [world["hnu"].name, 60, 174, 34.4]
    assert rows[1][:4] == [world["qzu"].name, 0, 41, "未报"]
    assert rows[-1][:2] == ["合计", 60]
    text = lines(client, rows_url(world, "hi", "covered_capped"), scope="university")
    assert text[2][:4] == [world["hnu"].name, "60", "174", "34.4"]


def test_what_a_figure_gained_between_two_weeks(sign_in, world, weeks):
    def url(figure: str) -> str:
        return reverse("reporting:show-difference", args=[LAST, world["hi"].pk, figure, LAST.previous()])

    client = sign_in("province")
    assert "export=xlsx" in client.get(url("covered_capped")).text
    head, labels, *rows = cells(client, url("covered_capped"))
    assert head[0].endswith("与2026-W45相比")
    assert labels == ["单位", "2026-W45", "2026-W46", "增减", "说明"]
    assert [world["hnu"].name, 20, 60, 40, None] in rows
    assert rows[-1] == ["合计", 20, 60, 40, None]
    assert lines(client, url("opened"))[-1] == ["合计", "1"]
    assert client.get(url("opened")).status_code == 200
    assert sign_in("sysadmin").get(url("opened"), {"export": "csv"}).status_code == 404


def test_two_weeks_side_by_side(sign_in, world, weeks):
    found = cells(sign_in("province"), WEEKLY, table="compared", **{"with": "2026-W45"})
    labels, row = found[1], next(row for row in found if row[0] == world["hnu"].name)
    line = dict(zip(labels, row, strict=True))
    assert (line["2026-W45覆盖率（%）"], line["2026-W46覆盖率（%）"]) == (11.4, 34.4)
    assert (line["增减（百分点）"], line["覆盖增减（人）"], line["其间新增"]) == (22.9, 40, 1)


def test_the_heat_table_and_the_ranking(sign_in, world, weeks, cast):
    client = sign_in("province")
    heat = lines(client, WEEKLY, table="heat", scope="university")
    assert heat[1] == ["团组织", "2026-W45覆盖率（%）", "2026-W46覆盖率（%）"]
    assert heat[2:] == [[world["hnu"].name, "11.4", "34.4"], [world["qzu"].name, "未报", "未报"]]
    ranking = lines(client, WEEKLY, table="ranking", rank="university")
    assert ranking[2] == ["", world["hnu"].name, "", "", "0", ""]
    page = client.get(WEEKLY, {"rank": "university", "with": "2026-W45"}).text
    for table in (
        "table=heat&amp;export=csv",
        "table=ranking&amp;rank=university",
        "table=compared&amp;with=2026-W45",
    ):
        assert table in page


def test_the_editions_and_what_differs_between_two(sign_in, world, cast):
    account = report(world, "qh-hs-jl", 40)
    close()
    activity.record_day(account, LAST.ends_on, 6, by=cast["villager"])
    with clock.frozen(TODAY + timedelta(minutes=1)):
        editions.correct_now(LAST, reason="补登周日的日常记录")
    client = sign_in("province")
    labels, newest, first = cells(client, WEEKS)
    assert newest[:4] == ["2026-W46", "2026-11-09", "2026-11-15", 2]
    assert dict(zip(labels, newest, strict=True))["更正原因"] == "补登周日的日常记录"
    assert first[3] == 1
    found = lines(client, COMPARE)
    assert found[1] == ["单位", "口径", "指标", "第1版", "第2版", "变化"]
    assert [world["hi"].name, "本级及所属", "发布信息", "0", "6", "6"] in found
    assert [world["qh-hs-jl"].name, "本级", "发布信息", "0", "6", "6"] in found
    assert [row[0] for row in lines(sign_in("university"), COMPARE)[2:]] == []
    taken = AuditEntry.objects.filter(verb="list.exported", by=cast["province"]).latest("pk")
    assert taken.detail["rows"] == len(found) - 2 > len({tuple(row[:2]) for row in found[2:]})


def test_the_reports_of_a_week_and_of_a_year_name_persons_masked(sign_in, world, cast, weeks):
    with clock.frozen(LAST.ends_at - timedelta(hours=2)):
        confirm(world["hnu"], LAST, Said(), version=0, by=cast["university"])
    client = sign_in("province")
    found = lines(client, REPORTS, w=str(LAST))
    row = next(row for row in found if row[0] == world["hnu"].name)
    assert row[1:4] == ["已确认", "2026-11-15 22:00", "校**"]
    assert "校**（书记）" in row[7]
    assert cast["university"].display_name not in str(found)
    silent = [row[0] for row in lines(client, REPORTS, w=str(LAST), state="silent")[2:]]
    assert world["qzu"].name in silent
    assert world["hnu"].name not in silent
    year = cells(client, YEARS, year="2026")
    assert [world["hnu"].name, 2, 1, 0, 1, 50] in year
    assert next(row for row in year if row[0] == world["qzu"].name)[1:4] == [2, 0, 0]


@pytest.fixture
def bulletin(sign_in, world):
    bulletin_steps.two_weeks(world)
    return bulletin_steps.published(sign_in("province"), world)


def test_the_archive_of_bulletins_as_filtered(sign_in, world, bulletin):
    client = sign_in("province")
    labels, row = cells(client, BULLETINS)
    line = dict(zip(labels, row, strict=True))
    assert (line["标题"], line["周次"], line["版次"]) == (bulletin.title, "2026-W46", 1)
    assert (line["已签收（个）"], line["送达（个）"]) == (0, bulletin.recipients.count())
    assert len(lines(client, BULLETINS, q="没有这样的通报")) == 1
    assert lines(sign_in("university"), BULLETINS)[1][2] == "待签收"


def test_the_recipients_of_a_bulletin_the_missing_first(sign_in, world, cast, bulletin):
    sign_in("university").post(reverse("reporting:sign-bulletin", args=[bulletin.pk]))
    url = reverse("reporting:list-bulletin-recipients", args=[bulletin.pk])
    client = sign_in("province")
    head, labels, *rows = lines(client, url)
    assert head[0].startswith(bulletin.title)
    assert labels[:3] == ["团组织", "上级", "签收"]
    assert rows[-1][0] == world["hnu"].name
    assert rows[-1][2:5] == ["已签收", "2026-11-18 10:00", "校**"]
    assert len(rows) == BulletinRecipient.objects.filter(bulletin=bulletin).count()
    assert len(lines(client, url, state="waiting")) == len(rows) + 1
    assert sign_in("university").get(url, {"export": "csv"}).status_code == 404


@pytest.fixture
def demand(world, cast):
    account = registry.open_account(world["hnu"], platform="wechat_personal", identifier="wx_hnu", by=None)
    term = registry.appoint_administrator(world["hnu"], account=account, person=PERSON, by=None)
    return duties.demand_replacement(
        term.pk, reason="=三次抽查为“差”", due_on=date(2026, 11, 25), by=cast["province"]
    )


def test_the_demands_with_the_administrator_masked(sign_in, world, demand, monkeypatch):
    monkeypatch.setattr(demand_pages, "PER_PAGE", 1)
    client = sign_in("province")
    labels, row = lines(client, DEMANDS)
    line = dict(zip(labels, row, strict=True))
    assert (line["团组织"], line["管理员"], line["办理期限"]) == (world["hnu"].name, "林**", "2026-11-25")
    assert line["理由"] == "'=三次抽查为“差”"
    assert cells(client, DEMANDS)[1][-1] == "=三次抽查为“差”"
    assert len(lines(client, DEMANDS, state="done")) == 1
    assert len(lines(sign_in("outsider"), DEMANDS)) == 1


def places(world, demand, bulletin) -> list[str]:
    recipients = reverse("reporting:list-bulletin-recipients", args=[bulletin.pk])
    return [
        WEEKLY,
        WEEKS,
        f"{REPORTS}?w={LAST}",
        YEARS,
        BULLETINS,
        recipients,
        DEMANDS,
        rows_url(world, "hi", "orgs"),
    ]


def test_each_list_offers_its_file_and_inside_wechat_its_address(sign_in, world, demand, bulletin):
    client = sign_in("province")
    for place in places(world, demand, bulletin):
        assert "export=xlsx" in client.get(place).text, place
        inside = client.get(place, headers={"user-agent": PHONE}).text
        assert WORDS in inside, place
        assert 'href="?export=' not in inside, place


def test_who_sees_a_list_but_may_not_export_gets_no_file(sign_in, world, demand, bulletin):
    client = sign_in("sysadmin")
    for place in places(world, demand, bulletin):
        answer = client.get(place)
        assert "export=" not in answer.text, place
        asked = f"{place}{'&' if '?' in place else '?'}export=csv"
        assert client.get(asked).status_code in {403, 404}, place
    assert not AuditEntry.objects.filter(verb="list.exported").exists()


def test_each_file_is_in_the_ledger_with_the_number_of_its_rows(sign_in, world, demand):
    client = sign_in("province")
    lines(client, DEMANDS, state="open")
    entry = AuditEntry.objects.get(verb="list.exported")
    assert (entry.detail["rows"], entry.detail["filters"]) == (1, ["state"])
    assert "林" not in str(entry.detail)
    assert entry.unit == OrgUnit.objects.get(code="hi")


@pytest.fixture
def sent(world, cast, sign_in):
    """A notice, a campaign with a requirement, a draw with its samples."""
    notice_steps.published(sign_in("province"), kinds=["university"])
    campaign = make_campaign(world, figure("groups_link", {"kinds": ["university"]}))
    judge(campaign)
    return campaign, drawn(world, cast, size=2)


def test_notices_campaigns_draws_and_their_pages_as_files(world, sign_in, sent):
    campaign, draw = sent
    client, code = sign_in("province"), "r1"
    notice = lines(client, reverse("reporting:list-notices"), box="sent")[-1]
    assert (notice[0], notice[2], notice[5:]) == ("关于做好自查的通知", world["hi"].name, ["0", "2"])
    assert world["hi"].name in lines(client, reverse("reporting:list-campaigns"))[-1]
    of_draw = lines(client, reverse("reporting:list-draws"))[-1]
    assert (of_draw[1], of_draw[5], of_draw[6]) == (draw.number, "2", "0")
    samples = cells(client, reverse("reporting:show-draw", args=[draw.pk]))
    assert {row[1] for row in samples[-2:]} == {str(each.group) for each in draw.items.all()}
    requirement = reverse("reporting:show-campaign-requirement", args=[campaign.pk, world["hi"].pk, code])
    listed = {row[0]: row[3:5] for row in lines(client, requirement)}
    assert listed[world["qzu"].name] == ["1", "0"]


@pytest.mark.parametrize("name", ["list-notices", "list-campaigns", "list-draws"])
def test_who_may_not_export_gets_none_of_them(sign_in, sent, name):
    client, url = sign_in("secretary"), reverse(f"reporting:{name}")
    assert "导出 CSV" not in client.get(url).text
    answer = client.get(url, {"export": "csv"})
    assert answer.status_code == 403
