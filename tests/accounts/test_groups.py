"""Groups: every kind is registered, changed, rested, merged, dissolved; what is too small is pointed out (UNI-2, RUR-2)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from accounts.choices import EventKind, GroupKind, GroupStatus, LinkedCadres, Ties
from accounts.exceptions import AccountsError
from accounts.models import Administratorship, Group, GroupVersion, RegistryEvent
from accounts.operations import registry
from accounts.operations.registry import PersonalData, batches
from accounts.operations.registry.groups import confirm_group, merge_group
from accounts.operations.registry.groups_bulk import change_many_groups
from accounts.pages import groups as pages
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry
from tests import cast as cast_module
from tests.world import TODAY

PERSON = PersonalData("林某甲", "lin_moujia", "小林", "354120768", "13800000123")


@pytest.fixture
def opened(world, cast):
    def _open(code: str = "hnu-law-1201", **facts):
        facts = {"kind": GroupKind.BRANCH, "name": "法学2012级1班微信群", "by": cast["college"]} | facts
        return registry.open_group(world[code], **facts)

    return _open


def hints(group) -> str:
    return "\n".join(pages.hints(Group.objects.for_page().get(pk=group.pk)))


def kinds_of(group) -> list[str]:
    return list(RegistryEvent.objects.filter(group=group).order_by("pk").values_list("kind", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", GroupKind.values)
def test_every_kind_is_registered_with_its_event_and_version(opened, kind):
    group = opened(
        kind=kind, members=45, outstanding_members=41, youth=20, topic=" 每天 一条 ", ties=Ties.PLACE
    )
    assert (group.topic, group.counted_on, group.opened_on) == ("每天 一条", TODAY.date(), TODAY.date())
    assert kinds_of(group) == [EventKind.OPENED]
    version = GroupVersion.objects.get(group=group)
    assert (version.kind, version.members, version.outstanding_members, version.youth) == (kind, 45, 41, 20)


@pytest.mark.django_db
def test_a_qq_group_stands_for_a_wechat_group_and_an_account_platform_takes_none(opened):
    opened()
    substitute = opened(platform="qq_group")
    assert Group.objects.substitutes().get() == substitute
    with pytest.raises(AccountsError):
        opened(platform="wechat_subscription")


@pytest.mark.django_db
def test_the_same_form_sent_twice_registers_one(opened):
    assert opened(idempotency_key="one") == opened(idempotency_key="one")
    assert Group.objects.count() == 1


@pytest.mark.django_db
def test_a_change_says_what_changed_and_a_stale_one_is_refused(opened, cast):
    group = opened(members=30)
    changed = registry.change_group(group, members=44, version=1, reason="新增团员", by=cast["college"])
    event = RegistryEvent.objects.filter(group=group).latest("pk")
    assert (event.kind, event.changes, event.reason) == (EventKind.CHANGED, {"members": [30, 44]}, "新增团员")
    assert changed.version == 2
    with pytest.raises(Conflict):
        registry.change_group(group, members=50, version=1, by=cast["college"])
    registry.change_group(group, name="法学院12级1班群", version=2, by=cast["college"])
    assert kinds_of(group)[-1] == EventKind.RENAMED
    assert registry.change_group(group, members=44, version=3, by=cast["college"]).version == 3
    assert len(kinds_of(group)) == 3


@pytest.mark.django_db
def test_a_group_that_went_to_another_unit_meanwhile_is_not_changed(opened, cast, world):
    group = opened()
    batches.transfer_channels([group.unit_id], world["qzu"].pk, reason="并入", at=clock.now())
    with pytest.raises(Conflict):
        registry.change_group(group, members=3, by=cast["university"])


@pytest.mark.django_db
def test_a_group_rests_comes_back_and_is_dissolved_once(opened, cast):
    group, by = opened(), cast["college"]
    registry.appoint_administrator(group.unit, group=group, person=PERSON, by=by)
    registry.change_group(group, status=GroupStatus.DORMANT, reason="放假", by=by)
    registry.change_group(group, status=GroupStatus.OPEN, reason="开学", by=by)
    registry.close_group(group, reason="毕业", by=by)
    group.refresh_from_db()
    assert (group.status, group.closed_on) == (GroupStatus.CLOSED, TODAY.date())
    assert not Administratorship.objects.in_office().exists()
    assert kinds_of(group) == [EventKind.OPENED, EventKind.CHANGED, EventKind.CHANGED, EventKind.CLOSED]
    for step in (
        lambda: registry.close_group(group, reason="毕业", by=by),
        lambda: registry.change_group(group, status=GroupStatus.OPEN, by=by),
        lambda: confirm_group(group, by=by),
    ):
        with pytest.raises(IllegalMove):
            step()


@pytest.mark.django_db
def test_a_merged_group_is_dissolved_and_the_other_keeps_its_own_counts(opened, cast, world):
    old, new = opened(members=30), opened(name="新群", members=41)
    registry.appoint_administrator(old.unit, group=old, person=PERSON, by=cast["college"])
    merge_group(old, new, reason="两群合一", by=cast["college"], version=1)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.status, old.merged_into, new.members, new.version) == (GroupStatus.CLOSED, new, 41, 1)
    assert not Administratorship.objects.in_office().exists()
    event = RegistryEvent.objects.get(group=old, kind=EventKind.CLOSED)
    assert event.changes == {"status": ["open", "closed"], "merged_into_id": [None, new.pk]}


@pytest.mark.django_db
def test_a_group_merges_into_one_of_its_line_that_stands_only(opened, cast):
    group, aside = opened(), opened("hnu-law-1202", name="邻班群")
    for into in (group, aside):
        with pytest.raises(AccountsError):
            merge_group(group, into, reason="合并", by=cast["college"])
    above = opened("hnu-law", kind=GroupKind.LINK, name="工作群")
    registry.close_group(above, reason="停用", by=cast["college"])
    with pytest.raises(AccountsError):
        merge_group(group, above, reason="合并", by=cast["college"])
    foreign = opened("qzu-sci", name="外校群", by=cast["outsider"])
    with pytest.raises(NotAllowed):
        merge_group(group, foreign, reason="合并", by=cast["college"])


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["secretary", "outsider", "auditor", "sysadmin", "nobody"])
def test_nobody_else_changes_a_group(opened, cast, key):
    group = opened()
    with pytest.raises(NotAllowed):
        registry.change_group(group, members=1, by=cast[key])
    with pytest.raises(NotAllowed):
        registry.close_group(group, reason="停用", by=cast[key])


@pytest.mark.django_db
def test_the_branch_secretary_says_that_everything_is_right(opened, cast):
    group = opened()
    later = TODAY + timedelta(days=100)
    with clock.frozen(later):
        assert Group.objects.stale().get() == group
        assert "没有确认过" in hints(group)
        confirm_group(group, by=cast["secretary"])
        confirm_group(group, by=cast["secretary"])
        assert not Group.objects.stale().exists()
    assert kinds_of(group) == [EventKind.OPENED]
    assert AuditEntry.objects.filter(verb="group.confirmed").count() == 1
    with pytest.raises(NotAllowed):
        confirm_group(group, by=cast["auditor"])


@pytest.mark.django_db
def test_too_few_outstanding_members_is_pointed_out_and_never_refused(opened, world):
    group = opened(members=44, outstanding_members=39)
    assert "UNI-2.1" in hints(group)
    assert Group.objects.below_minimum().get() == group
    small = opened("hnu-tour-1201", name="旅游班群", members=38, outstanding_members=30, by=None)
    assert world["hnu-tour-1201"].bases.get(measure="members").count == 38
    assert "UNI-2.1" not in hints(small)
    assert Group.objects.below_minimum().get() == group
    with pytest.raises(AccountsError):
        opened(members=30, outstanding_members=31)


@pytest.mark.django_db
def test_a_number_nobody_has_given_is_not_below_the_minimum(opened):
    group = opened()
    assert not Group.objects.below_minimum().exists()
    assert "没有填写优秀团员数" in hints(group)


@pytest.mark.django_db
def test_a_youth_link_group_is_in_touch_with_twenty(opened):
    few = opened("qh-hs-jl", kind=GroupKind.YOUTH_LINK, name="加略村团青群", youth=19, by=None)
    enough = opened("qh-hs-zj", kind=GroupKind.YOUTH_LINK, name="中酒村团青群", youth=20, by=None)
    assert "RUR-2.1" in hints(few)
    assert "RUR-2.1" not in hints(enough)
    assert Group.objects.below_minimum().get() == few


@pytest.mark.django_db
def test_a_link_group_is_complete_when_every_subordinate_committee_is_in_it(opened, cast):
    facts = {
        "kind": GroupKind.RURAL_YOUTH,
        "name": "琼海青农群",
        "linked_cadres": LinkedCadres.TOWNSHIP_COMMITTEES,
    }
    group = opened("qh", subordinates_in=1, by=cast["city"], **facts)
    row = Group.objects.for_page().get(pk=group.pk)
    shown = {label: value for label, value, _url in pages.facts(row)}
    assert shown["下级进群"] == "1 / 2 个下级已进群"
    assert Group.objects.lacking_subordinates().get() == group
    registry.change_group(group, subordinates_in=2, by=cast["city"])
    assert not Group.objects.lacking_subordinates().exists()
    assert "下级" not in hints(group)
    shown = {label: value for label, value, _url in pages.facts(Group.objects.for_page().get(pk=group.pk))}
    assert shown["下级进群"] == "2 / 2 个下级已进群，已全部进群"
    registry.change_group(group, subordinates_in=3, by=cast["city"])
    assert "请核对" in hints(group)


@pytest.mark.django_db
def test_how_many_subordinates_were_in_the_group_is_read_as_of_a_moment(opened, cast):
    """RUR-2.3b: the weekly close reads versions only."""
    facts = {"kind": GroupKind.RURAL_YOUTH, "name": "琼海青农群", "subordinates_in": 1, "by": cast["city"]}
    group, began = opened("qh", **facts), clock.now()
    with clock.frozen(began + timedelta(days=1)):
        registry.change_group(group, subordinates_in=2, by=cast["city"])
    with clock.frozen(began + timedelta(days=2)):
        registry.change_group(Group.objects.get(pk=group.pk), subordinates_in=None, by=cast["city"])
    days = (timedelta(hours=1), timedelta(days=1), timedelta(days=3))
    as_of = [GroupVersion.objects.as_of(began + each).get(group=group).subordinates_in for each in days]
    assert as_of == [1, 2, None]
    event = RegistryEvent.objects.filter(group=group).order_by("at").first()
    assert event.kind == "opened"


@pytest.mark.django_db
def test_many_at_once_skips_what_cannot_be_done_and_says_why(opened, cast):
    first, second = opened(), opened("hnu-law-1202", name="二班群")
    registry.close_group(second, reason="毕业", by=cast["college"])
    foreign = opened("qzu-sci-1201", name="外校群", by=None)
    seen = {first.pk: 1, second.pk: 2, foreign.pk: 1}
    outcomes = change_many_groups(seen, "dormant", reason="放假", by=cast["college"])
    assert [(each.group, bool(each.refusal)) for each in outcomes] == [(first, False), (second, True)]
    first.refresh_from_db()
    assert first.status == GroupStatus.DORMANT
    stale = change_many_groups({first.pk: 1}, "kind:project", reason="归类", by=cast["college"])
    assert stale[0].refusal
    change_many_groups({first.pk: 2}, "kind:project", reason="归类", by=cast["college"])
    first.refresh_from_db()
    assert first.kind == GroupKind.PROJECT


@pytest.mark.race
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs row locks")
def test_two_people_merging_into_each_other_leave_one_group(transactional_world):
    unit = transactional_world["hnu-law-1201"]
    cast = cast_module.build(transactional_world)
    one, two = (
        registry.open_group(unit, kind=GroupKind.BRANCH, name=name, by=None) for name in ("甲群", "乙群")
    )
    outcomes: list[str] = []

    def merge(group, into) -> None:
        try:
            with clock.frozen(TODAY):
                merge_group(group, into, reason="合并", by=cast["college"])
            outcomes.append("done")
        except (AccountsError, IllegalMove):
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=merge, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    assert Group.objects.active().count() == 1
