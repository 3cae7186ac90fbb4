"""抽样: what a draw holds, who may draw, drawing again, and the command that draws it once more."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.choices import GroupStatus
from accounts.models import Group
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import triggers
from orgs.models import AuditEntry
from reporting import draw as arithmetic
from reporting.choices import DrawState, Stratum
from reporting.exceptions import ReportingError
from reporting.models import Draw, DrawItem
from reporting.operations.draw_assigning import assign_inspectors
from reporting.operations.draw_results import record_item
from reporting.operations.draws import draw_sample, redraw
from reporting.operations.inspection import record_check
from tests.reporting.draw_scene import PLACES, drawn, open_groups, plan
from tests.world import TODAY

pytestmark = pytest.mark.django_db


def replay(number: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("replay_draw", number, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_a_draw_holds_frame_digest_seed_and_a_sample_of_the_scope(world, cast):
    found = drawn(world, cast)
    assert (found.number, found.n_frame, found.state) == ("抽2026-0001", len(PLACES), DrawState.DRAWN)
    assert (found.unit, found.scope, found.drawn_at) == (world["hi"], world["hi"], TODAY)
    assert found.frame_hash == arithmetic.digest(found.frame)
    groups = set(found.items.values_list("group_id", flat=True))
    assert len(groups) == 4
    assert groups <= {line.group_id for line in arithmetic.lines_of(found.frame)}
    noted = AuditEntry.objects.get(verb="draw.drawn", object_id=str(found.pk)).detail
    assert (noted["seed"], noted["frame_hash"]) == (found.seed, found.frame_hash)


def test_the_frame_holds_only_open_groups_of_the_scope_and_the_filters(world, cast):
    groups = open_groups(world)
    Group.objects.filter(pk=groups[0].pk).update(status=GroupStatus.CLOSED)

    def codes(**facts: object) -> set[str]:
        made = draw_sample(plan(world, size=1, **facts), by=cast["province"])
        ids = {line.unit_id for line in arithmetic.lines_of(made.frame)}
        return {code for code in PLACES if world.ids[code] in ids}

    assert codes(scope=world["hnu"]) == {code for code in PLACES[1:] if code.startswith("hnu")}
    assert codes(lines=["rural"]) == {code for code in PLACES if code.startswith("qh")}
    assert codes(kinds=["college"]) == {"hnu-tour", "qzu-sci"}
    assert codes(group_kinds=["branch"]) == set(PLACES[1:])
    with pytest.raises(ReportingError):
        codes(group_kinds=["leaders"])


def test_a_department_draws_among_its_lines(world, cast):
    open_groups(world)
    made = draw_sample(plan(world), by=cast["schools"])
    assert made.n_frame == sum(code.startswith(("hnu", "qzu")) for code in PLACES)


def test_layers_share_the_sample(world, cast):
    by_unit = drawn(world, cast, size=6, stratum=Stratum.DIRECT_UNIT)
    strata = list(by_unit.items.values_list("stratum", flat=True))
    sizes = {code: strata.count(f"d{world.ids[code]}") for code in ("hnu", "qzu", "qh")}
    assert sizes == {"hnu": 3, "qzu": 1, "qh": 2}
    inside = draw_sample(
        plan(world, scope=world["hnu-law"], size=2, stratum=Stratum.DIRECT_UNIT), by=cast["province"]
    )
    assert set(inside.items.values_list("stratum", flat=True)) == {f"d{world.ids['hnu']}"}
    by_kind = draw_sample(plan(world, size=12, stratum=Stratum.KIND), by=cast["province"])
    assert list(by_kind.items.values_list("stratum", flat=True)).count("village") == 3


def test_risk_adds_tickets_that_stand_in_the_frame(world, cast):
    groups = open_groups(world)
    record_check(groups[0], draw="d", counted_on=TODAY.date().replace(day=17), posts=0, by=cast["province"])
    made = draw_sample(plan(world, uses_risk=True), by=cast["province"])
    weights = {line.group_id: line.weight for line in arithmetic.lines_of(made.frame)}
    # Nobody administers any, nobody has confirmed any; the first was 差 as well.
    assert {weights[group.pk] for group in groups[1:]} == {weights[groups[0].pk] - 2}
    assert weights[groups[1].pk] > 1


@pytest.mark.parametrize("who", ["city", "university", "auditor", "nobody", "sysadmin"])
def test_others_may_not_draw(world, cast, who):
    open_groups(world)
    with pytest.raises(NotAllowed):
        draw_sample(plan(world, scope=world["qh"], size=1), by=cast[who])


def test_nobody_draws_in_another_province(world, cast):
    with pytest.raises(NotAllowed):
        draw_sample(plan(world, scope=world["ah"], size=1), by=cast["province"])


@pytest.mark.parametrize("facts", [{"size": 0}, {"size": 13}, {"size": 501}, {"title": " "}])
def test_what_can_not_be_drawn_is_said(world, cast, facts):
    with pytest.raises(ReportingError):
        drawn(world, cast, **facts)
    assert not Draw.objects.exists()


def test_a_redraw_stands_beside_the_first_with_its_reason(world, cast):
    old = drawn(world, cast)
    with pytest.raises(ReportingError):
        redraw(old.pk, reason=" ", by=cast["province"])
    new = redraw(old.pk, reason="范围内有单位正在撤并", by=cast["province"])
    old.refresh_from_db()
    assert (old.state, old.replaced_by, new.replaces) == (DrawState.REPLACED, new, old)
    assert (new.number, new.size, new.redraw_reason) == ("抽2026-0002", 4, "范围内有单位正在撤并")
    assert new.seed != old.seed
    with pytest.raises(IllegalMove):
        redraw(old.pk, reason="再抽", by=cast["province"])


def test_nobody_draws_again_after_a_result(world, cast):
    made = drawn(world, cast)
    assign_inspectors(made.pk, [cast["province"].pk], by=cast["province"])
    record_item(made.items.first().pk, posts=3, by=cast["province"])
    with pytest.raises(IllegalMove):
        redraw(made.pk, reason="结果不好", by=cast["province"])


def test_frame_seed_and_sample_withstand_any_statement_from_the_start(world, cast):
    made = drawn(world, cast)
    other = Group.objects.exclude(draw_items__draw=made).first()
    for change in (
        lambda: Draw.objects.filter(pk=made.pk).update(seed="0"),
        lambda: Draw.objects.filter(pk=made.pk).update(frame=""),
        lambda: Draw.objects.filter(pk=made.pk).update(size=3),
        lambda: DrawItem.objects.filter(draw=made, position=1).update(group=other),
        lambda: DrawItem.objects.filter(draw=made)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
            change()


def test_a_replaced_draw_and_its_samples_withstand_any_statement(world, cast):
    old = drawn(world, cast)
    redraw(old.pk, reason="漏了单位", by=cast["province"])
    for change in (
        lambda: Draw.objects.filter(pk=old.pk).update(state=DrawState.DRAWN),
        lambda: DrawItem.objects.filter(draw=old).update(note="x"),
        lambda: DrawItem.objects.filter(draw=old)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
            change()


def test_the_command_draws_the_same_again(world, cast):
    made = drawn(world, cast, size=5, stratum=Stratum.DIRECT_UNIT, uses_risk=True)
    code, words = replay(made.number)
    assert (code, "一致" in words, "不一致" in words, made.frame_hash in words) == (0, True, False, True)
    with pytest.raises(CommandError):
        replay("抽2026-0099")


def cut_frame(made: Draw) -> None:
    frame = made.frame.rpartition("\n")[0]
    Draw.objects.filter(pk=made.pk).update(frame=frame, frame_hash=arithmetic.digest(frame))


def put_another_in(made: Draw) -> None:
    other = Group.objects.exclude(pk__in=made.items.values("group")).first()
    DrawItem.objects.filter(pk=made.items.first().pk).update(group=other)


CHANGES = {
    "frame": cut_frame,
    "seed": lambda made: Draw.objects.filter(pk=made.pk).update(seed="chosen"),
    "digest": lambda made: Draw.objects.filter(pk=made.pk).update(frame_hash="0" * 64),
    "item": put_another_in,
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_command_finds_what_was_changed(world, cast, change):
    made = drawn(world, cast)
    with triggers.without_triggers():
        CHANGES[change](made)
    code, words = replay(made.number)
    assert (code, "不一致" in words) == (1, True)


def test_a_dormant_group_is_not_drawn(world, cast):
    asleep = open_groups(world)[0]
    Group.objects.filter(pk=asleep.pk).update(status=GroupStatus.DORMANT)
    found = draw_sample(plan(world, size=len(PLACES) - 1), by=cast["province"])
    assert found.n_frame == len(PLACES) - 1
    assert not found.items.filter(group=asleep).exists()
