"""Whatever passes the checks of a pack can be judged and shown, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml
from django.db import transaction
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from accounts.choices import CheckItem, GroupKind
from orgs.choices import Kind, Line
from orgs.kernel.clock import Week
from reporting import judging as meaning
from reporting.campaign_metrics import DAILY, METRICS, NEEDS, PERIODIC
from reporting.exceptions import PackInvalid
from reporting.models import Judgement, Requirement, Tally
from reporting.models.campaigns import MOST_REQUIREMENTS
from reporting.operations import campaigns, exemptions, judging
from reporting.packs import parse
from tests.reporting.campaign_rows import NOW, judge, standings
from tests.reporting.pack_files import SMALL
from tests.reporting.registry import RandomRegistry

pytestmark = pytest.mark.django_db

WEEK = Week(2026, 46)
DAYS = st.dates(NOW.date() - timedelta(days=9), NOW.date() + timedelta(days=9)).map(str)
MOMENTS = DAYS | DAYS.map(lambda day: f"{day} 12:00")
AMOUNTS = st.integers(0, 10**9 - 1) | st.sampled_from(["0", "0.9", "1.0001", "9.9999", "999999999.9999"])
SHARES = st.integers(0, 10) | st.sampled_from(["0.0001", "0.9", "9.9999"])
PARAMETERS = {
    "group_kinds": list(GroupKind.values),
    "platforms": ["wechat_group", "weibo_sina"],
    "form": "UNI-A",
}


def some(choices, most=3):
    return st.lists(st.sampled_from(list(choices)), min_size=1, max_size=most, unique=True)


@st.composite
def targets(draw):
    keys = {
        "kinds": some(Kind.values), "lines": some(Line.values), "intake_years": some([2011, 2012, 2013]),
        "not_intake_years": some([2014]), "units": some(["qh", "hnu-law"]), "not_units": some(["wn", "hnu-tour"]),
        "under": st.sampled_from(["qh", "hnu"]), "with_children": st.booleans(), "levels": some([0, 1, 2]),
        "attributes": some(["holds_members", "league_organisation"]),
    }  # fmt: skip
    return {
        key: draw(keys[key]) for key in draw(st.lists(st.sampled_from(sorted(keys)), max_size=4, unique=True))
    }


def with_parameters(rule, names):
    """What the metrics of the rule can't do without."""
    return rule | {NEEDS[name]: PARAMETERS[NEEDS[name]] for name in names if name in NEEDS}


@st.composite
def figures(draw):
    metric = draw(st.sampled_from(METRICS))
    rule = {"metric": metric, "compare": draw(st.sampled_from([">=", "<=", ">", "<", "==", "between"]))}
    if draw(st.booleans()):
        rule["base"] = draw(st.sampled_from(METRICS))
    if draw(st.booleans()):
        rule["substitutes"] = draw(some(METRICS, 2))
    names = [metric, *rule.get("substitutes", ()), *([rule["base"]] if "base" in rule else [])]
    rule["threshold"] = draw(SHARES if "base" in rule else AMOUNTS)
    if rule["compare"] == "between":
        rule["most"] = 10 if "base" in rule else 10**9 - 1
    periods = ["weekly", "monthly", *(["daily"] if set(names) <= set(DAILY) else [])]
    if set(names) & set(PERIODIC) or draw(st.booleans()):
        rule["recurs"] = draw(st.sampled_from(periods))
    if rule.get("recurs") != "daily":
        rule["scope"] = draw(st.sampled_from(["own", "subtree"]))
    rule["missing"] = draw(st.sampled_from(["unmet", "not_asked"]))
    return with_parameters(rule, names)


STOCKS = st.sampled_from([each for each in METRICS if each not in PERIODIC])
PLANS = st.builds(
    lambda metric, by, share: with_parameters({"metric": metric, "planned_by": by, "share": share}, [metric]),
    STOCKS, MOMENTS, SHARES,
)  # fmt: skip
TOTALS = st.builds(
    lambda metric, kinds, n: with_parameters({"metric": metric, "kinds": kinds, "expected": n}, [metric]),
    STOCKS, some(Kind.values), st.integers(1, 1_000_000),
)  # fmt: skip
RULES = {
    "figure": figures(),
    "link_group": st.fixed_dictionaries(
        {
            "group_kinds": some(GroupKind.values),
            "below_kinds": some(Kind.values),
            "counterparts": st.sampled_from(["all", "one_each"]),
        }
    ),
    "naming": st.fixed_dictionaries(
        {
            "what": st.sampled_from(["accounts", "groups"]),
            "pattern": st.sampled_from(["uniform", "青农*", "{name}群"]),
        }
    ),
    "checklist": st.fixed_dictionaries({"items": some(CheckItem.values)}),
    "document": st.fixed_dictionaries(
        {"copies": st.integers(1, 20)}, optional={"recurs": st.sampled_from(["weekly", "monthly"])}
    ),
    "plan": PLANS,
    "total": TOTALS,
}


@st.composite
def packs(draw):
    rows = []
    kinds = st.sampled_from(["figure"] * 4 + list(RULES))
    for n, kind in enumerate(draw(st.lists(kinds, min_size=1, max_size=8))):
        rule = draw(RULES[kind])
        row = {
            "code": f"r{n}",
            "title": f"要求{n}",
            "clause": "TRY-1",
            "kind": kind,
            "rule": rule,
            "target": draw(targets()),
        }
        if draw(st.booleans()):
            row["starts"] = draw(MOMENTS)
        if draw(st.booleans()):
            row["deadline"] = draw(MOMENTS)
        rows.append(row | {"hard": draw(st.booleans())})
    begun = {
        "code": "any",
        "title": "任意",
        "issuer": "团省委",
        "issued_on": "2026-11-01",
        "clauses": {"TRY-1": "任意"},
    }
    return yaml.safe_dump(begun | {"requirements": rows}, allow_unicode=True, sort_keys=False)


@given(text=packs(), seed=st.integers(0, 3))
@settings(
    max_examples=25, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
def test_whatever_passes_the_checks_is_judged(world, text, seed):
    with transaction.atomic():
        RandomRegistry(WEEK, seed, n_units=12).build()
        try:
            campaign = campaigns.load_pack(parse(text), unit=world["hi"], launch=True).campaign
        except PackInvalid:
            transaction.set_rollback(True)
            reject()
        judging.judge_now(campaign)
        judging.judge_until(campaign, WEEK.next().ends_at)
        asked = list(
            Requirement.objects.filter(version__campaign=campaign).select_related("version__campaign")
        )
        rows = list(Judgement.objects.current().filter(version__campaign=campaign))
        shown = meaning.values_asked(asked, [row.unit_id for row in rows], WEEK.next().ends_at)
        assert {pk for pk, _unit in shown} <= {each.pk for each in asked}
        # What a page says of the figure is what was judged.
        for row in rows:
            for each in asked:
                value, base = shown.get((each.pk, row.unit_id), (None, None))
                character = meaning.character_of(row.standings, each)
                if value is None or each.kind != "figure" or character not in {meaning.MET, meaning.UNMET}:
                    continue
                if each.rule.get("base") != "expected":  # met in a round stays met: standings.py
                    is_met = meaning.is_enough(each.rule, value, base)
                    assert is_met is (character == meaning.MET), (each.rule, value, base)
        for tally in Tally.objects.filter(requirement__version__campaign=campaign):
            assert 0 <= tally.n_met <= tally.n_asked
        transaction.set_rollback(True)


SIXTY = {
    "document": "{}",
    "link_group": "{group_kinds: [link], counterparts: all, below_kinds: [college]}",
}


@pytest.mark.parametrize("kind", SIXTY)
def test_as_many_requirements_as_a_pack_may_have_are_judged(world, cast, kind):
    """Each with sources of its own, a few units exempt: SQLite joins no more than 64 tables at once."""
    target = "{kinds: [university, county], with_children: true}"
    rows = [
        f"  - {{code: r{n}, title: 要求, clause: TRY-1, kind: {kind}, target: {target}, rule: {SIXTY[kind]}}}\n"
        for n in range(1, MOST_REQUIREMENTS + 1)
    ]
    text = SMALL[: SMALL.index("requirements:\n")] + "requirements:\n" + "".join(rows)
    campaign = campaigns.load_pack(parse(text), launch=True).campaign
    for code in ("r2", "r30", "r60"):
        exemptions.grant(campaign.pk, code, world.ids["hnu"], reason="正在撤并", by=cast["province"])
    judge(campaign, NOW + timedelta(minutes=1))
    found = standings(campaign, world)
    assert found["hnu"] == f"0x{'0' * 27}x{'0' * 29}x"
    assert "hnu-law" not in found, "what is asked nothing has no row"
