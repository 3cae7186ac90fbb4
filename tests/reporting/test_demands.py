"""要求更换管理员: who may demand, what the text may not hold, how it is met, settled or withdrawn (SUP-2.1.4, SUP-2.2.2)."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.core import serializers
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import EventKind
from accounts.models import RegistryEvent
from accounts.operations import registry
from accounts.operations.registry import PersonalData
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.kernel.counting import counts
from orgs.models import AuditEntry, Notification
from reporting import todo
from reporting.choices import DEMAND_MOVES, DemandState
from reporting.exceptions import ReportingError
from reporting.models import Demand
from reporting.operations import duties
from reporting.tasks import settle_demands
from tests.world import TODAY

pytestmark = pytest.mark.django_db

PERSON = PersonalData("林某甲", "lin_moujia", "小林", "354120768", "13800000123")
OTHER = PersonalData("王某乙", "wang_mouyi", "", "", "13800000124")
DUE = date(2026, 11, 25)
LATE = TODAY + timedelta(days=8)
LIST = reverse("reporting:list-demands")
REASON = "连续三次抽查为“差”"


@pytest.fixture
def appointed(world):
    def _appoint(code: str = "hnu", person: PersonalData = PERSON):
        unit = world[code]
        known = unit.accounts.first()
        account = known or registry.open_account(
            unit, platform="wechat_personal", identifier=f"wx_{code}", by=None
        )
        return registry.appoint_administrator(unit, account=account, person=person, by=None)

    return _appoint


@pytest.fixture
def demanded(appointed, cast):
    def _demand(code: str = "hnu", by: str = "province", **facts):
        return duties.demand_replacement(
            appointed(code).pk, **{"reason": REASON, "due_on": DUE, "by": cast[by]} | facts
        )

    return _demand


def messages_to(unit) -> list[str]:
    return list(Notification.objects.filter(unit=unit).order_by("pk").values_list("text", flat=True))


def labels(user) -> list[tuple[str, int | None]]:
    """Lines about demands alone."""
    found = todo.lines(counts(**todo.counted(user.units_in_charge())))
    return [(line.label, line.count) for line in found if "更换" in line.label]


def page_of(name: str, demand) -> str:
    return reverse(f"reporting:{name}", args=[demand.pk])


def test_the_province_demands_of_a_direct_unit_and_the_unit_is_told(demanded, world, cast):
    demand = demanded()
    assert (demand.unit, demand.demanded_by_unit, demand.state) == (
        world["hnu"],
        world["hi"],
        DemandState.OPEN,
    )
    assert messages_to(world["hnu"]) == [f"共青团海南省委要求在2026-11-25前更换管理员。理由：{REASON}"]
    assert AuditEntry.objects.get(verb="demand.made").by == cast["province"]


@pytest.mark.parametrize(
    ("code", "key"),
    [("hnu", "national"), ("hnu-law", "university"), ("hnu-law-1201", "college"), ("hnu", "schools")],
)
def test_any_committee_demands_of_a_unit_below(demanded, world, code, key):
    assert demanded(code, key).unit == world[code]


@pytest.mark.parametrize(
    ("code", "key"),
    [("hnu", "university"), ("hnu", "auditor"), ("hnu", "sysadmin"), ("hnu-law-1201", "secretary")],
)
def test_nobody_demands_of_himself_or_without_the_duty(demanded, code, key):
    with pytest.raises(NotAllowed):
        demanded(code, key)
    assert not Demand.objects.exists()


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "   ",
        "请联系13800000123",
        "手机 138-0000-0123",
        "手机138 0000 0123",
        "QQ 354120",
        "ＱＱ３５４１２０",
        "长" * 201,
    ],
)
def test_no_reason_and_numbers_of_persons_are_refused(demanded, reason):
    with pytest.raises(ReportingError):
        demanded(reason=reason)


def test_a_year_and_a_count_are_no_personal_data(demanded):
    assert demanded(reason="2026年第46周起只发布了3条").pk


@pytest.mark.parametrize("due_on", [date(2026, 11, 17), date(2027, 6, 1)])
def test_the_deadline_is_neither_over_nor_far_off(demanded, due_on):
    with pytest.raises(ReportingError):
        demanded(due_on=due_on)


def test_one_open_demand_a_term_in_the_database_too(demanded, cast, world):
    demand = demanded()
    with pytest.raises(ReportingError):
        duties.demand_replacement(demand.administratorship_id, reason=REASON, due_on=DUE, by=cast["national"])
    again = Demand.objects.get(pk=demand.pk)
    again.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)


def test_meeting_it_replaces_the_administrator_and_names_who_demanded(demanded, world, cast):
    demand = demanded()
    later = TODAY + timedelta(days=2)
    with clock.frozen(later):
        duties.meet_demand(demand.pk, OTHER, reason="按要求更换", by=cast["university"])
    demand.refresh_from_db()
    term = demand.administratorship
    assert (demand.state, demand.closed_at, demand.closed_by) == (DemandState.MET, later, cast["university"])
    assert (term.ended_at, term.on_demand_of, term.end_reason) == (later, world["hi"], "按要求更换")
    assert demand.replacement == RegistryEvent.objects.get(
        administratorship=term, kind=EventKind.ADMIN_REPLACED
    )
    assert messages_to(world["hi"]) == ["海南大学团委已按要求更换管理员。"]
    with pytest.raises(IllegalMove):
        duties.meet_demand(demand.pk, OTHER, reason="再换", by=cast["university"])


def test_what_the_registry_refuses_leaves_the_demand_open(demanded, cast):
    demand = demanded()
    with pytest.raises(NotAllowed):
        duties.meet_demand(demand.pk, OTHER, reason="更换", by=cast["auditor"])
    demand.refresh_from_db()
    assert (demand.state, demand.administratorship.ended_at) == (DemandState.OPEN, None)


def test_a_replacement_at_the_registry_settles_it_by_its_event(demanded, world, cast):
    demand = demanded()
    other = demanded("qzu")
    later = TODAY + timedelta(days=1)
    with clock.frozen(later):
        registry.replace_administrator(demand.administratorship, OTHER, reason="换届", by=cast["university"])
        assert list(Demand.objects.waiting()) == [other], "met before anybody writes it down"
    with clock.frozen(later + timedelta(minutes=10)):
        settle_demands()
        assert duties.settle_demands() == 0
    demand.refresh_from_db()
    event = RegistryEvent.objects.get(
        administratorship=demand.administratorship, kind=EventKind.ADMIN_REPLACED
    )
    assert (demand.state, demand.replacement, demand.closed_at) == (DemandState.MET, event, later)
    assert demand.closed_by == cast["university"]
    assert demand.administratorship.on_demand_of == world["hi"]
    assert AuditEntry.objects.filter(verb="demand.met").count() == 1


def test_settling_takes_as_many_statements_for_one_as_for_five(demanded, cast):
    def settle(codes) -> int:
        for code in codes:
            demand = demanded(code)
            with clock.frozen(TODAY + timedelta(hours=1)):
                registry.end_administratorship(demand.administratorship, reason="离任", by=None)
        before = Notification.objects.count()
        with clock.frozen(TODAY + timedelta(hours=2)), CaptureQueriesContext(connection) as captured:
            assert duties.settle_demands() == len(codes)
        assert Notification.objects.count() - before == len(codes)
        return len([each for each in captured if "SAVEPOINT" not in each["sql"]])

    assert settle(["hnu"]) == settle(["qzu", "qh", "wn", "vol"])


def test_withdrawn_with_a_reason_by_who_stands_above(demanded, world, cast):
    demand = demanded()
    with pytest.raises(NotAllowed):
        duties.withdraw_demand(demand.pk, reason="已恢复", by=cast["university"])
    with pytest.raises(ReportingError):
        duties.withdraw_demand(demand.pk, reason="电话13800000123", by=cast["province"])
    duties.withdraw_demand(demand.pk, reason="已恢复正常发布", by=cast["province"])
    demand.refresh_from_db()
    assert (demand.state, demand.answer) == (DemandState.WITHDRAWN, "已恢复正常发布")
    assert messages_to(world["hnu"])[-1] == "共青团海南省委已撤回更换管理员的要求。理由：已恢复正常发布"
    for step in (
        lambda: duties.withdraw_demand(demand.pk, reason="再撤", by=cast["province"]),
        lambda: duties.meet_demand(demand.pk, OTHER, reason="更换", by=cast["university"]),
    ):
        with pytest.raises(IllegalMove):
            step()
    assert set(DEMAND_MOVES) == set(DemandState.values)


def test_nothing_personal_stands_in_what_is_written_down(demanded, cast):
    demand = demanded()
    duties.meet_demand(demand.pk, OTHER, reason="按要求更换", by=cast["university"])
    rows = [
        *Demand.objects.all(),
        *Notification.objects.all(),
        *AuditEntry.objects.all(),
        *RegistryEvent.objects.all(),
    ]
    written = json.dumps(json.loads(serializers.serialize("json", rows)), ensure_ascii=False)
    for secret in ("林某甲", "13800000123", "王某乙", "13800000124", "354120768", "wang_mouyi"):
        assert secret not in written


def test_both_sides_have_a_line_on_the_home_page(demanded, cast, sign_in):
    demanded()
    demanded("hnu-law-1201", "university")
    assert labels(cast["university"]) == [("上级要求更换管理员", 1)]
    assert labels(cast["college"]) == [("上级要求更换管理员", 1)], "a branch has no editor of its own"
    assert labels(cast["province"]) == labels(cast["secretary"]) == labels(cast["outsider"]) == []
    with clock.frozen(LATE):
        assert labels(cast["province"]) == [("提出的更换要求逾期未办", 1)]
        line = todo.lines(counts(**todo.counted(cast["college"].units_in_charge())))[0]
        assert (line.tone, line.detail) == ("bad", "已逾期1个")
        assert "上级要求更换管理员" in sign_in("university").get(reverse("home")).content.decode()


def test_the_list_of_both_sides_with_its_filters(demanded, cast, sign_in):
    first, second = demanded(), demanded("hnu-law", "university", due_on=date(2026, 11, 20))
    third = demanded("qzu")
    duties.withdraw_demand(third.pk, reason="误提", by=cast["province"])

    def shown(key: str, **asked) -> list[int]:
        return [line.demand.pk for line in sign_in(key).get(LIST, asked).context["lines"]]

    assert shown("province") == [second.pk, first.pk, third.pk]
    assert shown("province", side="made") == [first.pk, third.pk]
    assert shown("university") == [second.pk, first.pk]
    assert shown("university", side="received") == [first.pk]
    assert shown("outsider", state="done") == [third.pk]
    assert shown("city") == []
    with clock.frozen(TODAY + timedelta(days=3)):
        assert shown("province", state="overdue") == [second.pk]
    assert shown("province", state="open", side="received") == []


def test_the_list_takes_as_many_statements_with_one_and_twenty(demanded, sign_in):
    client = sign_in("province")

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    demanded()
    few = statements()
    for n in range(20):
        demanded(("hnu-law", "qh", "wn", "qzu")[n % 4])
    assert statements() == few <= 15


def test_from_the_page_of_an_administrator_to_a_met_demand(appointed, sign_in):
    term = appointed()
    superior, unit = sign_in("province"), sign_in("university")
    new = reverse("reporting:new-demand", args=[term.pk])
    show = reverse("accounts:show-administrator", args=[term.pk])
    assert new in superior.get(show).content.decode()
    assert new not in unit.get(show).content.decode()
    assert unit.get(new).status_code == 403
    bad = superior.post(new, {"reason": "请联系13800000123", "due_on": "2026-11-25"})
    assert bad.status_code == 422
    assert "不要写手机号" in bad.content.decode()
    assert superior.post(new, {"reason": REASON, "due_on": "2026-11-25"}).status_code == 302
    demand = Demand.objects.get()
    page = unit.get(page_of("show-demand", demand)).content.decode()
    assert "剩余7天" in page
    assert "撤回要求" not in page
    wrong = unit.post(page_of("meet-demand", demand), {"name": "王某乙", "mobile": "138", "reason": "更换"})
    assert wrong.status_code == 422
    assert "手机号为11位数字" in wrong.content.decode()
    sent = {"name": "王某乙", "mobile": "13800000124", "reason": "按要求更换"}
    assert unit.post(page_of("meet-demand", demand), sent).status_code == 302
    again = unit.post(page_of("meet-demand", demand), sent)
    assert again.status_code == 422
    page = superior.get(page_of("show-demand", demand)).content.decode()
    assert "已更换" in page
    for secret in ("林某甲", "王某乙", "13800000123", "13800000124"):
        assert secret not in page


def test_choosing_whom_offers_masked_administrators_of_units_below(appointed, sign_in, world):
    appointed()
    url = reverse("reporting:choose-administrator")
    page = sign_in("province").get(url, {"parent": world["hnu"].pk}).content.decode()
    assert "林**" in page
    assert "林某甲" not in page
    own = sign_in("university").get(url, {"parent": world["hnu"].pk}).content.decode()
    assert "林**" not in own
    assert sign_in("university").get(url, {"parent": world["qzu"].pk}).status_code == 404
    assert sign_in("secretary").get(url).status_code == 403


def test_withdrawing_on_the_page(demanded, sign_in):
    demand = demanded()
    client = sign_in("province")
    assert client.post(page_of("withdraw-demand", demand), {"reason": ""}).status_code == 422
    assert client.post(page_of("withdraw-demand", demand), {"reason": "已恢复"}).status_code == 302
    assert "已撤回" in client.get(page_of("show-demand", demand)).content.decode()
    assert (
        sign_in("university").post(page_of("withdraw-demand", demand), {"reason": "不办"}).status_code == 403
    )
