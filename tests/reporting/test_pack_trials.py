"""试算: what a notice would find today, and rules that the database can't judge, named with their line."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection

from reporting.exceptions import PackInvalid
from reporting.models import Campaign, Exemption, Judgement, Requirement
from reporting.operations import campaign_checks, campaigns, pack_trials
from reporting.packs import parse
from tests.reporting.campaign_rows import NOW, add_account, add_group, at, judge
from tests.reporting.pack_files import SMALL, edited

pytestmark = pytest.mark.django_db
# No engine takes both: a word where a depth is compared, and a number beyond every column.
UNJUDGED = {"levels": ["a", 10**30]}
LATER = SMALL.replace("2026-11-02", "2027-03-02").replace("2026-11-20", "2027-03-20").replace(
    "starts: 2026-11-21, ends: 2026-12-31", "starts: 2027-03-21, ends: 2027-05-31"
)  # fmt: skip


def tried(text=SMALL):
    found = pack_trials.try_out(parse(text)).tried
    return {each.requirement.code: each for each in found}


def spoilt(n=0):
    """The small pack with a rule that no check of the text finds."""
    pack = parse(SMALL)
    demands = list(pack.demands)
    demands[n] = replace(demands[n], target=UNJUDGED)
    return replace(pack, demands=tuple(demands))


def test_it_counts_who_meets_each_requirement_and_names_the_others(world):
    add_group(world, "hnu", "link")
    found = tried()
    groups, summary = found["groups"].answered, found["summary"].answered
    assert (groups.n_asked, groups.n_met, groups.lacking) == (2, 1, [world.ids["qzu"]])
    assert (summary.n_asked, summary.n_met, len(summary.lacking)) == (4, 0, 4)


def test_it_leaves_nothing_behind(world):
    tried()
    assert not Campaign.objects.exists()
    assert not Judgement.objects.exists()
    assert not Requirement.objects.exists()
    assert "judge_standing" not in connection.introspection.table_names()


def test_what_begins_later_is_tried_as_if_it_had_begun(world):
    assert tried(LATER)["groups"].answered.n_asked == 2


def test_a_next_version_knows_the_exemptions_of_the_campaign(world, cast):
    campaign = campaigns.load_pack(parse(SMALL)).campaign
    Exemption.objects.create(
        campaign=campaign, requirement_code="groups", unit=world["qzu"], reason="撤并", granted_at=at(17),
        granted_by=cast["province"],
    )  # fmt: skip
    groups = tried(edited("threshold: 1", "threshold: 2"))["groups"].answered
    assert (groups.n_asked, groups.n_exempt, groups.lacking) == (1, 1, [world.ids["hnu"]])


def test_what_recurs_looks_at_the_week_so_far(world):
    rule = "rule: {metric: weekly_reports, recurs: weekly, threshold: 1}"
    found = tried(edited("rule: {metric: groups_link, threshold: 1}", rule))["groups"].answered
    assert (found.n_asked, found.n_met) == (2, 0)


def test_it_finds_what_the_first_judging_finds(world):
    """Of what recurs the first judging finds nothing: no period has ended since the launch."""
    add_group(world, "hnu", "link")
    once = edited("rule: {recurs: monthly}", "rule: {title: 工作总结}")
    before = {code: each.answered for code, each in tried(once).items()}
    campaign = campaigns.load_pack(parse(once), launch=True).campaign
    judge(campaign, NOW)
    rows = Judgement.objects.current().filter(version__campaign=campaign).values_list("standings", flat=True)
    counted = [sum(text[n] == "1" for text in rows) for n in range(2)]
    asked = [sum(text[n] in "01" for text in rows) for n in range(2)]
    order = [each.code for each in Requirement.objects.order_by("position")]
    assert [(before[code].n_asked, before[code].n_met) for code in order] == list(
        zip(asked, counted, strict=True)
    )


@pytest.mark.parametrize("n", [0, 1])
def test_a_rule_that_breaks_in_the_database_is_named_with_its_line(world, n):
    with pytest.raises(PackInvalid) as refused:
        campaign_checks.check(spoilt(n), world["hi"], None)
    (problem,) = refused.value.problems
    assert (problem.key, problem.line) == (f"requirements[{n + 1}].rule", (25, 32)[n])
    assert "无法评定" in problem.text


def test_a_rule_that_breaks_is_not_loaded(world):
    with pytest.raises(PackInvalid):
        campaigns.load_pack(spoilt(), unit=world["hi"], launch=True)
    assert not Campaign.objects.exists()


def test_as_many_requirements_as_a_pack_may_have_are_tried(world):
    """Each document has a source of its own; SQLite joins 64 tables at once."""
    more = "".join(
        f"  - {{code: doc-{n}, title: 材料{n}, clause: TRY-1, kind: document, target: {{with_children: true}}, rule: {{copies: 1}}}}\n"
        for n in range(58)
    )
    assert len(pack_trials.try_out(parse(SMALL + more)).tried) == 60


def test_the_command_gives_the_same_figures(world, tmp_path):
    add_group(world, "hnu", "link")
    file, out = tmp_path / "small.yaml", io.StringIO()
    file.write_text(SMALL, encoding="utf-8")
    call_command("load_pack", str(file), "--dry-run", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["n_answers"] == 4
    groups = next(each for each in told["trial"] if each["code"] == "groups")
    assert (groups["n_asked"], groups["n_met"], groups["lacking"], groups["names"]) == (2, 1, ["qzu"], None)
    assert not Campaign.objects.exists()


NAMING = """  - code: {code}
    title: 规范名称
    clause: TRY-1
    hard: false
    kind: naming
    target: {{kinds: [university]}}
    rule: {{{rule}}}
"""


def test_it_looks_at_the_very_names_that_the_judging_looks_at(world):
    """Not a group of another kind, on QQ or closed; not an account of a work item, or one that sleeps."""
    for name, kind, facts in (
        ("大家庭", "branch", {}),
        ("校团委群", "link", {}),
        ("校团委QQ群", "branch", {"platform": "qq_group"}),
        ("旧群", "branch", {"status": "closed"}),
        ("旧的群", "branch", {"status": "dormant"}),
    ):
        add_group(world, "hnu", kind, name=name, **facts)
    for nickname, facts in (
        ("随便叫", {}),
        ("志愿者", {"purpose": "project"}),
        ("睡了", {"status": "dormant"}),
    ):
        account = add_account(world, "hnu", nickname=nickname, **facts)
        type(account).objects.filter(pk=account.pk).update(nickname=nickname, **{"status": "open"} | facts)
    groups, accounts = (
        "what: groups, pattern: '青农*', group_kinds: [branch]",
        "what: accounts, pattern: '青农*'",
    )
    text = SMALL + NAMING.format(code="names", rule=groups) + NAMING.format(code="nicks", rule=accounts)
    found = tried(text)
    named = {code: [each.name for each in found[code].names.first] for code in ("names", "nicks")}
    assert named == {"names": ["大家庭"], "nicks": ["随便叫"]}
    assert [found[code].names.n_looked for code in ("names", "nicks")] == [1, 1]
    assert [(found[code].answered.n_asked, found[code].answered.n_met) for code in ("names", "nicks")] == [
        (1, 0)
    ] * 2
