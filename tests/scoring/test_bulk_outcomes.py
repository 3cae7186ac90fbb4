"""What follows from a whole round at once: explanations with one button, lists and letters, the zip of its sheets."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from docx import Document

from accounts.operations import files
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Job, Notification
from reporting.models import Duty
from reporting.operations import supervision
from scoring.choices import Audience, Grade
from scoring.exceptions import NotReady
from scoring.models import SheetDuty
from scoring.operations import corrections, explanations, letter_files, publishing, year_files
from scoring.operations.notices import notify_sheet
from tests.scoring.result_steps import after_window, fresh, made_final, scored_round, told
from tests.scoring.sheet_steps import FULL, assess_all

pytestmark = pytest.mark.django_db
POOR = {f"{n}.{m}": "0" for n in (1, 3, 4) for m in range(1, 6)} | dict.fromkeys(
    ("1.1.a", "1.1.b", "1.2.a", "1.2.b", "1.3", "2.2.a", "2.2.b"), "0"
)


@pytest.fixture
def round(world, sheets, week, cast):
    """Both cities fail."""
    return scored_round(world, sheets, cast, less={"qh": POOR, "wn": POOR})


@pytest.fixture
def published(round, sheets, cast):
    told(round, cast)
    with after_window():
        for code in ("qh", "wn"):
            made_final(sheets[code], cast)
        round.refresh_from_db()
        return publishing.publish(round, audience=Audience.OWN, version=round.version, by=cast["province"])


def day():
    return clock.today() + timedelta(days=20)


def notices():
    return sorted(Notification.objects.filter(kind="duty_made").values_list("unit__code", flat=True))


def archive_of(job):
    return zipfile.ZipFile(io.BytesIO(b"".join(files.pieces(Job.objects.get(pk=job.pk)))))


def test_one_button_asks_every_failed_unit_once(published, cast, sign_in):
    address = reverse("scoring:demand-explanations", args=[published.pk])
    page = sign_in("province").get(reverse("scoring:show-results", args=[published.pk])).content.decode()
    assert ("2 个单位考评不合格" in page, f'action="{address}"' in page) == (True, True)
    for _press in range(2):
        answer = sign_in("province").post(address, {"due_on": day().isoformat()}, follow=True)
    assert "没有重复通知" in answer.content.decode()
    assert (notices(), SheetDuty.objects.count()) == (["qh", "wn"], 2)
    assert set(Duty.objects.values_list("kind", "clause", "due_on")) == {("explain", "SUP-4.4.3", day())}
    assert f'action="{address}"' not in answer.content.decode()


def test_a_unit_asked_before_is_left_out(published, sheets, cast):
    sheets["qh"].refresh_from_db()
    explanations.demand(sheets["qh"], due_on=day(), by=cast["province"])
    assert explanations.demand_all(published, due_on=day(), by=cast["province"]) == 1
    assert notices() == ["qh", "wn"]


def test_whoever_was_asked_by_hand_in_the_same_words_stops_nobody(published, sheets, cast):
    first = explanations.demand(fresh(sheets["qh"]), due_on=day(), by=cast["province"])
    SheetDuty.objects.all().delete()  # as if it had been opened on the unit's own page
    assert explanations.demand_all(published, due_on=day(), by=cast["province"]) == 2
    assert SheetDuty.objects.get(sheet__unit=sheets["qh"].unit).duty == first
    assert notices() == ["qh", "wn"]


def test_nobody_else_asks_and_not_before_it_is_out(round, cast, sign_in):
    with pytest.raises(NotReady):
        explanations.demand_all(round, due_on=day(), by=cast["province"])
    with pytest.raises(NotAllowed):
        explanations.demand_all(round, due_on=day(), by=cast["schools"])
    address = reverse("scoring:demand-explanations", args=[round.pk])
    answer = sign_in("province").post(address, {"due_on": "morgen"}, follow=True)
    assert "办理期限" in answer.content.decode()
    assert not Duty.objects.exists()


def test_lists_and_letters_of_the_round(published, cast, sign_in):
    province = sign_in("province")
    page = province.get(reverse("scoring:list-year-files"), {"round": published.pk})
    assert {label for label, _url in page.context["lists"]} >= {"通报批评名单", "书面情况说明名单"}
    address = f"{reverse('scoring:download-list')}?round={published.pk}&kind=criticism"
    assert address in [url for _label, url in page.context["lists"]]
    assert province.get(address).status_code == 200
    assert sign_in("city").get(address).status_code == 404
    answer = province.post(
        reverse("scoring:list-year-files"), {"round": published.pk, "letters": "criticism"}
    )
    assert answer.status_code == 302
    job = Job.objects.get(task=year_files.TASK)
    year_files.write_in_job(job.pk)
    names = archive_of(job).namelist()
    assert [name.split("_")[1] for name in names] == ["qh", "wn"]
    assert all(name.endswith(".docx") for name in names)
    with pytest.raises(NotAllowed):
        year_files.order(year_files.Wanted(2026, published.pk, "criticism"), by=cast["city"])


def test_the_rounds_page_leads_to_a_zip_of_its_own_sheets(round, sheets, cast, sign_in):
    province = sign_in("province")
    address = f"{reverse('scoring:list-year-files')}?round={round.pk}"
    assert f'href="{address}"' in province.get(round.get_absolute_url()).content.decode()
    page = province.get(address)
    assert (page.context["n_sheets"], page.context["letters"]) == (2, [])
    shown = province.post(reverse("scoring:list-year-files"), {"round": round.pk}, follow=True)
    job = Job.objects.get(task=year_files.TASK)
    assert (job.params["round_id"], "正在生成文件" in shown.content.decode()) == (round.pk, True)
    year_files.write_in_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 2, 2)
    names = archive_of(job).namelist()
    assert sorted(name.split("_")[1] for name in names[:-1]) == ["qh", "wn"]
    assert province.get(shown.redirect_chain[-1][0]).context["is_there"]
    # A round of somebody else's is taken for none: the year's own sheets, as everywhere.
    assert sign_in("city").get(address).context["round"] is None


def corrected(sheet, cast, points=None):
    """A later revision, final, with other points where they are given."""
    new = corrections.correct(fresh(sheet), reason="核实", by=cast["province"])
    if points is not None:
        assess_all(new, cast["province"], points)
    notify_sheet(fresh(new), version=fresh(new).version, by=cast["province"])
    with after_window():
        return made_final(new, cast, "auditor")


def test_a_correction_that_still_fails_is_not_asked_a_second_time(published, sheets, cast, sign_in):
    """Qionghai was asked before: its revision carries the duty, and Wanning is asked whatever stands there."""
    duty = explanations.demand(fresh(sheets["qh"]), due_on=day(), by=cast["province"])
    new = corrected(sheets["qh"], cast)
    shown = sign_in("province").get(new.get_absolute_url()).context["outcome"]
    assert (shown.duty, shown.may_demand) == (duty, False)
    assert explanations.demand(new, due_on=day(), by=cast["province"]) == duty
    assert explanations.demand_all(published, due_on=day(), by=cast["province"]) == 1
    assert (notices(), SheetDuty.objects.count()) == (["qh", "wn"], 2)
    file = letter_files.list_file(2026, "explanation", by=cast["province"], round=published)
    assert "尚未要求" not in "".join(each.text for each in Document(io.BytesIO(file.content)).paragraphs)


def test_a_withdrawn_demand_was_for_the_revision_that_led_to_it(published, sheets, cast):
    duty = explanations.demand(fresh(sheets["qh"]), due_on=day(), by=cast["province"])
    supervision.withdraw(duty.pk, "另行通知", version=duty.version, by=cast["province"])
    assert explanations.unasked(published).count() == 1
    new = corrected(sheets["qh"], cast)
    assert explanations.duty_of(new) is None
    assert explanations.demand_all(published, due_on=day(), by=cast["province"]) == 2


def test_a_replaced_revision_demands_nothing_and_has_no_letters(published, sheets, cast, sign_in):
    new = corrected(sheets["qh"], cast, FULL)
    assert (new.grade == Grade.FAIL, explanations.unasked(published).count()) == (False, 1)
    old = fresh(sheets["qh"])
    shown = sign_in("province").get(old.get_absolute_url()).context["outcome"]
    assert (shown.is_replaced, shown.may_demand, shown.files) == (True, False, [])
    with pytest.raises(NotReady, match="已被第 2 次修订代替"):
        explanations.demand(old, due_on=day(), by=cast["province"])
    with pytest.raises(NotReady, match="已被第 2 次修订代替"):
        letter_files.letter_file(old, "criticism", by=cast["city"])
