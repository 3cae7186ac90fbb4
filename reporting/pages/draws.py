"""What the pages of 抽查 show: draws with their progress, one draw with its samples and tally, the own samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.choices import GroupKind
from orgs.choices import Kind
from orgs.choices import Line as WorkLine
from orgs.models import OrgUnit
from reporting import draw as arithmetic
from reporting.choices import CheckGrade, CheckKind, DrawState, Stratum
from reporting.grading import STEPS
from reporting.operations.draw_frames import ALL
from reporting.pages.unit import GRADE_TONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reporting.models import Draw, DrawItem, SpotCheck

TONES = {
    DrawState.DRAWN: "warn",
    DrawState.ASSIGNED: "info",
    DrawState.CLOSED: "ok",
    DrawState.REPLACED: "mute",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One draw of the list."""

    draw: Draw
    tone: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample with its result in words; `weight` None where the draw doesn't weigh."""

    item: DrawItem
    stratum: str
    weight: int | None
    tone: str
    result: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One draw: its facts, samples and how many of each result."""

    draw: Draw
    tone: str
    facts: list[tuple[str, str]]
    samples: list[Sample]
    tally: list[tuple[str, int]]


def lines(draws: Iterable[Draw]) -> list[Line]:
    """In the order of the queryset."""
    return [Line(each, TONES[DrawState(each.state)]) for each in draws]


def read(draw: Draw) -> Page:
    """The draw with everything that was drawn; three statements."""
    items = list(draw.items.for_list())
    names = _names(draw, items)
    weights = _weights(draw)
    samples = [sample(each, names.get(each.stratum, ""), weights.get(each.group_id)) for each in items]
    return Page(draw, TONES[DrawState(draw.state)], _facts(draw), samples, _tally(samples))


def sample(item: DrawItem, stratum: str = "", weight: int | None = None) -> Sample:
    """One sample with the state of its result."""
    check = item.check_made
    if item.missing_at is not None:
        return Sample(item, stratum, weight, "bad", _("群找不到"), is_open=False)
    if check is None:
        word = _("待登记") if item.inspector_id else _("待分派")
        return Sample(item, stratum, weight, "warn", word, is_open=True)
    second = _second(item)
    if second is not None:
        tone, word = GRADE_TONES[CheckGrade(second.grade)], second.get_grade_display()
        return Sample(item, stratum, weight, tone, word, is_open=False)
    if check.voided_at is not None:
        word = _("已作废") if item.draw.state == DrawState.CLOSED else _("已作废，待重新登记")
        return Sample(item, stratum, weight, "mute", word, is_open=True)
    tone = GRADE_TONES[CheckGrade(check.grade)]
    return Sample(item, stratum, weight, tone, check.get_grade_display(), is_open=False)


def _second(item: DrawItem) -> SpotCheck | None:
    """The second result, where an objection to the first was upheld."""
    if item.check_made is None or item.check_made.voided_at is None:
        return None
    upheld = (each.second_check for each in item.check_made.objections.all() if each.is_upheld)
    return next((each for each in upheld if each is not None and each.kind == CheckKind.POSTS), None)


def grade_steps() -> str:
    """From how many items on which grade, best first, for the script that shows it while one types."""
    return " ".join(f"{floor}:{CheckGrade(name).label}" for floor, name in STEPS)


def _tally(samples: list[Sample]) -> list[tuple[str, int]]:
    """How many of each grade, not found and not yet recorded; they add up to the size."""
    found = [
        (str(grade.label), sum(each.result == str(grade.label) for each in samples)) for grade in CheckGrade
    ]
    missing = sum(each.item.missing_at is not None for each in samples)
    waiting = sum(each.is_open for each in samples)
    return [*found, (_("群找不到"), missing), (_("未登记"), waiting)]


def _facts(draw: Draw) -> list[tuple[str, str]]:
    """What anybody needs to draw the same again, and what was asked for."""
    return [
        (_("抽查范围"), draw.scope.name),
        (_("战线"), _words(draw.lines, {each.value: each.label for each in WorkLine})),
        (_("团组织类型"), _words(draw.kinds, {each.value: each.label for each in Kind})),
        (_("群类型"), _words(draw.group_kinds, {each.value: each.label for each in GroupKind})),
        (_("方式"), draw.get_way_display()),
        (_("分层"), draw.get_stratum_display()),
        (_("按风险加权"), _("是") if draw.uses_risk else _("否")),
        (_("抽样框"), _size(draw)),
        (_("抽样编号"), draw.seed),
        (_("抽样框校验值（SHA-256）"), draw.frame_hash),
        (_("抽取人"), draw.drawn_by.display_name),
    ]


def _size(draw: Draw) -> str:
    words = {"n": draw.n_frame, "size": draw.size, "percent": draw.share_percent}
    if draw.share_percent is None:
        return _("%(n)d 个群，抽取 %(size)d 个") % words
    return _("%(n)d 个群，按 %(percent)d%% 抽取，进一为 %(size)d 个") % words


def _words(codes: list[str], words: Mapping[str, object]) -> str:
    return "、".join(str(words.get(code, code)) for code in codes) or _("全部")


def _names(draw: Draw, items: list[DrawItem]) -> dict[str, str]:
    """Stratum of the frame → what a reader calls it."""
    strata = {item.stratum for item in items}
    if draw.stratum == Stratum.KIND:
        words = dict(Kind.choices)
        return {each: str(words.get(each, each)) for each in strata}
    ids = [int(each[1:]) for each in strata if each != ALL and each[1:].isdigit()]
    if draw.stratum == Stratum.NONE or not ids:
        return {}
    return {f"d{pk}": name for pk, name in OrgUnit.objects.filter(pk__in=ids).values_list("pk", "name")}


def _weights(draw: Draw) -> dict[int, int]:
    if not draw.uses_risk:
        return {}
    return {line.group_id: line.weight for line in arithmetic.lines_of(draw.frame)}
