"""Pack files: what is wrong is told with its line, its key and the remedy."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from orgs.kernel import clock
from orgs.kernel.yaml_text import LONGEST_TEXT
from reporting.campaign_metrics import METRICS, NEEDS, PERIODIC
from reporting.exceptions import PackInvalid
from reporting.packs import parse
from tests.reporting.pack_files import INVENTED, SHIPPED, SMALL, edited


def problems(text):
    with pytest.raises(PackInvalid) as refused:
        parse(text)
    return [str(each) for each in refused.value.problems]


def shanghai(*moment):
    return datetime(*moment, tzinfo=clock.SHANGHAI)


def demand(text, code):
    return next(each for each in parse(text).demands if each.code == code)


def test_a_pack_is_read_whole():
    pack = parse(SMALL)
    assert (pack.code, pack.number, pack.unit) == ("small", "琼团〔2026〕1号", "hi")
    assert pack.contact == "学校部；电话 65337204"
    assert [phase.code for phase in pack.phases] == ["first", "second"]
    assert [(each.code, each.is_hard) for each in pack.demands] == [("groups", True), ("summary", False)]
    assert pack.demands[1].clauses == ["TRY-2", "TRY-1"]


def test_rules_are_kept_with_their_defaults():
    assert demand(SMALL, "groups").rule == {
        "metric": "groups_link", "scope": "own", "compare": ">=", "threshold": "1", "missing": "unmet",
    }  # fmt: skip
    assert demand(SMALL, "summary").rule == {
        "title": "报送总结", "copies": 1, "recurs": "monthly", "also": ["TRY-1"],
    }  # fmt: skip


def test_a_date_means_the_end_of_its_day_in_shanghai_and_a_minute_itself():
    assert demand(SMALL, "groups").deadline_at == shanghai(2026, 11, 21)
    assert demand(SMALL, "groups").starts_at == shanghai(2026, 11, 2)
    assert demand(SMALL, "summary").deadline_at == shanghai(2026, 12, 20, 12)


def test_before_an_event_is_before_its_day_begins_and_open_while_nobody_knows_it():
    text = edited("deadline: 2026-12-20 12:00", "deadline: {before: fair}")
    assert demand(text, "summary").deadline_at == shanghai(2026, 12, 5)
    assert demand(edited(", at: 2026-12-05", "", text), "summary").deadline_at is None


def test_guidance_with_a_final_day_is_two_requirements():
    text = edited("    hard: false\n", "    hard: false\n    final: 2026-12-31\n")
    last = demand(text, "summary-final")
    assert (last.is_hard, last.deadline_at) == (True, shanghai(2027, 1, 1))
    assert demand(text, "summary").is_hard is False
    assert last.rule == demand(text, "summary").rule | {"of": "summary"}


def test_layout_and_comments_make_no_difference_content_does():
    assert parse("# note\n" + SMALL).digest() == parse(SMALL).digest()
    assert parse(edited("threshold: 1", "threshold: 2")).digest() != parse(SMALL).digest()


FORM = [
    ("title: 关于建群的通知", "titel: 关于建群的通知", ["第1行 title：缺少这一项，请补充", "第2行 titel：没有这个键，是否应为 title？"]),
    ("issuer: 团省委\n", "", ["第1行 issuer：缺少这一项，请补充：发文单位"]),
    ("code: small", "code: Small One", ["第1行 code：只用小写字母"]),
    ("code: small", "code: 7", ["第1行 code：应为文字，请填写；数字请加引号"]),
    ("title: 关于建群的通知", "title:", ["第2行 title：应为文字"]),
    ("title: 关于建群的通知", 'title: " "', ["第2行 title：不能为空"]),
    ("title: 关于建群的通知", "title: " + "长" * 161, ["第2行 title：最多160个字"]),
    ("issued_on: 2026-11-01", "issued_on: 2026-02-30", ["第5行 issued_on：应为日期"]),
    ("issued_on: 2026-11-01", "issued_on: 2026-11-01 12:00", ["第5行 issued_on：应为日期"]),
    ("deadline: 2026-12-20 12:00", "deadline: 12月20日", ["第34行 requirements[2].deadline：应为日期，如 2013-09-20"]),
    ("deadline: 2026-12-20 12:00", "deadline: {after: fair}", ["第34行 requirements[2].deadline.after：没有这个键", "第34行 requirements[2].deadline.before：缺少这一项"]),
    ("kind: figure", "kind: figures", ["第22行 requirements[1].kind：“figures”不在可选值内，请改为：figure"]),
    ("metric: groups_link", "metric: groups_lnik", ["第25行 requirements[1].rule.metric：“groups_lnik”不在可选值内，请改为：groups_link"]),
    ("kinds: [university]}", "kinds: [school]}", ["第24行 requirements[1].target.kinds[1]：“school”不在可选值内"]),
    ("kinds: [university]}", "kinds: []}", ["第24行 requirements[1].target.kinds：应为列表，至少一项"]),
    ("kinds: [university]}", "kinds: [university, university]}", ["第24行 requirements[1].target.kinds[2]：重复了"]),
    ("{kinds: [university]}", "{lines: [sea]}", ["第24行 requirements[1].target.lines[1]：“sea”不在可选值内"]),
    ("{kinds: [university]}", "{intake_years: [13]}", ["第24行 requirements[1].target.intake_years[1]：应为 1950 到 2100 的整数"]),
    ("{kinds: [university]}", "{with_children: yes}", ["第24行 requirements[1].target.with_children：应为 true 或 false"]),
    ("{kinds: [university]}", "{color: red}", ["第24行 requirements[1].target.color：没有这个键，请删去；可用：kinds、lines"]),
    ("threshold: 1}", "threshold: 0.9}", ['第25行 requirements[1].rule.threshold：应为不小于 0 的数；小数请加引号，如 "0.9"']),
    ("threshold: 1}", "threshold: -1}", ["第25行 requirements[1].rule.threshold：应为不小于 0 的数"]),
    ("threshold: 1}", "threshold: 1, compare: '=>'}", ["第25行 requirements[1].rule.compare：“=>”不在可选值内，请改为"]),
    ("rule: {metric: groups_link, threshold: 1}", "rule: [1]", ["第25行 requirements[1].rule：格式不对，请按“键: 值”填写"]),
    ("rule: {recurs: monthly}", "rule: {recurs: yearly}", ["第32行 requirements[2].rule.recurs：“yearly”不在可选值内"]),
    ("rule: {recurs: monthly}", "rule: {metric: admins}", ["第32行 requirements[2].rule.metric：没有这个键"]),
    ("  TRY-1: 各校建群。", "  try: 各校建群。", ["第11行 clauses.try：条款代号用大写字母开头"]),
    ('telephone: "65337204"', "telephone: 65337204", ["第9行 contact.telephone：应为文字，请填写；数字请加引号"]),
    ("    hard: false\n", "    hard: false\n    hard: true\n", ["第34行 requirements[2].hard：这个键写了两次"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), FORM, ids=lambda each: str(each)[:40])
def test_a_wrong_form_is_told_with_line_key_and_remedy(old, new, told):
    found = problems(edited(old, new))
    assert len(found) == len(told)
    assert all(line.startswith(begins) for line, begins in zip(found, told, strict=True)), found


MEANING = [
    ("code: summary", "code: groups", "第26行 requirements[2].code：代码“groups”重复"),
    ("{code: second,", "{code: first,", "第17行 phases[2].code：代码“first”重复"),
    ("clause: TRY-1\n", "clause: TRY-9\n", "第21行 requirements[1].clause：条款“TRY-9”没有写在 clauses 里"),
    ("also: [TRY-1]", "also: [TRY-8]", "第29行 requirements[2].also[1]：条款“TRY-8”没有写在 clauses 里"),
    ("phase: first", "phase: third", "第23行 requirements[1].phase：没有这个阶段"),
    ("deadline: 2026-12-20 12:00", "deadline: {before: feast}", "第34行 requirements[2].deadline.before：没有这件事"),
    ("starts: 2026-11-02", "starts: 2026-11-21", "第16行 phases[1].ends：截止不晚于开始"),
    ("ends: 2026-12-31", "ends: 2026-11-10", "第17行 phases[2].ends：截止不晚于开始"),
    ("starts: 2026-11-21, ends: 2026-12-31", "ends: 2026-11-10", "第17行 phases[2].ends：比上一阶段的截止还早"),
    ("    phase: first\n", "    phase: first\n    deadline: 2026-11-30\n", "第24行 requirements[1].deadline：截止晚于所属阶段的截止"),
    ("    phase: first\n", "    phase: first\n    deadline: 2026-11-01\n", "第24行 requirements[1].deadline：截止不晚于开始"),
    ("    phase: first\n", "    phase: first\n    final: 2026-12-31\n", "第24行 requirements[1].final：刚性要求没有另外的最后期限"),
    ("    hard: false\n", "    hard: false\n    final: 2026-12-01\n", "第34行 requirements[2].final：最后期限不晚于截止"),
    ("deadline: 2026-12-20 12:00", "deadline: {before: fair}\n    final: 2026-12-01", "第35行 requirements[2].final：最后期限不晚于截止"),
    ("hard: false\n    deadline: 2026-12-20 12:00", "deadline: {before: fair}\n    final: 2026-12-31", "第34行 requirements[2].final：刚性要求没有另外的最后期限"),
    ("{kinds: [university]}", "{units: [hnu], not_units: [hnu]}", "第24行 requirements[1].target.not_units：与 units 相矛盾"),
    ("threshold: 1}", "threshold: 1, compare: between}", "第25行 requirements[1].rule.most：只有 between 写上限"),
    ("threshold: 1}", "threshold: 1, most: 3}", "第25行 requirements[1].rule.most：只有 between 写上限"),
    ("threshold: 1}", "threshold: 5, most: 3, compare: between}", "第25行 requirements[1].rule.most：上限小于下限"),
    ("threshold: 1}", "threshold: 90, base: orgs}", "第25行 requirements[1].rule.threshold：有基数时写比例"),
    ("metric: groups_link", "metric: groups_of", "第25行 requirements[1].rule.group_kinds：指标 groups_of 须写明 group_kinds"),
    ("threshold: 1}", "threshold: 1, substitutes: [accounts_on]}", "第25行 requirements[1].rule.platforms：指标 accounts_on 须写明 platforms"),
    ("threshold: 1}", "threshold: 1, least: 40}", "第25行 requirements[1].rule.least：所用的指标不看这一项"),
    ("metric: groups_link", "metric: posts", "第25行 requirements[1].rule.recurs：这个指标按周期统计"),
    ("threshold: 1}", "threshold: 1, recurs: daily}", "第25行 requirements[1].rule.recurs：按日只能看本级的 posts"),
    ("groups_link, threshold: 1}", "posts, scope: subtree, threshold: 1, recurs: daily}", "第25行 requirements[1].rule.recurs：按日只能看本级的"),
    ("    kind: document\n", "    kind: naming\n", None),
    ("contact:\n", "contact:\n  address: " + "长" * 80 + "\n  emails: [" + "a" * 70 + "@b.cn, " + "c" * 70 + "@d.cn]\n", "第7行 contact：联系方式合起来最多200个字"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), MEANING, ids=lambda each: str(each)[:40])
def test_a_wrong_meaning_is_told_with_line_key_and_remedy(old, new, told):
    text = edited(old, new)
    if told is None:
        text = edited("rule: {recurs: monthly}", "rule: {what: groups, pattern: 群}", text)
        told = "第32行 requirements[2].rule.pattern：请写 uniform"
    found = problems(text)
    assert any(line.startswith(told) for line in found), found


def test_a_plan_is_made_before_its_end():
    plan = "{metric: admins, planned_by: 2026-12-21}"
    text = edited("kind: document", "kind: plan", edited("{recurs: monthly}", plan))
    assert problems(text) == ["第32行 requirements[2].rule.planned_by：计划数要在截止以前填写，请更正。"]


def test_a_plan_asks_for_the_number_first_and_then_for_what_came_of_it():
    plan = '{metric: admins, planned_by: 2026-12-10, share: "0.8"}'
    text = edited("kind: document", "kind: plan", edited("{recurs: monthly}", plan))
    number = demand(text, "summary-plan")
    assert (number.kind, number.deadline_at) == ("plan", shanghai(2026, 12, 11))
    assert {"of": "summary", "stage": "number"}.items() <= number.rule.items()
    assert "stage" not in demand(text, "summary").rule
    taken = edited("  - code: groups\n", "  - code: summary-plan\n", text)
    assert problems(taken) == ["第26行 requirements[2].code：代码“summary”重复，请改为各不相同。"]


def test_names_are_guidance_unless_the_notice_says_otherwise():
    rule = "{what: groups, pattern: 青农*}"
    text = edited("    hard: false\n", "", edited("rule: {recurs: monthly}", f"rule: {rule}"))
    text = edited("kind: document", "kind: naming", text)
    assert demand(text, "summary").is_hard is False
    assert demand(
        edited("deadline: 2026-12-20", "hard: true\n    deadline: 2026-12-20", text), "summary"
    ).is_hard


def test_kinds_of_groups_are_no_matter_of_accounts():
    rule = "{what: accounts, pattern: 青农*, group_kinds: [branch]}"
    text = edited("kind: document", "kind: naming", edited("{recurs: monthly}", rule))
    assert problems(text) == [
        "第32行 requirements[2].rule.group_kinds：只有 what 为 groups 时才写群的类型，请删去。"
    ]


def test_too_many_requirements_are_told():
    one = "  - {{code: more-{}, title: 又一项, clause: TRY-1, kind: document, rule: {{copies: 1}}}}\n"
    most = SMALL + "".join(one.format(n) for n in range(58))
    assert len(parse(most).demands) == 60
    assert "requirements：最多60项" in problems(most + one.format(58))[0]
    twice = edited("    hard: false\n", "    hard: false\n    final: 2026-12-31\n", most)
    assert "连同最后期限和计划数共有61项要求" in problems(twice)[0]


def test_all_problems_are_told_at_once_in_the_order_of_lines():
    text = edited("title: 关于建群的通知", "title:", edited("kind: figure", "kind: fig"))
    found = problems(edited("code: summary", "code: S", text))
    assert [re.match(r"第(\d+)行", each)[1] for each in found] == ["2", "22", "26"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code: [1", "第1行：不是有效的 YAML"),
        ("a: &x 1\nb: *x\n", "第2行：不能使用 & 和 * 引用"),
        ("a: !!python/object:os.system 1\n", "第1行：不能使用 ! 标记"),
        ("a: 1\n---\nb: 2\n", "不是有效的 YAML"),
        ("a: \x00\n", "含有不能使用的字符"),
        ("[" * 1500, "括号嵌套过深"),
        ("", "格式不对"),
        ("- 1\n", "格式不对"),
        ("? [a]\n: 1\n", "冒号前只能是一个词"),
        ("x" * (LONGEST_TEXT + 1), "文件超过20万字"),
    ],
    ids=lambda each: repr(each)[:20],
)
def test_what_is_no_pack_at_all_is_told(text, told):
    assert told in problems(text)[0]


@pytest.mark.parametrize("path", SHIPPED + INVENTED, ids=lambda path: path.stem)
def test_every_pack_that_comes_along_is_right(path):
    pack = parse(path.read_text(encoding="utf-8"))
    assert pack.demands
    cited = {clause for each in pack.demands for clause in each.clauses}
    assert cited == set(pack.clauses), "a clause that nothing cites"


def test_metrics_are_named_once():
    assert len(METRICS) == len(set(METRICS))
    assert set(NEEDS) | set(PERIODIC) <= set(METRICS)
