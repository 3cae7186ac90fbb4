"""抽样: draw a sample of groups, and draw again where the first draw can't be used (SUP-4.1b, P2)."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from orgs.choices import Line as WorkLine
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger
from orgs.permissions import DRAW
from reporting import draw as arithmetic
from reporting.choices import DrawState, Stratum
from reporting.exceptions import ReportingError
from reporting.models import Draw, DrawItem
from reporting.operations.draw_frames import Plan, lines_of
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.models import User
    from orgs.querysets.scope import Span
    from reporting.draw import Line

LARGEST = 500  # what an inspection can look at; more is a count of all
LONGEST_REASON = 200
MOST_TRIES = 5
DRAWN = "draw.drawn"


@transaction.atomic
def draw_sample(plan: Plan, *, by: User) -> Draw:
    """抽取: frame, digest, seed and sample are written at once and never change. Raises NotAllowed, ReportingError."""
    return _draw(plan, by=by)


@transaction.atomic
def redraw(draw_id: int, *, reason: str, by: User) -> Draw:
    """重抽: a draw of its own, of today's frame and another seed; the first stays and says by which it was replaced.

    Raises NotAllowed, ReportingError without a reason, IllegalMove once a result is known: who has seen results must
    not choose among samples.
    """
    why = checked(reason, label=_("重抽理由"), longest=LONGEST_REASON)
    if not why:
        raise ReportingError(_("请填写重抽理由，理由会一直显示在两次抽样上。"))
    old = locked(draw_id, by=by)
    if old.items.open().count() != old.size:
        raise IllegalMove(_("已有抽查结果，不能重抽。"))
    plan = Plan(
        title=old.title,
        scope=old.scope,
        size=None if old.share_percent else old.size,
        share_percent=old.share_percent,
        lines=old.lines,
        kinds=old.kinds,
        group_kinds=old.group_kinds,
        way=old.way,
        stratum=old.stratum,
        uses_risk=old.uses_risk,
    )
    new = _draw(plan, by=by, replaces=old, redraw_reason=why)
    old.state = DrawState.REPLACED
    old.save(update_fields=["state"])
    ledger.record("draw.replaced", old, by=by, reason=why, replaced_by=new.number)
    return new


def locked(draw_id: int, *, by: User) -> Draw:
    """The draw for writing, by somebody who may draw there. Raises NotAllowed, IllegalMove for one that is over."""
    rows = Draw.objects.readable_by(by).select_for_update(of=("self",)).select_related("scope", "unit")
    draw = rows.get(pk=draw_id)
    if not may_change(draw, by):
        raise NotAllowed
    if draw.state in {DrawState.REPLACED, DrawState.CLOSED}:
        raise IllegalMove(_("这次抽样已办结或已重抽，不能再改。"))
    return draw


def may_change(draw: Draw, person: User) -> bool:
    """Whether they may assign and redraw it: who may draw in its scope, a department only what it drew among its lines."""
    spans = [each for each in person.units_in_charge().allowing(DRAW).spans if each.covers(draw.scope)]
    if not spans or any(not each.lines for each in spans):
        return bool(spans)
    return Draw.objects.readable_by(person, DRAW).filter(pk=draw.pk).exists()


def _draw(plan: Plan, *, by: User, **more: object) -> Draw:
    in_charge = by.units_in_charge().allowing(DRAW)
    spans = [span for span in in_charge.spans if span.covers(plan.scope)]
    if not spans:
        raise NotAllowed
    plan = replace(plan, lines=_lines(plan.lines, spans))
    found = lines_of(plan, in_charge)
    size = _size(plan, len(found))
    # A seed nobody chose: whoever may choose it could try until the sample suits.
    seed = secrets.token_hex(8)
    drawn = arithmetic.sample(found, seed, size, is_stratified=plan.stratum != Stratum.NONE)
    frame = arithmetic.frame_of(found)
    facts = {
        "unit_id": min(spans, key=lambda span: (span.is_forest, span.rght - span.lft)).unit_id,
        "size": size,
        "seed": seed,
        "algorithm": arithmetic.ALGORITHM,
        "frame": frame,
        "frame_hash": arithmetic.digest(frame),
        "n_frame": len(found),
        "drawn_at": clock.now(),
        "drawn_by": by,
    }
    draw = _numbered(_asked(plan) | facts | more)
    _add_items(draw, drawn)
    # The ledger can't be rewritten: whoever changes frame or seed later is found out by `replay_draw`.
    ledger.record(DRAWN, draw, by=by, number=draw.number, seed=seed, frame_hash=draw.frame_hash, size=size)
    return draw


def _lines(wanted: Sequence[str], spans: Sequence[Span]) -> list[str]:
    """The lines drawn among, in the order of `Line`: those wanted, of which a department has only its own."""
    is_whole = any(not span.lines for span in spans)
    own = set(WorkLine.values) if is_whole else {line for span in spans for line in span.lines}
    if not wanted and is_whole:
        return []
    chosen = [each for each in WorkLine.values if each in own and (not wanted or each in wanted)]
    if not chosen:
        raise ReportingError(_("所选战线不在您联系的战线之内，请重新选择。"))
    return chosen


def _asked(plan: Plan) -> dict[str, object]:
    """What of the plan is stored as it was asked for."""
    return {
        "title": plan.title.strip(),
        "scope": plan.scope,
        "lines": plan.lines,
        "kinds": plan.kinds,
        "group_kinds": plan.group_kinds,
        "way": plan.way,
        "stratum": plan.stratum,
        "share_percent": plan.share_percent,
        "uses_risk": plan.uses_risk,
    }


def _size(plan: Plan, n_frame: int) -> int:
    """How many are drawn. Raises ReportingError where that is nobody, more than there are or more than can be looked at."""
    if not plan.title.strip():
        raise ReportingError(_("请填写抽样名称。"))
    if (plan.size is None) == (plan.share_percent is None):
        raise ReportingError(_("抽取数和抽取比例请填写其中一项。"))
    if plan.share_percent is not None and not 0 < plan.share_percent <= 100:
        raise ReportingError(_("抽取比例应为 1 到 100 的整数，请更正。"))
    if not n_frame:
        raise ReportingError(_("这个范围内没有可以抽取的群，请扩大范围。"))
    size = plan.size if plan.size is not None else arithmetic.share_of(n_frame, plan.share_percent or 0)
    if not 0 < size <= LARGEST:
        words = {"most": LARGEST, "size": size}
        if plan.share_percent is not None:
            raise ReportingError(
                _("按比例要抽 %(size)d 个群，一次最多 %(most)d 个，请减小比例或缩小范围。") % words
            )
        raise ReportingError(_("抽取数应为 1 到 %(most)d，请更正。") % words)
    if size > n_frame:
        words = {"size": size, "n": n_frame}
        raise ReportingError(
            _("这个范围内只有 %(n)d 个群，抽不出 %(size)d 个。请减少抽取数或扩大范围。") % words
        )
    return size


def _numbered(facts: dict[str, object]) -> Draw:
    """The row with the next number of the year; of two at the same moment one takes the number after."""
    for attempt in range(1, MOST_TRIES + 1):
        try:
            with transaction.atomic():
                return Draw.objects.create(number=_next_number(), **facts)
        except IntegrityError:
            if attempt == MOST_TRIES:
                raise
    raise AssertionError  # the loop returns or raises


def _next_number() -> str:
    head = f"抽{clock.today().year}-"
    last = Draw.objects.filter(number__startswith=head).aggregate(last=Max("number"))["last"]
    return f"{head}{int(last.removeprefix(head)) + 1 if last else 1:04d}"


def _add_items(draw: Draw, drawn: list[Line]) -> None:
    DrawItem.objects.bulk_create(
        [
            DrawItem(
                draw=draw,
                position=position,
                group_id=line.group_id,
                unit_id=line.unit_id,
                stratum=line.stratum,
            )
            for position, line in enumerate(drawn, start=1)
        ]
    )
