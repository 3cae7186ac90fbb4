"""A rule in words, as the pages of schemes and the comparison of two editions say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from orgs.choices import Kind
from orgs.kernel.numbers import points_text
from scoring.choices import Metric, Provenance, RuleKind, is_number
from scoring.rules import DOWN, HALF_UP, Band
from scoring.scheme_bands import read_bands
from scoring.scheme_checks import highest_of
from scoring.scheme_places import LOW, read_places
from scoring.written_rules import Rule

if TYPE_CHECKING:
    from scoring.models import Criterion


def of_criterion(criterion: Criterion) -> str:
    """What the rule of a criterion does, in one or two sentences."""
    return of_rule(Rule.of_criterion(criterion))


def of_rule(rule: Rule) -> str:
    """What a rule does: what is counted, how points come of it, floor and cap."""
    return _WORDS[rule.rule](rule)


def metric_words(rule: Rule) -> str:
    """What is counted; of `figures` which ones."""
    if rule.metric != Metric.FIGURES:
        return str(Metric(rule.metric).label)
    base = rule.params.get("base", "")
    return f"{rule.params['part']} ÷ {base}" if base else str(rule.params["part"])


def band_range(bands: tuple[Band, ...], index: int, *, number: bool) -> str:
    """Which values a band holds: ≥90%, ≥80% 且 <90%, <70%."""
    band = bands[index]
    above = bands[index - 1] if index else None
    low = (
        "" if band.floor is None else f"{'>' if band.is_open else '≥'}{value_text(band.floor, number=number)}"
    )
    top = above.floor if above else None
    high = ""
    if above is not None and top is not None:
        high = f"{'≤' if above.is_open else '<'}{value_text(top, number=number)}"
    return _(" 且 ").join(part for part in (low, high) if part) or _("全部")


def value_text(value: Fraction, *, number: bool) -> str:
    """A bound as it was written: a number, or a percentage with as many decimals as it has."""
    exact = value if number else value * 100
    text = f"{Decimal(exact.numerator) / Decimal(exact.denominator):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if number else f"{text}%"


def _bands(rule: Rule) -> str:
    bands, number = read_bands(rule.params["bands"]), is_number(rule.metric, rule.params)
    steps = "；".join(
        _("%(range)s 得 %(points)s 分")
        % {"range": band_range(bands, n, number=number), "points": points_text(each.points)}
        for n, each in enumerate(bands)
    )
    most = highest_of(rule.metric, rule.params)
    capped = (
        _("，超过 %(most)s 按其计") % {"most": value_text(most, number=number)} if most is not None else ""
    )
    return _("%(metric)s：%(steps)s%(capped)s。") % {
        "metric": metric_words(rule),
        "steps": steps,
        "capped": capped,
    }


def _linear(rule: Rule) -> str:
    number = is_number(rule.metric, rule.params)
    words = _(
        "%(metric)s：从 %(zero)s 得 %(low)s 分，到 %(full)s 得 %(high)s 分，其间按比例，步长 %(step)s，%(rounding)s。"
    )
    return words % {
        "metric": metric_words(rule),
        "zero": value_text(Fraction(rule.params.get("zero", 0)), number=number),
        "full": value_text(Fraction(rule.params.get("full", 1)), number=number),
        "low": points_text(rule.min_points),
        "high": points_text(rule.max_points),
        "step": rule.params.get("step", "0.1"),
        "rounding": _rounding(rule),
    }


def _presence(rule: Rule) -> str:
    words = {"metric": metric_words(rule), "points": points_text(rule.max_points)}
    if "least" in rule.params:
        return _("%(metric)s：至少 %(least)s，得 %(points)s 分；不足不得分。") % {
            **words,
            "least": rule.params["least"],
        }
    return _("%(metric)s：有，得 %(points)s 分；没有不得分。") % words


def _documents(rule: Rule) -> str:
    return _("每份文件得 %(each)s 分，最多 %(cap)s 分。") % _counted(rule)


def _count(rule: Rule) -> str:
    written = ""
    if "rule_points" in rule.params:
        written = _("有制度性文件得 %(points)s 分；") % {
            "points": points_text(Decimal(rule.params["rule_points"]))
        }
    per = rule.params.get("per", 1)
    what = metric_words(rule) if rule.metric else _("次数")
    unit = (
        _("每 %(per)s（%(rounding)s）") % {"per": per, "rounding": _rounding(rule)} if per > 1 else _("每次")
    )
    words = _("%(written)s%(what)s：%(unit)s得 %(each)s 分，该项最多 %(cap)s 分。")
    return words % {"written": written, "what": what, "unit": unit, **_counted(rule)}


def _penalty(rule: Rule) -> str:
    free = rule.params.get("free", 0)
    after = _("，头 %(free)s 次不扣") % {"free": free} if free else ""
    words = _("%(metric)s：满分 %(cap)s 分，每次扣 %(each)s 分%(after)s，最低 %(low)s 分。")
    return words % {
        "metric": metric_words(rule),
        "after": after,
        "low": points_text(rule.min_points),
        **_counted(rule),
    }


def _monthly(rule: Rule) -> str:
    least = rule.params.get("least_months", 1)
    return _("各月最后一周的平均数（至少 %(least)s 个月）。%(bands)s") % {
        "least": least,
        "bands": _bands(rule),
    }


def _misses(rule: Rule) -> str:
    number = is_number(rule.metric, rule.params)
    words = _("%(metric)s：满分 %(cap)s 分，连续 %(run)s 周低于 %(mark)s 扣 %(each)s 分，最低 %(low)s 分。")
    return words % {
        "metric": metric_words(rule),
        "run": rule.params["run"],
        "mark": value_text(Fraction(rule.params["mark"]), number=number),
        "low": points_text(rule.min_points),
        **_counted(rule),
    }


def _rank(rule: Rule) -> str:
    places = read_places(rule.params["places"])
    before = [0, *(each.last or 0 for each in places)]
    steps = "；".join(
        _("%(places)s得 %(points)s 分")
        % {"places": _place_words(first + 1, each.last), "points": points_text(each.points)}
        for first, each in zip(before, places, strict=False)
    )
    words = _("%(metric)s，在%(group)s中排名（%(order)s）：%(steps)s。%(ties)s")
    return words % {
        "metric": metric_words(rule),
        "group": group_words(rule.params),
        "order": _order(rule.params),
        "steps": steps,
        "ties": _ties(rule),
    }


def group_words(params: Mapping[str, Any]) -> str:
    """Whom a unit is compared with."""
    if "kinds" not in params:
        return _("同一上级、同一类型的单位")
    return _("同一上级的%(kinds)s") % {"kinds": "、".join(str(Kind(each).label) for each in params["kinds"])}


def provenance_words(provenance: str) -> str:
    """原文, 按文意理解, 拟定: short enough for a label; that a proposed item waits is said beside it."""
    return _("拟定") if provenance == Provenance.RECONSTRUCTED else str(Provenance(provenance).label)


def _place_words(first: int, last: int | None) -> str:
    if last is None:
        return _("其余各名") if first > 1 else _("各名")
    return _("第 %(n)s 名") % {"n": first if first == last else f"{first}–{last}"}


def _ties(rule: Rule) -> str:
    found = [
        f"{metric_words(Rule('', each['metric'], rule.min_points, rule.max_points, each.get('params', {})))}"
        f"（{_order(each)}）"
        for each in rule.params.get("ties", ())
    ]
    if not found:
        return _("名次相同的并列。")
    return _("名次相同时依次比：%(ties)s；仍相同的并列。") % {"ties": "，".join(found)}


def _order(row: Mapping[str, Any]) -> str:
    return _("越低越靠前") if row.get("order") == LOW else _("越高越靠前")


def _sum(rule: Rule) -> str:
    words = _("各部分相加，最低 %(low)s 分，最多 %(cap)s 分：%(parts)s")
    limits = {"low": points_text(rule.min_points), "cap": points_text(rule.max_points)}
    return words % {**limits, "parts": _parts(rule)}


def _exclusive(rule: Rule) -> str:
    return _("取得分最低的一档，不重复扣分：%(parts)s") % {"parts": _parts(rule)}


def _judged(rule: Rule) -> str:
    if rule.metric:
        return _("由考核小组评定，旁列 %(metric)s 供参考。") % {"metric": metric_words(rule)}
    return _("由考核小组评定。")


def _parts(rule: Rule) -> str:
    return " ".join(f"（{n}）{of_rule(Rule.of_part(part))}" for n, part in enumerate(rule.params["parts"], 1))


def _counted(rule: Rule) -> dict[str, str]:
    return {"each": points_text(Decimal(rule.params["each"])), "cap": points_text(rule.max_points)}


def _rounding(rule: Rule) -> str:
    rounding = rule.params.get("rounding", DOWN)
    return _("不足舍去") if rounding == DOWN else _("四舍五入") if rounding == HALF_UP else _("不足进一")


_WORDS: dict[str, Callable[[Rule], str]] = {
    RuleKind.BANDS: _bands,
    RuleKind.LINEAR: _linear,
    RuleKind.PRESENCE: _presence,
    RuleKind.DOCUMENTS: _documents,
    RuleKind.COUNT: _count,
    RuleKind.PENALTY: _penalty,
    RuleKind.MONTHLY: _monthly,
    RuleKind.MISSES: _misses,
    RuleKind.RANK: _rank,
    RuleKind.SUM: _sum,
    RuleKind.EXCLUSIVE: _exclusive,
    RuleKind.JUDGED: _judged,
}
