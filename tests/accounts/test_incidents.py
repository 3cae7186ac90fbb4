"""不良信息: recorded, handled, closed; who may; what is refused; what the pages show (SUP-2.2.1c, SUP-4.4.4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.choices import IncidentCategory, IncidentOutcome, IncidentState
from accounts.exceptions import AccountsError, IllegalMove
from accounts.models import Account, Incident
from accounts.operations import incidents
from accounts.operations.registry import open_account
from accounts.pages.incidents import duration
from orgs.choices import Role
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, Notification
from tests.world import TODAY

pytestmark = pytest.mark.django_db

FOUND = TODAY - timedelta(hours=5)
LIST = "accounts:list-incidents"


def record(world, by, code="hnu-law", **facts):
    facts = {"category": IncidentCategory.FRAUD, "found_at": FOUND} | facts
    return incidents.record_incident(world[code], by=by, **facts)


def handle(incident, by, **facts):
    facts = {"outcome": IncidentOutcome.DELETED, "handled_at": TODAY - timedelta(hours=2)} | facts
    return incidents.handle_incident(incident.pk, by=by, **facts)


def closed(world, cast):
    incident = record(world, cast["college"])
    handle(incident, cast["college"])
    return incidents.close_incident(incident.pk, by=cast["university"])


def verbs_of(incident):
    entries = AuditEntry.objects.filter(object_type="accounts.incident", object_id=str(incident.pk))
    return list(entries.order_by("pk").values_list("verb", flat=True))


def test_an_incident_goes_from_found_to_closed_and_each_step_is_written_down(world, cast):
    incident = closed(world, cast)
    assert incident.state == IncidentState.CLOSED
    assert (incident.found_at, incident.handled_at) == (FOUND, TODAY - timedelta(hours=2))
    assert incident.closed_at == TODAY
    people = [incident.recorded_by, incident.handled_by, incident.closed_by]
    assert people == [cast["college"], cast["college"], cast["university"]]
    assert verbs_of(incident) == ["incident.recorded", "incident.handled", "incident.closed"]


@pytest.mark.parametrize("key", ["national", "province", "university", "college"])
def test_the_committee_itself_and_those_above_it_record(world, cast, key):
    assert record(world, cast[key]).recorded_by == cast[key]


@pytest.mark.parametrize(
    "key", ["secretary", "outsider", "auditor", "sysadmin", "city", "departed", "nobody"]
)
def test_nobody_else_records(world, cast, key):
    with pytest.raises(NotAllowed):
        record(world, cast[key])
    assert not Incident.objects.exists()


@pytest.mark.parametrize("key", ["secretary", "auditor", "sysadmin"])
def test_who_only_looks_on_neither_handles_nor_closes(world, cast, key):
    incident = record(world, cast["college"], "hnu-law-1201")
    with pytest.raises(NotAllowed):
        handle(incident, cast[key])
    handle(incident, cast["college"])
    with pytest.raises(NotAllowed):
        incidents.close_incident(incident.pk, by=cast[key])


def test_a_foreign_incident_does_not_exist(world, cast):
    incident = record(world, cast["college"])
    with pytest.raises(Incident.DoesNotExist):
        handle(incident, cast["outsider"])


@pytest.mark.parametrize(
    "facts",
    [
        {"found_at": TODAY + timedelta(minutes=1)},
        {"found_at": TODAY - timedelta(days=400)},
        {"category": "看见了一条消息"},
        {"category": ""},
    ],
    ids=["in the future", "long ago", "free text", "nothing"],
)
def test_facts_that_cannot_be_are_refused(world, cast, facts):
    with pytest.raises(AccountsError):
        record(world, cast["college"], **facts)


def test_a_channel_of_another_unit_is_refused(world, cast):
    other = open_account(world["hnu"], platform="wechat_personal", identifier="hnu_wx", by=None)
    with pytest.raises(AccountsError, match="不属于"):
        record(world, cast["college"], channel=other)


@pytest.mark.parametrize(
    "facts",
    [
        {"outcome": "找张三谈话"},
        {"handled_at": FOUND - timedelta(minutes=1)},
        {"handled_at": TODAY + timedelta(minutes=1)},
    ],
    ids=["free text", "before it was found", "in the future"],
)
def test_a_handling_that_cannot_be_is_refused(world, cast, facts):
    incident = record(world, cast["college"])
    with pytest.raises(AccountsError):
        handle(incident, cast["college"], **facts)
    incident.refresh_from_db()
    assert incident.state == IncidentState.FOUND


def test_steps_out_of_turn_are_refused(world, cast):
    incident = record(world, cast["college"])
    with pytest.raises(IllegalMove):
        incidents.close_incident(incident.pk, by=cast["university"])
    handle(incident, cast["college"])
    with pytest.raises(IllegalMove):
        handle(incident, cast["college"], outcome=IncidentOutcome.REFERRED)
    incidents.close_incident(incident.pk, by=cast["university"])
    with pytest.raises(IllegalMove):
        incidents.close_incident(incident.pk, by=cast["university"])
    assert len(verbs_of(incident)) == 3


def test_the_same_key_twice_is_one_incident(world, cast):
    first, again = (record(world, cast["college"], idempotency_key="k") for _n in range(2))
    assert first == again
    assert Incident.objects.count() == 1
    assert verbs_of(first) == ["incident.recorded"]


def test_a_closed_incident_withstands_plain_sql(world, cast):
    incident = closed(world, cast)
    for change in ({"is_grave": True, "grave_reason": "x"}, {"outcome": IncidentOutcome.REFERRED}):
        with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
            Incident.objects.filter(pk=incident.pk).update(**change)
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).delete()


def test_times_out_of_order_are_refused_by_the_database(world, cast):
    incident = record(world, cast["college"])
    early = FOUND - timedelta(hours=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(state=IncidentState.HANDLED, handled_at=early)
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(state=IncidentState.CLOSED)


def test_only_a_superior_says_that_it_was_grave_and_closes_it(world, cast):
    incident = record(world, cast["university"], "hnu")
    with pytest.raises(NotAllowed):
        incidents.mark_grave(incident.pk, reason="影响较大", by=cast["university"])
    marked = incidents.mark_grave(incident.pk, reason="影响较大", by=cast["province"])
    assert (marked.is_grave, marked.grave_by) == (True, cast["province"])
    handle(incident, cast["university"])
    with pytest.raises(NotAllowed, match="上级"):
        incidents.close_incident(incident.pk, by=cast["university"])
    assert incidents.close_incident(incident.pk, by=cast["province"]).state == IncidentState.CLOSED


def test_no_unit_closes_its_own_incident_before_a_superior_has_looked(world, cast, sign_in):
    incident = record(world, cast["college"])
    handle(incident, cast["college"])
    assert "请核实后办结" in Notification.objects.filter(unit=world["hnu"]).first().text
    close = reverse("accounts:close-incident", args=[incident.pk])
    assert sign_in("college").post(close).status_code == 403
    assert incidents.mark_grave(incident.pk, reason="影响较大", by=cast["university"]).is_grave
    assert incidents.close_incident(incident.pk, by=cast["university"]).closed_by == cast["university"]


def test_a_second_office_above_makes_nobody_the_superior_of_the_own_unit(world, cast):
    incident = record(world, cast["college"])
    handle(incident, cast["college"])
    Appointment.objects.create(
        user=cast["college"], unit=world["hnu"], role=Role.COMMITTEE, starts_on=date(2026, 10, 5)
    )
    assert not incidents.is_superior(cast["college"], world["hnu-law"])
    with pytest.raises(NotAllowed):
        incidents.close_incident(incident.pk, by=cast["college"])
    with pytest.raises(NotAllowed):
        incidents.mark_grave(incident.pk, reason="影响较大", by=cast["college"])


def test_a_mark_needs_a_reason_and_is_taken_back_with_one(world, cast):
    incident = record(world, cast["college"])
    for reason in ("  ", "一" * 201, "联系人 13800000123"):
        with pytest.raises(AccountsError):
            incidents.mark_grave(incident.pk, reason=reason, by=cast["university"])
    incidents.mark_grave(incident.pk, reason="影响较大", by=cast["university"])
    with pytest.raises(IllegalMove):
        incidents.mark_grave(incident.pk, reason="影响较大", by=cast["university"])
    back = incidents.unmark_grave(incident.pk, reason="经核实不属实", by=cast["university"])
    assert (back.is_grave, back.grave_reason) == (False, "经核实不属实")
    with pytest.raises(IllegalMove):
        incidents.unmark_grave(incident.pk, reason="再次", by=cast["university"])
    assert verbs_of(incident)[1:] == ["incident.grave_marked", "incident.grave_unmarked"]


def test_a_closed_incident_is_not_marked(world, cast):
    with pytest.raises(IllegalMove):
        incidents.mark_grave(closed(world, cast).pk, reason="影响较大", by=cast["university"])


def test_the_other_side_gets_a_message(world, cast):
    record(world, cast["college"])
    record(world, cast["university"])
    told = Notification.objects.filter(kind=incidents.RECORDED).order_by("pk")
    assert [each.unit for each in told] == [world["hnu"], world["hnu-law"]]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=20), "不到1分钟"),
        (timedelta(minutes=59), "59分钟"),
        (timedelta(hours=3, minutes=5), "3小时5分钟"),
        (timedelta(days=2), "2天"),
        (timedelta(days=2, hours=3, minutes=59), "2天3小时"),
    ],
)
def test_durations_are_said_in_two_units(span, words):
    assert duration(span) == words


def page(client, **query):
    answer = client.get(reverse(LIST), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_shows_the_own_scope_and_filters_by_address(world, cast, sign_in):
    closed(world, cast)
    grave = record(world, cast["university"], "hnu", category=IncidentCategory.MISTAKE)
    incidents.mark_grave(grave.pk, reason="影响较大", by=cast["province"])
    record(world, cast["outsider"], "qzu", category=IncidentCategory.STOLEN)
    client = sign_in("university")
    rows = '<td class="name">'
    assert page(client).count(rows) == 2
    assert "账号被盗用" not in page(client)
    assert page(client, state="open").count(rows) == page(client, grave="1").count(rows) == 1
    assert "诈骗" in page(client, state="closed")
    assert "没有符合条件的内容" in page(client, state="closed", grave="1")
    assert page(client, state="x", grave="x").count(rows) == 2
    assert "没有登记过不良信息" in page(sign_in("villager"))


def test_the_whole_way_by_pages(world, cast, sign_in):
    channel = open_account(world["hnu-law"], platform="wechat_personal", identifier="law_wx", by=None)
    client = sign_in("college")
    start = client.get(reverse("accounts:choose-incident-unit"))
    assert start.url == reverse("accounts:record-incident", args=[world["hnu-law"].pk])
    answers = {"category": "fraud", "channel": f"account-{channel.pk}", "key": "k1"}
    answers |= {"found_on": "2026-11-18", "found_time": "08:15"}
    recorded = client.post(start.url, answers)
    assert client.post(start.url, answers).url == recorded.url
    incident = Incident.objects.get()
    assert (incident.account, clock.local(incident.found_at).hour) == (channel, 8)
    body = client.get(recorded.url).content.decode()
    assert "已过 1小时45分钟" in body
    assert "SUP-2.2.1c" in body
    handled = {"outcome": "deleted", "handled_on": "2026-11-18", "handled_time": "09:15"}
    client.post(reverse("accounts:handle-incident", args=[incident.pk]), handled)
    sign_in("university").post(reverse("accounts:close-incident", args=[incident.pk]))
    body = client.get(recorded.url).content.decode()
    assert "用时 1小时" in body
    assert "用时 45分钟" in body
    assert "从发现到办结共 1小时45分钟" in body
    assert (
        "<form" not in body.split('<main id="main"')[1].replace('action="/logout/"', "").split("</main>")[0]
    )


def test_wrong_input_is_said_and_kept(world, cast, sign_in):
    client = sign_in("college")
    url = reverse("accounts:record-incident", args=[world["hnu-law"].pk])
    answer = client.post(url, {"category": "fraud", "found_on": "2026-11-19", "found_time": "08:15"})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "发现时间不能晚于现在" in body
    assert 'value="2026-11-19"' in body
    answer = client.post(url, {"category": "", "found_on": "昨天", "found_time": ""})
    assert answer.status_code == 422
    assert "请选择类别。" in answer.content.decode()
    assert client.post(url, {}).status_code == 422
    assert not Incident.objects.exists()


def test_steps_out_of_turn_are_said_on_the_page(world, cast, sign_in):
    incident = record(world, cast["college"])
    client = sign_in("university")
    early = client.post(reverse("accounts:close-incident", args=[incident.pk]))
    assert early.status_code == 422
    assert "当前状态不能办理这一步" in early.content.decode()
    handled = {"outcome": "deleted", "handled_on": "2026-11-17", "handled_time": "09:15"}
    before = client.post(reverse("accounts:handle-incident", args=[incident.pk]), handled)
    assert before.status_code == 422
    assert "不能早于发现时间" in before.content.decode()
    assert client.post(reverse("accounts:handle-incident", args=[incident.pk]), {}).status_code == 422


def test_marking_is_offered_to_superiors_only(world, cast, sign_in):
    incident = record(world, cast["college"])
    url = reverse("accounts:grade-incident", args=[incident.pk])
    assert url not in sign_in("college").get(incident.get_absolute_url()).content.decode()
    assert sign_in("college").post(url, {"grave": "1", "reason": "影响较大"}).status_code == 403
    client = sign_in("university")
    assert url in client.get(incident.get_absolute_url()).content.decode()
    assert client.post(url, {"grave": "1"}).status_code == 422
    assert client.post(url, {"grave": "1", "reason": "影响较大"}).status_code == 302
    handle(incident, cast["college"])
    body = sign_in("college").get(incident.get_absolute_url()).content.decode()
    assert "须由上级团委核实后办结" in body
    assert reverse("accounts:close-incident", args=[incident.pk]) not in body
    assert client.post(url, {"reason": "经核实不属实"}).status_code == 302
    incident.refresh_from_db()
    assert not incident.is_grave


def test_the_picker_leads_to_the_unit_chosen_and_never_outside(world, cast, sign_in):
    client, url = sign_in("university"), reverse("accounts:choose-incident-unit")
    chosen = client.get(url, {"parent": world["hnu-law"].pk})
    assert chosen.url == reverse("accounts:record-incident", args=[world["hnu-law"].pk])
    assert client.get(url, {"parent": world["qzu"].pk}).status_code == 404
    assert sign_in("secretary").get(url).status_code == 403


def test_closed_channels_are_not_offered(world, cast, sign_in):
    channel = open_account(world["hnu-law"], platform="wechat_personal", identifier="law_wx", by=None)
    url = reverse("accounts:record-incident", args=[world["hnu-law"].pk])
    assert f"account-{channel.pk}" in sign_in("college").get(url).content.decode()
    assert Account.objects.filter(unit=world["hnu-law"]).count() == 1
