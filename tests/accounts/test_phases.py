"""Phases of a round: each unit has the clock of its own (UNI-3.3), to the minute (WB-4)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import SubmissionStatus
from accounts.exceptions import AccountsError, NotYetOpen
from accounts.models import CollectionRound, Expected, ExpectedVersion, FieldList, Submission
from accounts.operations import collection, review, rounds
from accounts.operations.rounds import PhasePlan
from orgs.exceptions import IllegalMove
from orgs.kernel import clock
from orgs.models import OrgUnit
from tests.accounts.factories import launch, main_row, submit_for
from tests.world import TODAY

OLD, NEW = "hnu-law-1201", "hnu-law-1301"
FIRST_ENDS = datetime(2026, 11, 22, tzinfo=clock.SHANGHAI)  # 21 November, 24:00
SECOND_ENDS = datetime(2026, 12, 4, tzinfo=clock.SHANGHAI)
FIRST = PhasePlan(
    "第一阶段", TODAY - timedelta(days=1), FIRST_ENDS, excluded_intake_years=[2013], clause="UNI-2.4"
)
SECOND = PhasePlan("第二阶段", FIRST_ENDS, SECOND_ENDS, intake_years=[2013], clause="UNI-2.5")


@pytest.fixture
def phased(world, cast):
    return launch(world, cast, phases=[FIRST, SECOND], opens_at=None, deadline_at=None)


def expected_of(round, code: str) -> Expected:
    return Expected.objects.select_related("phase", "round", "unit").get(round=round, unit__code=code)


def test_each_unit_belongs_to_one_phase_with_its_deadline(phased):
    old, new = expected_of(phased, OLD), expected_of(phased, NEW)
    assert (old.phase.title, old.deadline_at) == ("第一阶段", FIRST_ENDS)
    assert (new.phase.title, new.deadline_at) == ("第二阶段", SECOND_ENDS)
    second = set(Expected.objects.filter(phase=new.phase).values_list("unit__code", flat=True))
    assert second == {NEW}
    assert expected_of(phased, "hnu-law").phase.title == "第一阶段", "a college has no intake"
    assert (phased.opens_at, phased.deadline_at) == (FIRST.opens_at, SECOND_ENDS)


def test_every_expected_unit_has_its_first_version(phased):
    n_versions = ExpectedVersion.objects.current().filter(expected__round=phased, is_due=True).count()
    assert n_versions == phased.expected.count() > 0
    assert expected_of(phased, NEW).versions.get().deadline_at == SECOND_ENDS


def test_launch_takes_as_many_statements_for_few_units_as_for_many(world, cast):
    def statements(kinds) -> int:
        with CaptureQueriesContext(connection) as captured:
            launch(world, cast, phases=[FIRST, SECOND], opens_at=None, deadline_at=None, kinds=kinds)
        return len(captured)

    assert statements(["class_branch"]) == statements(["class_branch", "college", "university", "village"])


def test_phase_without_units_is_refused(world, cast):
    third = PhasePlan("第三阶段", TODAY, SECOND_ENDS, intake_years=[1999])
    with pytest.raises(AccountsError, match="第三阶段"):
        launch(world, cast, phases=[FIRST, third], opens_at=None, deadline_at=None)
    assert not CollectionRound.objects.exists()


def test_before_its_phase_a_form_is_read_and_not_filled(phased, world, cast):
    with pytest.raises(NotYetOpen):
        collection.save_draft(phased, world[NEW], [main_row()], version=0, by=cast["university"])
    assert not Submission.objects.exists()
    with clock.frozen(FIRST_ENDS):
        assert collection.save_draft(phased, world[NEW], [main_row()], version=0, by=cast["university"])


def test_page_before_its_phase_shows_the_questions_and_takes_nothing(world, cast, sign_in):
    late = PhasePlan("第二阶段", FIRST_ENDS, SECOND_ENDS, intake_years=[2012])
    others = PhasePlan("第一阶段", FIRST.opens_at, FIRST_ENDS, excluded_intake_years=[2012])
    round = launch(world, cast, phases=[others, late], opens_at=None, deadline_at=None)
    form = reverse("accounts:fill-form", args=[expected_of(round, OLD).pk])
    client = sign_in("secretary")
    page = client.get(form)
    assert "11-22 00:00开始填报" in page.content.decode()
    assert "联系人数" in page.content.decode()
    assert "<input" not in page.content.decode().split("<main")[1].split("</main")[0]
    assert client.post(form, {"n_rows": "1", "version": "0"}).status_code == 409
    assert not Submission.objects.exists()
    assert "开始" in client.get(reverse("accounts:list-tasks")).content.decode()


def test_forms_of_the_first_phase_stay_locked_in_the_second(phased, world, cast):
    approved = submit_for(phased, world[OLD], cast["secretary"])
    approved = review.approve(approved.pk, version=approved.version, by=cast["college"])
    approved = review.approve(approved.pk, version=approved.version, by=cast["university"])
    with clock.frozen(FIRST_ENDS + timedelta(hours=1)):
        submit_for(phased, world[NEW], cast["university"], rows=[main_row(account_id="law_1301")])
        with pytest.raises(IllegalMove):
            collection.save_draft(
                phased, world[OLD], [main_row(contacts=1)], version=approved.version, by=cast["secretary"]
            )
    after = Submission.objects.get(pk=approved.pk)
    assert (after.status, after.version) == (SubmissionStatus.APPROVED, approved.version)
    assert after.rows.get().values["contacts"] == 41


@pytest.mark.parametrize(("second", "is_late"), [(-1, False), (0, True), (1, True)])
def test_deadline_at_noon_is_sharp(world, cast, second, is_late):
    """WB-4: 2011-11-25 12:00 the person-responsible form."""
    noon = datetime(2026, 11, 25, 12, 0, tzinfo=clock.SHANGHAI)
    round = launch(world, cast, deadline_at=noon)
    with clock.frozen(noon + timedelta(seconds=second)):
        assert submit_for(round, world[OLD], cast["secretary"]).is_late is is_late


def test_late_flag_survives_a_return(world, cast):
    round = launch(world, cast)
    with clock.frozen(round.deadline_at):
        form = submit_for(round, world[OLD], cast["secretary"])
        review.return_submission(form.pk, version=form.version, by=cast["college"], remark="请核对")
    Expected.objects.filter(round=round).update(deadline_at=round.deadline_at + timedelta(days=30))
    with clock.frozen(round.deadline_at + timedelta(days=1)):
        assert submit_for(round, world[OLD], cast["secretary"], key="again").is_late


def test_unit_founded_later_joins_its_phase_on_the_page(phased, world, sign_in):
    founded = OrgUnit.objects.create(
        code="hnu-law-1302",
        parent=world["hnu-law"],
        kind_id="class_branch",
        name="法学2013级2班团支部",
        line="university",
        intake_year=2013,
        position=99,
        search_key="法学2013级2班团支部",
        opened_on=clock.today(),
    )
    page, client = reverse("accounts:show-round", args=[phased.pk]), sign_in("province")
    assert "第二阶段" in client.get(page).content.decode()
    assert client.post(page, {"unit_q": founded.name}).url == page
    added = expected_of(phased, "hnu-law-1302")
    assert (added.phase.title, added.deadline_at) == ("第二阶段", SECOND_ENDS)
    assert added.versions.get().valid_from == clock.now()
    client.post(page, {"unit_q": "没有的单位"})
    assert "没有找到这个团组织" in client.get(page).content.decode()
    client.post(page, {"unit": str(world["aq-zy"].pk)})
    assert not Expected.objects.filter(unit=world["aq-zy"]).exists()


def test_province_launches_two_phases_on_the_page(world, sign_in):
    client, launch_page = sign_in("province"), reverse("accounts:launch-round")
    data = {
        "unit": world["hi"].pk,
        "title": "两阶段收集",
        "field_list": FieldList.objects.get(code="UNI-A").pk,
        "kinds": ["university", "class_branch"],
        "phase1-title": "第一阶段",
        "phase1-excluded_intake_years": "2013",
        "phase1-opens_on": "2026-11-18",
        "phase1-deadline_on": "2026-11-21",
        "phase2-title": "第二阶段",
        "phase2-intake_years": "2013级",
        "phase2-opens_on": "2026-11-22",
        "phase2-deadline_on": "2026-12-03",
        "phase2-deadline_time": "12:00",
    }
    assert client.post(launch_page, data).url == reverse("accounts:list-rounds")
    launched = CollectionRound.objects.get()
    assert [each.deadline_at for each in launched.phases.all()] == [
        FIRST_ENDS,
        datetime(2026, 12, 3, 12, tzinfo=clock.SHANGHAI),
    ]
    wrong = client.post(launch_page, data | {"phase2-deadline_on": ""})
    assert wrong.status_code == 422
    assert "第二阶段" in wrong.content.decode()
    neither = {name: value for name, value in data.items() if not name.startswith("phase")}
    assert "请填写截止日期" in client.post(launch_page, neither).content.decode()


def test_command_launches_phases(world, cast, capsys):
    call_command(
        "launch_round",
        "--unit", "hi", "--kind", "class_branch",
        "--phase", "第一阶段;2026-11-18T00:00;2026-11-22T00:00;-2013",
        "--phase", "第二阶段;2026-11-22T00:00;2026-12-04T00:00;2013",
    )  # fmt: skip
    assert "应填" in capsys.readouterr().out
    assert expected_of(CollectionRound.objects.get(), NEW).phase.position == 2


def test_units_of_a_phase_ahead_are_neither_chased_nor_counted(phased, world, cast, sign_in):
    page = reverse("accounts:chase")
    assert "法学2013级1班" not in sign_in("college").get(page).content.decode()
    with clock.frozen(FIRST_ENDS):
        assert "法学2013级1班" in sign_in("college").get(page).content.decode()


def test_exemption_ends_the_version(phased, cast):
    expected = expected_of(phased, OLD)
    with clock.frozen(clock.now() + timedelta(hours=1)):
        rounds.exempt(expected, reason="在外实习", by=cast["college"])
    assert [each.is_due for each in expected.versions.order_by("valid_from")] == [True, False]
