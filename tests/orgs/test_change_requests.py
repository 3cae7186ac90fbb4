"""变更申请: the unit asks, the superior decides, the usual door makes the change."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse

from orgs.choices import Measure, RequestKind, RequestState, Role
from orgs.exceptions import Conflict, IllegalMove, InvalidUnit, NotAllowed
from orgs.kernel import clock
from orgs.models import (
    Appointment,
    AuditEntry,
    Notification,
    OrgUnit,
    UnitBase,
    UnitChangeRequest,
    UnitContact,
)
from orgs.operations import contacts, locks, requests, reveals, tree
from orgs.operations.reveals import REVEALS_PER_HOUR
from tests import cast as cast_module
from tests.accounts.test_fill_races import at_once
from tests.world import TODAY

pytestmark = pytest.mark.django_db
UNIT = "hnu-law-1201"
CONTACT = {"telephone": "13800000321", "email": "law1201@example.edu.cn", "address": "人民大道58号"}


def ask_name(world, cast, key="secretary", name="法学2012级实验班团支部"):
    return requests.ask(
        world[UNIT],
        kind=RequestKind.NAME,
        facts={"name": name, "short_name": ""},
        reason="更名",
        by=cast[key],
    )


def ask_base(world, cast, **extra):
    facts = {"measure": Measure.MEMBERS, "count": 44, "year": 2026, "source": "名册"} | extra
    return requests.ask(
        world[UNIT], kind=RequestKind.BASE, facts=facts, reason="转入一人", by=cast["secretary"]
    )


def test_an_approved_name_is_the_name_and_the_unit_reads_it(world, cast):
    asked = ask_name(world, cast)
    assert Notification.objects.filter(unit=world["hnu-law"], kind=requests.ASKED).count() == 1
    requests.approve(asked, by=cast["college"])
    assert world[UNIT].name == "法学2012级实验班团支部"
    assert Notification.objects.filter(unit=world[UNIT], kind=requests.DECIDED).count() == 1
    assert UnitChangeRequest.objects.get().state == RequestState.APPROVED


def test_an_approved_contact_is_kept_encrypted_and_out_of_the_ledger(world, cast):
    asked = requests.ask(
        world[UNIT], kind=RequestKind.CONTACT, facts=CONTACT, reason="新办公室", by=cast["secretary"]
    )
    assert "13800000321" not in f"{asked.proposed}{asked.before}"
    requests.approve(asked, by=cast["college"])
    assert UnitContact.objects.get(unit=world[UNIT]).telephone == "13800000321"
    assert "13800000321" not in str(list(AuditEntry.objects.values_list("body__detail", "body__reason")))


def test_an_approved_base_stands_with_its_version(world, cast):
    requests.approve(ask_base(world, cast), by=cast["university"])
    assert UnitBase.objects.get(unit=world[UNIT], measure=Measure.MEMBERS).count == 44
    assert world[UNIT].base_versions.current().get(measure=Measure.MEMBERS).count == 44


def test_who_decides_on_a_base_sees_whose_figures_change(world, cast, sign_in):
    asked = ask_base(world, cast)
    url = reverse("orgs:show-request", args=[asked.pk])
    page = sign_in("university").get(url)
    assert [each.unit.code for each in page.context["concerned"]] == [UNIT, "hnu-law", "hnu", "hi"]
    assert "底数、覆盖率会变" in page.content.decode()
    assert "concerned" not in sign_in("secretary").get(url).context


def test_what_a_unit_is_assessed_by_cannot_be_asked_for(world, cast):
    with pytest.raises(InvalidUnit, match="上级登记"):
        ask_base(world, cast, measure=Measure.MEMBERS_2012)


@pytest.mark.parametrize(
    "key", ["college", "university", "outsider", "outside_secretary", "auditor", "nobody"]
)
def test_only_the_very_unit_asks(world, cast, key):
    with pytest.raises(NotAllowed):
        ask_name(world, cast, key)


@pytest.mark.parametrize("key", ["secretary", "outsider", "auditor", "township", "nobody"])
def test_only_a_superior_decides(world, cast, key):
    asked = ask_name(world, cast)
    with pytest.raises(NotAllowed):
        requests.approve(asked, by=cast[key])
    with pytest.raises(NotAllowed):
        requests.refuse(asked, remark="不行", by=cast[key])


def test_a_committee_does_not_decide_what_it_asked_itself(world, cast):
    asked = requests.ask(
        world["hnu-law"],
        kind=RequestKind.NAME,
        facts={"name": "法学部团委"},
        reason="更名",
        by=cast["college"],
    )
    with pytest.raises(NotAllowed):
        requests.approve(asked, by=cast["college"])
    requests.approve(asked, by=cast["university"])
    assert world["hnu-law"].name == "法学部团委"


def test_one_open_request_per_matter(world, cast):
    ask_name(world, cast)
    with pytest.raises(InvalidUnit, match="已有一份申请"):
        ask_name(world, cast, name="另一个名称团支部")


def test_a_refusal_needs_its_remark_and_changes_nothing(world, cast):
    asked = ask_name(world, cast)
    with pytest.raises(InvalidUnit, match="理由"):
        requests.refuse(asked, remark=" ", by=cast["college"])
    requests.refuse(asked, remark="名称应含年级", by=cast["college"])
    assert world[UNIT].name == "法学2012级1班团支部"
    with pytest.raises(IllegalMove):
        requests.approve(asked, by=cast["college"])


def test_a_withdrawn_request_cannot_be_decided_and_another_may_follow(world, cast):
    requests.withdraw(ask_name(world, cast), by=cast["secretary"])
    with pytest.raises(IllegalMove):
        requests.approve(UnitChangeRequest.objects.get(), by=cast["college"])
    ask_name(world, cast)


def test_a_name_that_changed_meanwhile_is_a_conflict_and_the_request_stays_open(world, cast):
    asked = ask_name(world, cast)
    tree.rename_unit(world[UNIT], name="法学一班团支部", by=None)
    with pytest.raises(Conflict):
        requests.approve(asked, by=cast["college"])
    assert UnitChangeRequest.objects.get().state == RequestState.OPEN


@pytest.mark.parametrize("facts", [{"telephone": "电话"}, {"email": "nobody"}, {"address": "路" * 201}])
def test_a_contact_that_cannot_be_is_refused_in_words(world, cast, facts):
    given = {"telephone": "", "email": "", "address": ""} | facts
    with pytest.raises(InvalidUnit):
        contacts.record_contact(world["hnu-law"], by=cast["college"], **given)


def test_secretary_asks_on_the_page_and_the_college_decides_from_the_home_page(world, cast, sign_in):
    secretary, college = sign_in("secretary"), sign_in("college")
    page = secretary.get(reverse("orgs:show-unit", args=[world.ids[UNIT]])).content.decode()
    choose = reverse("orgs:choose-request", args=[world.ids[UNIT]])
    assert choose in page
    assert "去申请" in secretary.get(choose).content.decode()
    form = reverse("orgs:ask", args=[world.ids[UNIT], "name"])
    answer = secretary.post(form, {"name": "法学2012级实验班团支部", "short_name": "", "reason": "更名"})
    assert answer.status_code == 302
    asked = UnitChangeRequest.objects.get()
    assert reverse("orgs:list-requests") in college.get("/").content.decode()
    assert "法学2012级1班团支部" in college.get(reverse("orgs:list-requests")).content.decode()
    shown = college.get(reverse("orgs:show-request", args=[asked.pk])).content.decode()
    assert "法学2012级实验班团支部" in shown
    approve = reverse("orgs:decide-request", args=[asked.pk, "approve"])
    assert college.post(approve, {"remark": ""}).status_code == 302
    assert world[UNIT].name == "法学2012级实验班团支部"


def test_the_regular_name_is_one_tap_away_and_saves_nothing(world, sign_in):
    form = reverse("orgs:ask", args=[world.ids[UNIT], "name"])
    answer = sign_in("secretary").post(form, {"name": "法学实验班", "reason": "更名", "regular": "1"})
    assert answer.status_code == 200
    assert 'value="法学实验班团支部"' in answer.content.decode()
    assert not UnitChangeRequest.objects.exists()


def test_an_irregular_name_is_flagged_and_saved(world, sign_in):
    url = reverse("orgs:rename-unit", args=[world.ids["hnu-law"]])
    answer = sign_in("university").post(
        url, {"name": "法学院", "short_name": "", "reason": "更名", "version": "1"}, follow=True
    )
    assert "法学院团委" in answer.content.decode()
    assert world["hnu-law"].name == "法学院"


def test_refusal_without_remark_keeps_the_page_and_says_so(world, cast, sign_in):
    asked = ask_name(world, cast)
    url = reverse("orgs:decide-request", args=[asked.pk, "refuse"])
    answer = sign_in("college").post(url, {"remark": ""})
    assert answer.status_code == 422
    assert "请填写不同意的理由" in answer.content.decode()


def test_superiors_record_the_contact_themselves_and_a_mobile_is_masked(world, cast, sign_in):
    url = reverse("orgs:record-contact", args=[world.ids[UNIT]])
    assert sign_in("college").post(url, CONTACT).status_code == 302
    page = sign_in("university").get(reverse("orgs:show-unit", args=[world.ids[UNIT]])).content.decode()
    assert "138****0321" in page
    assert "13800000321" not in page
    assert sign_in("secretary").get(url).status_code == 403


def ask_contact(world, cast, **extra):
    return requests.ask(
        world[UNIT], kind=RequestKind.CONTACT, facts=CONTACT | extra, reason="新办公室", by=cast["secretary"]
    )


@pytest.mark.parametrize(
    "newer",
    [{"telephone": "0898-66279001"}, {"email": "newer@example.edu.cn"}, {"address": "海甸岛"}],
)
def test_a_contact_recorded_meanwhile_is_a_conflict_and_stays(world, cast, newer):
    known = {"telephone": "0898-66279000", "email": "old@example.edu.cn", "address": "旧址"}
    contacts.record_contact(world[UNIT], by=cast["college"], **known)
    asked = ask_contact(world, cast)
    assert "66279000" not in str(asked.before)
    contacts.record_contact(world[UNIT], by=cast["university"], **(known | newer))
    with pytest.raises(Conflict):
        requests.approve(asked, by=cast["college"])
    contact = UnitContact.objects.get(unit=world[UNIT])
    assert {name: getattr(contact, name) for name in known} == known | newer


def test_a_mobile_asked_for_is_masked_and_read_in_full_by_who_decides_only(world, cast, sign_in):
    asked = ask_contact(world, cast)
    page, reveal = (reverse(f"orgs:{name}-request", args=[asked.pk]) for name in ("show", "reveal"))
    for key in ("secretary", "college", "auditor", "province"):
        html = sign_in(key).get(page).content.decode()
        assert "138****0321" in html
        assert "13800000321" not in html
        assert (reveal in html) == (key in {"college", "province"})
    assert sign_in("secretary").post(reveal).status_code == 403
    assert not AuditEntry.objects.filter(verb="personal.revealed").exists()
    assert "13800000321" in sign_in("college").post(reveal).content.decode()
    entry = AuditEntry.objects.get(verb="personal.revealed")
    assert (entry.by, entry.reason, entry.detail) == (cast["college"], "办理变更申请", {"field": "telephone"})


def test_a_look_at_a_telephone_counts_towards_the_sixty_an_hour(world, cast):
    asked, by = ask_contact(world, cast), cast["college"]
    for n in range(REVEALS_PER_HOUR - 1):
        reveals.record(asked, unit=asked.unit, purpose="核实", by=by, n=n)
    assert requests.reveal_telephone(asked, by=by)
    with pytest.raises(NotAllowed, match="60"):
        requests.reveal_telephone(asked, by=by)


def test_who_holds_an_office_in_the_unit_too_does_not_decide_for_it(world, cast, sign_in):
    facts = {"name": "法学部团委"}
    asked = requests.ask(
        world["hnu-law"], kind=RequestKind.NAME, facts=facts, reason="更名", by=cast["college"]
    )
    Appointment.objects.create(
        user=cast["university"], unit=world["hnu-law"], role=Role.REVIEWER, starts_on=date(2026, 10, 5)
    )
    assert not requests.may_decide(cast["university"], asked)
    assert not UnitChangeRequest.objects.to_decide_by(cast["university"]).exists()
    with pytest.raises(NotAllowed):
        requests.approve(asked, by=cast["university"])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_an_approved_name_waits_for_the_tree_and_locks_nobody_out(transactional_world):
    """A writer that holds the root and then wants every row of the tree, beside an approval."""
    world, cast = transactional_world, cast_module.build(transactional_world)
    with clock.frozen(TODAY):
        asked = ask_name(world, cast)
    root, begun = world["hi"], threading.Event()

    def write_the_tree():
        with transaction.atomic():
            locks.lock_units([root.pk])
            begun.set()
            wait_for_a_blocked_session()
            return OrgUnit.objects.filter(tree_id=root.tree_id).update(position=F("position"))

    def approve():
        begun.wait(20)
        return requests.approve(asked, by=cast["college"])

    n_written, approved = at_once(write_the_tree, approve)
    assert n_written
    assert approved.state == RequestState.APPROVED


def wait_for_a_blocked_session():
    """Until somebody waits for a lock that this session holds."""
    with connection.cursor() as cursor:
        for _attempt in range(20_000):
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waited for the tree")
