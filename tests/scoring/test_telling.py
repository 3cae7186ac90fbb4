"""告知 as a wall: whatever assessors do before it, the unit reads the same of its sheet, wherever it looks."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.operations import files
from orgs.choices import Role
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, Job, Notification
from scoring.models import Evidence, Score, Sheet
from scoring.operations import evidence, finalising, sheet_import, telling, year_files
from scoring.operations import sheets as operations
from tests.scoring.result_steps import fresh, score, scored_round, told
from tests.scoring.test_sheet_import import file_of, recognised

pytestmark = pytest.mark.django_db

SAID = ("机密理由", "机密总评", "机密材料", "机密退回")
VARYING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"|name="version" value="\d+"|nonce="[^"]+"'
)


@pytest.fixture
def round(world, sheets, week, cast):
    """The sheet of Qionghai computed, nothing entered by people."""
    found = scored_round(world, sheets, cast)
    Score.objects.filter(sheet=sheets["qh"]).update(assessed_points=None)
    operations.compute_sheet(fresh(sheets["qh"]))
    return found


def assessed(sheet, cast):
    """The group fails the unit, says why and adds a paper; computed points are overruled too."""
    auditor = cast["auditor"]
    score(sheet, dict.fromkeys(sheet.scores.values_list("criterion__code", flat=True), "0"), sheet.round)
    sheet.scores.update(reason="机密理由", scored_by=auditor, scored_at=clock.now())
    Sheet.objects.filter(pk=sheet.pk).update(overall="机密总评", assessed_on=clock.today())
    evidence.add_named(sheet.scores.first(), "机密材料", by=auditor)
    assert fresh(sheet).grade == "fail"


def pages_of(sheet, world):
    yield from (
        sheet.get_absolute_url(),
        f"{sheet.get_absolute_url()}?item={sheet.scores.first().criterion.item_id}",
        reverse("scoring:show-result", args=[sheet.pk]),
        reverse("scoring:list-sheets"),
        *(f"{reverse('scoring:list-sheets')}?grade={each}" for each in ("fail", "none", "excellent")),
        reverse("scoring:list-unit-sheets", args=[world["qh"].pk]),
        reverse("scoring:list-year-files"),
        reverse("home"),
        f"{reverse('search')}?q=琼海",
        reverse("orgs:list-messages"),
    )


def read_by(client, sheet, world):
    """Everything the person reads of it, but for what every answer has of its own."""
    return {url: VARYING.sub("", client.get(url).content.decode()) for url in pages_of(sheet, world)}


def cells(content):
    """A workbook's cells; of the hidden id without version and signature."""
    book = load_workbook(io.BytesIO(content))
    return {
        each.title: list(each.iter_rows(values_only=True, min_row=1 if each.sheet_state == "visible" else 2))
        for each in book
    }


def zip_of(cast, who):
    job = year_files.order(year_files.Wanted(2026), by=cast[who])
    year_files.write_in_job(job.pk)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(files.pieces(Job.objects.get(pk=job.pk)))))
    Notification.objects.all().delete()  # that it is ready is no matter here
    job.delete()
    return {name: cells(archive.read(name)) for name in archive.namelist()}


def test_what_assessors_enter_changes_nothing_the_unit_reads(round, sheets, cast, world, sign_in):
    city, sheet = sign_in("city"), fresh(sheets["qh"])
    address = reverse("scoring:download-sheet", args=[sheet.pk])
    before = read_by(city, sheet, world), cells(city.get(address).content), zip_of(cast, "city")
    assessed(sheet, cast)
    after = read_by(city, sheet, world), cells(city.get(address).content), zip_of(cast, "city")
    for url, page in before[0].items():
        assert after[0][url] == page, url
    assert after[1:] == before[1:]
    shown = "".join(after[0].values()) + str(after[1:])
    assert not [each for each in SAID if each in shown]


def test_told_the_unit_reads_all_of_it(round, sheets, cast, world, sign_in):
    sheet = fresh(sheets["qh"])
    assessed(sheet, cast)
    told(round, cast)
    item = sheet.scores.first().criterion.item_id
    page = sign_in("city").get(sheet.get_absolute_url(), {"item": item}).content.decode()
    result = sign_in("city").get(reverse("scoring:show-result", args=[sheet.pk])).content.decode()
    assert ("机密材料" in page, "机密总评" in result, "不合格" in result) == (True, True, True)


def test_a_file_that_comes_back_tells_nothing_either(round, sheets, cast):
    sheet = fresh(sheets["qh"])
    Sheet.objects.filter(pk=sheet.pk).update(state="self", self_submitted_at=None)
    content = file_of(sheet, paper={"F6": 0.9, "E6": 1.0})
    assessed(sheet, cast)
    Sheet.objects.filter(pk=sheet.pk).update(state="self")
    own, given = recognised(content, cast["city"])
    found = {each.cell.column: each for each in sheet_import.compare(own, given, by=cast["city"]).differences}
    assert found["self"].kind == sheet_import.CHANGED
    foreign = found["assessed"]
    assert (foreign.kind, foreign.portal, foreign.portal_reason, foreign.entered_by) == (
        "foreign",
        None,
        "",
        "",
    )


def test_a_paper_of_the_group_is_no_file_of_the_unit(round, sheets, cast, sign_in):
    sheet = fresh(sheets["qh"])
    assessed(sheet, cast)
    paper = Evidence.objects.get(title="机密材料")
    address = reverse("scoring:download-evidence", args=[sheet.pk, paper.pk])
    assert sign_in("city").get(address).status_code == 404
    assert sign_in("auditor").get(address).status_code == 302  # only named: the page says so


def test_a_second_office_opens_no_second_door(round, sheets, cast, world):
    """Somebody of the unit who sits in the provincial office too reads the sheet as the unit does."""
    sheet = fresh(sheets["qh"])
    assessed(sheet, cast)
    province = cast["province"]
    assert not telling.is_withheld(province.units_in_charge(), sheet)
    Appointment.objects.create(
        user=province, unit=world["qh-hs"], role=Role.REVIEWER, starts_on=clock.today()
    )
    again = cast["province"]
    assert telling.is_withheld(again.units_in_charge(), sheet)
    found = Sheet.objects.filter(telling.untold_to(again))
    assert [each.unit.code for each in found] == ["qh"]


def test_why_a_proposal_was_sent_back_is_no_line_in_the_units_ledger(sheets, week, cast, sign_in):
    sheet = fresh(sheets["qh"])
    Sheet.objects.filter(pk=sheet.pk).update(
        state="assessing", proposed_at=clock.now(), proposed_by=cast["auditor"]
    )
    finalising.withdraw_proposal(sheet, version=sheet.version, by=cast["province"], reason="机密退回")
    page = reverse("orgs:list-audit")
    assert "机密退回" not in sign_in("city").get(page).content.decode()
    assert "机密退回" in sign_in("province").get(page).content.decode()
    assert AuditEntry.objects.get(verb="sheet.proposal_withdrawn").object_id == str(sheet.pk)
