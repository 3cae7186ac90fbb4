"""What a pack means: codes once, clauses and phases that exist, moments in order, rules that can be judged."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.naming import UNIFORM
from reporting.campaign_metrics import DAILY, NEEDS, PERIODIC
from reporting.choices import DemandKind
from reporting.models.campaigns import MOST_REQUIREMENTS
from reporting.packs import moments
from reporting.packs.content import contact_line
from reporting.packs.layout import FINAL, PARAMETERS, PLANNED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orgs.kernel.shapes import Findings

Row = dict[str, Any]
LONGEST_CONTACT = 200
LARGEST_SHARE = 10  # above that somebody has written per cent


def check(data: Row, findings: Findings) -> None:
    """Report what is wrong in a pack whose form is right."""
    requirements = data["requirements"]
    for part in ("events", "phases", "requirements"):
        _check_codes(data.get(part, ()), part, findings)
    if len(contact_line(data.get("contact", {}))) > LONGEST_CONTACT:
        findings.add("contact", _("联系方式合起来最多%(n)d个字，请缩短。") % {"n": LONGEST_CONTACT})
    _check_phases(data, findings)
    n = sum(len(_codes(row)) for row in requirements)
    if n > MOST_REQUIREMENTS:
        text = _("连同最后期限和计划数共有%(n)d项要求，最多%(most)d项，请减少或分成两份部署。")
        findings.add("requirements", text % {"n": n, "most": MOST_REQUIREMENTS})
    for at, row in _rows(data, "requirements"):
        _check_references(data, row, at, findings)
        _check_target(row.get("target", {}), f"{at}.target", findings)
        _check_moments(data, row, at, findings)
        _check_rule(row, f"{at}.rule", findings)
    _check_rounds(data, findings)


def _check_rounds(data: Row, findings: Findings) -> None:
    """A phase runs a form once: what is launched is known by its phase and its form."""
    taken: set[tuple[str, str]] = set()
    for at, row in _rows(data, "rounds"):
        key = (row.get("phase", ""), row["form"])
        if key in taken:
            findings.add(f"{at}.phase", _("同一阶段的同一张收集表只能写一次，请合并，或分到不同阶段。"))
        taken.add(key)
        _check_references(data, row, at, findings)
        _check_target(row.get("target", {}), f"{at}.target", findings)
        if not _is_before(moments.starting(row.get("opens")), moments.ending(row["deadline"])):
            findings.add(f"{at}.deadline", _("截止不晚于开始，请更正。"))


def _rows(data: Row, part: str) -> Iterable[tuple[str, Row]]:
    return ((f"{part}[{n}]", row) for n, row in enumerate(data.get(part, ()), 1))


def _check_codes(rows: Iterable[Row], part: str, findings: Findings) -> None:
    taken: set[str] = set()
    for n, row in enumerate(rows, 1):
        codes = _codes(row)
        if codes & taken:
            findings.add(f"{part}[{n}].code", _("代码“%s”重复，请改为各不相同。") % row["code"])
        taken |= codes


def _codes(row: Row) -> set[str]:
    """The code of a row of `events`, `phases` or `requirements`, and those of the demands that come with it."""
    found = {row["code"]}
    if "final" in row:
        found.add(row["code"] + FINAL)
    if row.get("kind") == DemandKind.PLAN:
        found.add(row["code"] + PLANNED)
    return found


def _check_phases(data: Row, findings: Findings) -> None:
    earlier: datetime | None = None
    for at, row in _rows(data, "phases"):
        _check_references(data, row, at, findings)
        starts, ends = moments.starting(row.get("starts")), moments.ending(row.get("ends"))
        if not _is_before(starts, ends):
            findings.add(f"{at}.ends", _("截止不晚于开始，请更正。"))
        if ends and earlier and ends < earlier:
            findings.add(f"{at}.ends", _("比上一阶段的截止还早，请按时间先后排列。"))
        earlier = ends or earlier


def _check_references(data: Row, row: Row, at: str, findings: Findings) -> None:
    named = {f"{at}.clause": row.get("clause")}
    named |= {f"{at}.also[{n}]": clause for n, clause in enumerate(row.get("also", ()), 1)}
    for key, clause in named.items():
        if clause is not None and clause not in data["clauses"]:
            findings.add(key, _("条款“%s”没有写在 clauses 里，请补上或更正。") % clause)
    phases = {phase["code"] for phase in data.get("phases", ())}
    if "phase" in row and row["phase"] not in phases:
        findings.add(f"{at}.phase", _("没有这个阶段，请改为 phases 里的代码。"))


def _check_target(target: Row, at: str, findings: Findings) -> None:
    for wanted, unwanted in (("intake_years", "not_intake_years"), ("units", "not_units")):
        if set(target.get(wanted, ())) & set(target.get(unwanted, ())):
            findings.add(f"{at}.{unwanted}", _("与 %s 相矛盾，请删去其中一处。") % wanted)


def _check_moments(data: Row, row: Row, at: str, findings: Findings) -> None:
    deadline = row.get("deadline")
    phases = {each["code"]: each for each in data.get("phases", ())}
    phase: Row = phases.get(row.get("phase"), {})
    if isinstance(deadline, dict):
        events = {event["code"]: event for event in data.get("events", ())}
        if deadline["before"] not in events:
            findings.add(f"{at}.deadline.before", _("没有这件事，请改为 events 里的代码。"))
        _check_final(row, moments.starting(events.get(deadline["before"], {}).get("at")), at, findings)
        return
    phase_ends = moments.ending(phase.get("ends"))
    ends = moments.ending(deadline) or phase_ends
    starts = moments.starting(row.get("starts")) or moments.starting(phase.get("starts"))
    if not _is_before(starts, ends):
        findings.add(f"{at}.deadline", _("截止不晚于开始，请更正。"))
    if ends and phase_ends and ends > phase_ends:
        findings.add(f"{at}.deadline", _("截止晚于所属阶段的截止，请更正，或不写阶段。"))
    _check_final(row, ends, at, findings)


def _check_final(row: Row, ends: datetime | None, at: str, findings: Findings) -> None:
    if "final" not in row:
        return
    if row.get("hard", True):
        findings.add(f"{at}.final", _("刚性要求没有另外的最后期限：请写 hard: false，或删去 final。"))
    if not _is_before(ends, moments.ending(row["final"])):
        findings.add(f"{at}.final", _("最后期限不晚于截止，请更正。"))


def _is_before(first: datetime | None, last: datetime | None) -> bool:
    return first is None or last is None or first < last


def _check_rule(row: Row, at: str, findings: Findings) -> None:
    rule, kind = row["rule"], row["kind"]
    metrics = [each for each in (rule.get("metric"), rule.get("base"), *rule.get("substitutes", ())) if each]
    _check_parameters(rule, metrics, at, findings)
    if kind == DemandKind.FIGURE:
        _check_figure(rule, metrics, at, findings)
    elif kind == DemandKind.NAMING:
        _check_naming(rule, at, findings)
    elif kind == DemandKind.PLAN:
        deadline = row.get("deadline")
        ends = moments.ending(deadline) if isinstance(deadline, str) else None
        if not _is_before(moments.ending(rule["planned_by"]), ends):
            findings.add(f"{at}.planned_by", _("计划数要在截止以前填写，请更正。"))
        if Decimal(rule.get("share", 1)) > LARGEST_SHARE:
            findings.add(f"{at}.share", _('请写比例，如百分之八十写成 "0.8"。'))


def _check_naming(rule: Row, at: str, findings: Findings) -> None:
    if not _is_pattern(rule["pattern"]):
        findings.add(f"{at}.pattern", _("请写 uniform，或含 * 或 {name} 的名称样式，如 青农*。"))
    if rule["what"] != "groups" and "group_kinds" in rule:
        findings.add(f"{at}.group_kinds", _("只有 what 为 groups 时才写群的类型，请删去。"))
    if rule["what"] != "accounts" and "platforms" in rule:
        findings.add(f"{at}.platforms", _("只有 what 为 accounts 时才写平台，请删去。"))


def _is_pattern(text: str) -> bool:
    return text == UNIFORM or "*" in text or "{name}" in text


def _check_parameters(rule: Row, metrics: list[str], at: str, findings: Findings) -> None:
    """What a metric can't do without is there, and nothing that none of them reads."""
    needed = {NEEDS[metric]: metric for metric in metrics if metric in NEEDS}
    for name, metric in needed.items():
        if name not in rule:
            text = _("指标 %(metric)s 须写明 %(name)s，请补充。")
            findings.add(f"{at}.{name}", text % {"metric": metric, "name": name})
    read = {*needed, *(("least",) if "groups_short" in metrics else ())}
    for name in PARAMETERS:
        # A link group's kinds, and those and the platforms of names, are their own, no parameter.
        if name in rule and name not in read and (metrics or name not in {"group_kinds", "platforms"}):
            findings.add(f"{at}.{name}", _("所用的指标不看这一项，请删去。"))


def _check_figure(rule: Row, metrics: list[str], at: str, findings: Findings) -> None:
    if (rule.get("compare") == "between") != ("most" in rule):
        findings.add(f"{at}.most", _("只有 between 写上限 most，而且必须写。"))
    elif "most" in rule and Decimal(rule["most"]) < Decimal(rule["threshold"]):
        findings.add(f"{at}.most", _("上限小于下限，请更正。"))
    if "base" in rule and Decimal(rule["most"] if "most" in rule else rule["threshold"]) > LARGEST_SHARE:
        findings.add(f"{at}.threshold", _('有基数时写比例，如百分之九十写成 "0.9"。'))
    if set(metrics) & set(PERIODIC) and "recurs" not in rule:
        findings.add(f"{at}.recurs", _("这个指标按周期统计，请写 daily、weekly 或 monthly。"))
    if rule.get("recurs") == "daily" and (set(metrics) - set(DAILY) or rule.get("scope") == "subtree"):
        text = _("按日只能看本级的 %s；其他请写 weekly 或 monthly。")
        findings.add(f"{at}.recurs", text % "、".join(DAILY))
