"""The keys of a scheme file, said once: the reader checks with them, and docs/scheme.schema.json is written from them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from orgs.choices import Kind
from orgs.kernel.shapes import (
    Amount,
    Anything,
    Choice,
    Findings,
    Flag,
    Key,
    Many,
    OrNull,
    Points,
    Record,
    Schema,
    Text,
    Whole,
)
from orgs.kernel.shapes import Row as Fixed
from reporting.figures import FIGURES
from scoring.choices import Grade, Metric, PoorReading, Provenance, RuleKind
from scoring.rules import ROUNDINGS
from scoring.scheme_places import ORDERS

LONGEST_SCHEME = 20
_CODE_HINT = _("只用小写字母、数字和连字符，以字母开头，最多20个字符。")
_CODE = Text(LONGEST_SCHEME, r"[a-z][a-z0-9]*(-[a-z0-9]+)*", _CODE_HINT)
_CLAUSE = Text(20)
_PROVENANCE = Choice(tuple(Provenance.values))
_POINTS = Key(Points(), _("分值（满分，也是得分上限）"), is_required=True)
_SHARE = Key(Points(), _("分值（满分，也是得分上限）；points 和 weight 写其中一个"))
_WEIGHT = Key(
    Amount(), _("占上一级分值的百分之几，如 40；同一级都写 weight，合计 100，按 weight_step 折合成分值")
)
_EITHER = ("points", "weight")
_FLOOR = Key(Points(), _("最低分，可以是负数；不写则不另设下限"))
_CAPPED = Key(Flag(), _("true：各部分满分之和可以大于分值，超出不计；默认 false，须正好相等"))


class BandShape:
    """One band: a pair [起点, 得分], or a mapping that says both ends."""

    RECORD = Record(
        {
            "from": Key(Amount(), _("从多少起（含）")),
            "above": Key(Amount(), _("大于多少（不含）")),
            "to": Key(Amount(), _("到多少为止（含）")),
            "below": Key(Amount(), _("小于多少（不含）")),
            "points": Key(Points(), _("得分，可以是负数"), is_required=True),
        }
    )
    PAIR = Fixed((OrNull(Amount()), Points()), _('请写成 ["起点", "得分"]，最后一档的起点写 null。'))

    def check(self, value: object, key: str, findings: Findings) -> None:
        shape = self.RECORD if isinstance(value, dict) else self.PAIR
        shape.check(value, key, findings)

    def schema(self) -> Schema:
        return {"anyOf": [self.PAIR.schema(), self.RECORD.schema()]}


_BANDS = Key(
    Many(BandShape(), most=20, is_set=False),
    _("各档，从高到低；盖满全部范围，不留空档、不重叠"),
    is_required=True,
)
_MOST = Key(OrNull(Amount()), _("比例最多按多少算；默认 1，null 为不封顶"))
_EACH = Key(Points(), _("每件（次）多少分"), is_required=True)
_ROUNDING = Key(Choice(ROUNDINGS), _("怎样取整：down 舍去（默认），half_up 四舍五入，up 进一"))
_OF_METRIC = {
    "scope": Key(
        Choice(("own", "subtree")),
        _("own 本级，subtree 本级及所属（默认）；只用于 figures、requirements 等指标"),
    ),
    "part": Key(Choice(FIGURES), _("figures：取周报的哪一项数")),
    "base": Key(Choice(FIGURES), _("figures：除以周报的哪一项数；不写则直接用数")),
    "numerator": Key(
        Choice(("covered_members", "covered_capped")), _("覆盖率的分子：原数（默认），或各单位不超过底数")
    ),
}
_ORDER = Key(Choice(ORDERS), _("high 越高越靠前（默认），low 越低越靠前"))
_TIE = Record(
    {
        "metric": Key(Choice(tuple(Metric.values)), _("指标"), is_required=True),
        "order": _ORDER,
        "params": Key(Record({"most": _MOST, **_OF_METRIC}), _("指标的参数")),
    }
)
SIMPLE: dict[str, Record] = {
    RuleKind.BANDS: Record({"bands": _BANDS, "most": _MOST, **_OF_METRIC}),
    RuleKind.LINEAR: Record(
        {
            "zero": Key(Amount(), _("到这里得最低分；默认 0")),
            "full": Key(Amount(), _("到这里得满分；默认 1")),
            "step": Key(Amount(), _("得分的步长；默认 0.1")),
            "rounding": _ROUNDING,
            **_OF_METRIC,
        }
    ),
    RuleKind.PRESENCE: Record({"least": Key(Whole(1, 1_000_000), _("至少多少才算有；默认 1")), **_OF_METRIC}),
    RuleKind.COUNT: Record(
        {
            "each": _EACH,
            "per": Key(Whole(1, 1_000_000), _("满多少算一次；默认 1")),
            "rounding": _ROUNDING,
            "rule_points": Key(Points(), _("另有制度性文件得多少分")),
            **_OF_METRIC,
        }
    ),
    RuleKind.PENALTY: Record(
        {"each": _EACH, "free": Key(Whole(0, 1_000_000), _("头几次不扣分；默认 0")), **_OF_METRIC}
    ),
    RuleKind.MONTHLY: Record(
        {
            "bands": _BANDS,
            "most": _MOST,
            "least_months": Key(Whole(1, 12), _("至少要有几个月的数据；默认 1")),
            **_OF_METRIC,
        }
    ),
    RuleKind.MISSES: Record(
        {
            "mark": Key(Amount(), _("低于多少算未达到"), is_required=True),
            "run": Key(Whole(1, 53), _("连续几周未达到扣一次"), is_required=True),
            "each": _EACH,
            **_OF_METRIC,
        }
    ),
    RuleKind.RANK: Record(
        {
            "places": Key(
                Many(
                    Fixed(
                        (OrNull(Whole(1, 1_000_000)), Points()),
                        _("请写成 [到第几名, 得分]，最后一行的名次写 null。"),
                    ),
                    most=20,
                    is_set=False,
                ),
                _("各名次的得分：[到第几名（含）, 得分]，从前到后，最后一行为其余各名"),
                is_required=True,
            ),
            "order": _ORDER,
            "ties": Key(
                Many(_TIE, most=5, is_set=False), _("名次相同时依次再比什么；仍相同的并列，取靠前的名次")
            ),
            "kinds": Key(
                Many(Choice(tuple(Kind.values))), _("和哪些类型的单位一起排名；不写则只和同一类型的比")
            ),
            "most": _MOST,
            **_OF_METRIC,
        }
    ),
}
PART = Record(
    {
        "rule": Key(Choice(tuple(str(each) for each in SIMPLE)), _("计分规则"), is_required=True),
        "metric": Key(Choice(tuple(Metric.values)), _("指标"), is_required=True),
        "points": _POINTS,
        "min_points": _FLOOR,
        "params": Key(Anything(), _("规则的参数，按规则填写")),
    },
    tag="rule",
    part="params",
    cases=SIMPLE,
)
_PARTS = Key(Many(PART, most=10, is_set=False), _("各部分的规则"), is_required=True)
RULES: dict[str, Record] = {
    **SIMPLE,
    RuleKind.DOCUMENTS: Record({"each": _EACH}),
    RuleKind.JUDGED: Record(dict(_OF_METRIC)),
    RuleKind.SUM: Record({"parts": _PARTS}),
    RuleKind.EXCLUSIVE: Record({"parts": _PARTS}),
}
CRITERION = Record(
    {
        "code": Key(Text(20), _("代码，在本方案内不重复，如 2.2.a"), is_required=True),
        "label": Key(Text(200), _("评分点"), is_required=True),
        "points": _SHARE,
        "weight": _WEIGHT,
        "min_points": Key(Points(), _("最低分，可以是负数；默认 0")),
        "rule": Key(Choice(tuple(RuleKind.values)), _("计分规则"), is_required=True),
        "metric": Key(Choice(tuple(Metric.values)), _("指标；由人填报的不写")),
        "params": Key(Anything(), _("规则的参数，按规则填写")),
        "provenance": Key(
            _PROVENANCE, _("来源：source 原文，reading 按文意理解，reconstructed 拟定"), is_required=True
        ),
        "clause": Key(_CLAUSE, _("依据的条款"), is_required=True),
    },
    tag="rule",
    part="params",
    cases=RULES,
    either=_EITHER,
)
ITEM = Record(
    {
        "content": Key(Text(1000), _("主要内容"), is_required=True),
        "standard": Key(Text(2000), _("考核要求及评分标准")),
        "points": _SHARE,
        "weight": _WEIGHT,
        "min_points": _FLOOR,
        "capped": _CAPPED,
        "provenance": Key(_PROVENANCE, _("来源"), is_required=True),
        "criteria": Key(Many(CRITERION, most=40, is_set=False), _("评分点"), is_required=True),
    },
    either=_EITHER,
)
SECTION = Record(
    {
        "title": Key(Text(80), _("考核项目"), is_required=True),
        "points": _SHARE,
        "weight": _WEIGHT,
        "min_points": _FLOOR,
        "capped": _CAPPED,
        "items": Key(Many(ITEM, most=40, is_set=False), _("内容"), is_required=True),
    },
    either=_EITHER,
)
SETTINGS = Record(
    {
        "poor_streak": Key(Choice(tuple(PoorReading.values)), _("怎样数“连续抽查为差”；默认 occasion")),
        "poor_streak_limit": Key(Whole(1, 50), _("连续几次；默认 3")),
        "platform_floor": Key(Amount(), _("建群率低于多少算平台建设未完成；默认 0.60")),
        "key_work_weight": Key(Amount(), _("总分按多少计入重点工作考核总分；默认 1")),
        "needs_group": Key(
            Flag(),
            _(
                "true：在考评工作中须由考核小组背靠背评分、填写总体评价，才能告知结果（默认）；false：可以不分派小组"
            ),
        ),
        "next_grade_month": Key(Whole(1, 12), _("从几月1日起显示“离下一等次”；默认 9")),
    }
)
SCHEME = Record(
    {
        "code": Key(_CODE, _("代码，同一方案的各版相同"), is_required=True),
        "title": Key(Text(120), _("名称"), is_required=True),
        "sheet_title": Key(Text(60), _("考评表的名称，前面加年份"), is_required=True),
        "clause": Key(_CLAUSE, _("依据的条款")),
        "target_kinds": Key(Many(Choice(tuple(Kind.values))), _("适用的团组织类型"), is_required=True),
        "full_points": Key(Points(), _("总分；默认 10")),
        "weight_step": Key(Amount(), _("由 weight 折合的分值的步长；默认 0.1")),
        "grades": Key(
            Many(
                Fixed((Choice(tuple(Grade.values)), Points()), _('请写成 [等次, "起点分"]。')),
                most=4,
                is_set=False,
            ),
            _("等次和起点分，从高到低，最后一档从 0 起"),
            is_required=True,
        ),
        "settings": Key(SETTINGS, _("对条款的理解")),
        "sections": Key(Many(SECTION, most=20, is_set=False), _("考核项目"), is_required=True),
    }
)

# What docs/scheme-keys.md lists, under which title.
PARTS = {
    "The scheme": SCHEME,
    "`settings`": SETTINGS,
    "`sections`": SECTION,
    "`items`": ITEM,
    "`criteria`": CRITERION,
    "`bands`, as a mapping": BandShape.RECORD,
    **{f"`params` of rule `{kind}`": record for kind, record in RULES.items()},
    "`parts`": PART,
    "`ties`": _TIE,
}


def json_schema() -> dict[str, object]:
    """The JSON Schema of a scheme file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": str(_("考评方案")),
        **SCHEME.schema(),
    }
