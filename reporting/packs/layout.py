"""The keys of a pack file, said once: the reader checks with them, and docs/pack.schema.json is written from them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.choices import CheckItem, GroupKind
from orgs.choices import LONGEST_CODE, Kind, Line
from orgs.kernel.shapes import (
    Amount,
    Anything,
    Choice,
    Either,
    Flag,
    Key,
    Many,
    Moment,
    Record,
    Table,
    Text,
    Whole,
)
from reporting.campaign_metrics import METRICS
from reporting.choices import DemandKind
from reporting.models.campaigns import MOST_REQUIREMENTS

COMPARISONS = (">=", "<=", ">", "<", "==", "between")
RECURRENCES = ("daily", "weekly", "monthly")
ATTRIBUTES = ("holds_members", "league_organisation")
SCOPES = ("own", "subtree")
FINAL, PLANNED = "-final", "-plan"
LONGEST_SLUG = 40

_SLUG_HINT = _("只用小写字母、数字和连字符，以字母开头，最多40个字符。")
_CLAUSE_HINT = _("条款代号用大写字母开头，如 UNI-2.1，最多20个字符。")
SLUG = Text(LONGEST_SLUG, r"[a-z][a-z0-9]*(-[a-z0-9]+)*", _SLUG_HINT)
CLAUSE_PATTERN = r"[A-Z][A-Za-z0-9.-]{1,19}"
CLAUSE = Text(20, CLAUSE_PATTERN, _CLAUSE_HINT)
UNIT = Text(LONGEST_CODE)
KINDS = Many(Choice(tuple(Kind.values)))
GROUP_KINDS = Many(Choice(tuple(GroupKind.values)))
YEARS = Many(Whole(1950, 2100))
METRIC = Choice(METRICS)

TARGET = Record(
    {
        "kinds": Key(KINDS, _("团组织类型")),
        "lines": Key(Many(Choice(tuple(Line.values))), _("战线")),
        "intake_years": Key(YEARS, _("入学年级")),
        "not_intake_years": Key(YEARS, _("不含的入学年级；没有年级的团组织不受影响")),
        "units": Key(Many(UNIT), _("只限这些团组织（代码）")),
        "not_units": Key(Many(UNIT), _("不含这些团组织（代码）及其所属")),
        "under": Key(UNIT, _("只限这个团组织（代码）及其所属")),
        "with_children": Key(Flag(), _("是否有直接下级")),
        "levels": Key(Many(Whole(0, 10)), _("层级：省 0，直属单位 1，依次类推")),
        "attributes": Key(Many(Choice(ATTRIBUTES)), _("类型的属性：直接联系团员、计入团组织数")),
    }
)
PARAMETERS = {
    "group_kinds": Key(GROUP_KINDS, _("群的类型（指标按群类型统计时必填）")),
    "platforms": Key(Many(Text(20)), _("平台代码（指标按平台统计时必填）")),
    "form": Key(Text(20), _("收集表代码（指标按收集表统计时必填）")),
    "least": Key(Whole(1, 10_000), _("每个群优秀团员的下限，默认40")),
}
_SCOPE = Key(Choice(SCOPES), _("own 本级，subtree 本级及所属；默认 own"))
_RECURS = Key(Choice(RECURRENCES), _("按日、周、月重复，评判最近结束的一期"))
RULES: dict[str, Record] = {
    DemandKind.FIGURE: Record(
        {
            "metric": Key(METRIC, _("指标"), is_required=True),
            "scope": _SCOPE,
            "compare": Key(Choice(COMPARISONS), _("怎样比较；默认 >=")),
            "threshold": Key(Amount(), _("标准；比例写成 0.9"), is_required=True),
            "most": Key(Amount(), _("between 的上限")),
            "base": Key(METRIC, _("基数：指标除以它再比较")),
            "substitutes": Key(Many(METRIC), _("可以替代的指标，加在一起算")),
            "missing": Key(
                Choice(("unmet", "not_asked")), _("没有数据时：unmet 未达到（默认），not_asked 不作要求")
            ),
            "recurs": _RECURS,
            **PARAMETERS,
        }
    ),
    DemandKind.LINK_GROUP: Record(
        {
            "group_kinds": Key(GROUP_KINDS, _("哪些类型的群"), is_required=True),
            "counterparts": Key(
                Choice(("all", "one_each")),
                _("all 本级和每个下级的书记都在群里（群成员数也要够）；one_each（“为主”）每个下级至少一人"),
                is_required=True,
            ),
            "below_kinds": Key(KINDS, _("下级的类型"), is_required=True),
        }
    ),
    DemandKind.NAMING: Record(
        {
            "what": Key(Choice(("accounts", "groups")), _("账号或群"), is_required=True),
            "pattern": Key(
                Text(80), _("uniform，或名称样式：* 代表任意文字，{name} 代表团组织全称"), is_required=True
            ),
            "group_kinds": Key(GROUP_KINDS, _("只看哪些类型的群（what 为 groups 时）；不写为全部微信群")),
            "platforms": Key(Many(Text(20)), _("只看哪些平台（代码，what 为 accounts 时）；不写为全部平台")),
        }
    ),
    DemandKind.CHECKLIST: Record(
        {"items": Key(Many(Choice(tuple(CheckItem.values))), _("核对项"), is_required=True)}
    ),
    DemandKind.DOCUMENT: Record(
        {
            "title": Key(Text(160), _("材料名称；默认用要求的名称")),
            "copies": Key(Whole(1, 20), _("份数；默认 1")),
            "recurs": Key(Choice(RECURRENCES), _("按日、周、月重复，每期一份，期末截止")),
        }
    ),
    DemandKind.PLAN: Record(
        {
            "metric": Key(METRIC, _("完成情况的指标"), is_required=True),
            "scope": _SCOPE,
            "planned_by": Key(Moment(), _("计划数填写截止：另作一项要求"), is_required=True),
            "share": Key(Amount(), _("应完成计划数的比例；默认 1")),
            **PARAMETERS,
        }
    ),
    DemandKind.TOTAL: Record(
        {
            "kinds": Key(KINDS, _("数哪些类型的团组织"), is_required=True),
            "metric": Key(METRIC, _("其中该指标至少为 1 的才计入")),
            "expected": Key(Whole(1, 1_000_000), _("应有总数"), is_required=True),
            **PARAMETERS,
        }
    ),
}
_BEFORE = Record({"before": Key(SLUG, _("在哪件事之前（events 的代码）"), is_required=True)})
DEADLINE = Either(Moment(), _BEFORE)
REQUIREMENT = Record(
    {
        "code": Key(SLUG, _("代码，在本部署内不重复"), is_required=True),
        "title": Key(Text(140), _("要求的名称"), is_required=True),
        "clause": Key(CLAUSE, _("依据的条款"), is_required=True),
        "also": Key(Many(CLAUSE), _("还依据的条款")),
        "kind": Key(Choice(tuple(DemandKind.values)), _("类别"), is_required=True),
        "phase": Key(SLUG, _("所属阶段；没有写截止时，以阶段的截止为准")),
        "target": Key(TARGET, _("要求哪些团组织；不写为部署单位及全部所属")),
        "rule": Key(Anything(), _("标准，按类别填写"), is_required=True),
        "hard": Key(Flag(), _("是否刚性；指导性要求过期为进度滞后，不算逾期。默认 true，规范名称默认 false")),
        "starts": Key(Moment(), _("开始；只写日期为当天 0 时")),
        "deadline": Key(DEADLINE, _("截止；只写日期为当天 24 时；或 before: 某件事之前")),
        "final": Key(Moment(), _("指导性要求的最后期限：到期另作刚性要求")),
        "note": Key(Text(300), _("说明")),
    },
    tag="kind",
    part="rule",
    cases=RULES,
)
_PHASE = Record(
    {
        "code": Key(SLUG, _("代码"), is_required=True),
        "title": Key(Text(80), _("名称"), is_required=True),
        "starts": Key(Moment(), _("开始；只写日期为当天 0 时")),
        "ends": Key(Moment(), _("截止；只写日期为当天 24 时")),
        "clause": Key(CLAUSE, _("依据的条款")),
    }
)
_EVENT = Record(
    {
        "code": Key(SLUG, _("代码"), is_required=True),
        "title": Key(Text(80), _("什么事"), is_required=True),
        "at": Key(Moment(), _("什么时候；还不知道就不写")),
    }
)
_ROUND = Record(
    {
        "title": Key(Text(120), _("名称"), is_required=True),
        "form": Key(Text(20), _("收集表代码"), is_required=True),
        "clause": Key(CLAUSE, _("依据的条款")),
        "phase": Key(SLUG, _("所属阶段")),
        "target": Key(TARGET, _("填报范围")),
        "opens": Key(Moment(), _("开始")),
        "deadline": Key(Moment(), _("截止"), is_required=True),
    }
)
_CONTACT = Record(
    {
        "office": Key(Text(60), _("联系部门（不写个人姓名）")),
        "telephone": Key(Text(40), _("办公电话")),
        "emails": Key(
            Many(Text(80, r"[^@\s]+@[^@\s]+\.[^@\s]+", _("请填写邮箱地址。")), most=4), _("报送邮箱")
        ),
        "address": Key(Text(80), _("地址")),
    }
)
PACK = Record(
    {
        "code": Key(SLUG, _("本部署的代码，全平台不重复"), is_required=True),
        "title": Key(Text(160), _("通知标题"), is_required=True),
        "number": Key(Text(60), _("文号")),
        "issuer": Key(Text(120), _("发文单位"), is_required=True),
        "issued_on": Key(Moment(only_days=True), _("发文日期"), is_required=True),
        "contact": Key(_CONTACT, _("联系方式（机构的，不写个人）")),
        "unit": Key(UNIT, _("部署单位（代码）；也可在读入时用 --unit 指定")),
        "clauses": Key(
            Table(CLAUSE_PATTERN, _CLAUSE_HINT, Text(300)),
            _("条款：代号和大意，供要求引用"),
            is_required=True,
        ),
        "events": Key(Many(_EVENT, is_set=False), _("别人办的事，要求可以写在它之前")),
        "phases": Key(Many(_PHASE, is_set=False), _("阶段，按时间先后")),
        "requirements": Key(
            Many(REQUIREMENT, most=MOST_REQUIREMENTS, is_set=False), _("要求"), is_required=True
        ),
        "rounds": Key(Many(_ROUND, is_set=False), _("建议发起的收集任务（读入时不自动发起）")),
    }
)

# What docs/pack-keys.md lists, under which title.
PARTS = {
    "The pack": PACK,
    "`contact`": _CONTACT,
    "`events`": _EVENT,
    "`phases`": _PHASE,
    "`requirements`": REQUIREMENT,
    "`target`": TARGET,
    **{f"`rule` of kind `{kind}`": record for kind, record in RULES.items()},
    "`rounds`": _ROUND,
}


def json_schema() -> dict[str, object]:
    """The JSON Schema of a pack file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": str(_("工作部署")),
        **PACK.schema(),
    }
