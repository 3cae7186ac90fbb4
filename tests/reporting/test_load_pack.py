"""Packs become campaigns: versions, reloads, who may, what doesn't fit the registry."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import Error, connection, transaction

from orgs.exceptions import IllegalMove, NotAllowed
from orgs.models import AuditEntry
from reporting.choices import CampaignState
from reporting.exceptions import PackInvalid
from reporting.models import Campaign, CampaignVersion, Requirement
from reporting.operations import campaign_checks, campaigns
from reporting.packs import parse
from tests.reporting.campaign_rows import add_group
from tests.reporting.pack_files import INVENTED, SHIPPED, SMALL, edited

pytestmark = pytest.mark.django_db
UNITS = {"ms-2013": "cn", "rur-2014": "aq"}


def load(text=SMALL, **how):
    return campaigns.load_pack(parse(text), **how)


def problem(text=SMALL, **how):
    with pytest.raises(PackInvalid) as refused:
        load(text, **how)
    return str(refused.value.problems[0])


@pytest.mark.parametrize("path", SHIPPED + INVENTED, ids=lambda path: path.stem)
def test_every_pack_loads_without_code(world, path):
    pack = parse(path.read_text(encoding="utf-8"))
    loaded = campaigns.load_pack(pack, unit=world[UNITS.get(pack.code, "hi")])
    assert (loaded.outcome, loaded.version) == ("created", 1)
    rows = Requirement.objects.filter(version__campaign=loaded.campaign)
    assert list(rows.values_list("code", flat=True)) == [demand.code for demand in pack.demands]
    assert loaded.campaign.state == CampaignState.DRAFT


def test_the_same_content_changes_nothing(world):
    load()
    again = load("# another comment\n" + SMALL)
    assert (again.outcome, again.version) == ("unchanged", 1)
    assert CampaignVersion.objects.count() == 1
    assert AuditEntry.objects.filter(verb="campaign.loaded").count() == 1


def test_other_content_is_a_new_version_and_the_old_one_stays(world):
    campaign = load(launch=True).campaign
    again = load(edited("threshold: 1", "threshold: 2"))
    assert (again.outcome, again.version, again.campaign) == ("updated", 2, campaign)
    thresholds = Requirement.objects.filter(code="groups").order_by("version__number")
    assert [row.rule["threshold"] for row in thresholds] == ["1", "2"]
    assert again.campaign.state == CampaignState.RUNNING


@pytest.mark.parametrize("table", ["campaignversion", "campaignphase", "requirement"])
@pytest.mark.parametrize("statement", ["UPDATE reporting_{} SET title = 'x'", "DELETE FROM reporting_{}"])
def test_what_was_loaded_withstands_any_sql(world, table, statement):
    load()
    with pytest.raises(Error, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_hard_ones_with_a_deadline_come_first_the_earliest_first(world):
    text = edited(
        "  - code: summary",
        """  - {code: soon, title: 先, clause: TRY-1, kind: document, deadline: 2026-11-10, rule: {copies: 2}}
  - {code: endless, title: 无期, clause: TRY-1, kind: document, rule: {copies: 2}}
  - code: summary""",
    )
    campaign = load(text).campaign
    rows = Requirement.objects.filter(version__campaign=campaign).values_list("position", "code")
    assert list(rows) == [(1, "soon"), (2, "groups"), (3, "endless"), (4, "summary")]


def test_a_campaign_is_launched_once_and_ended_once(world, cast):
    campaign = load(by=cast["province"]).campaign
    campaigns.launch_campaign(campaign.pk, by=cast["province"])
    with pytest.raises(IllegalMove):
        campaigns.launch_campaign(campaign.pk, by=cast["province"])
    ended = campaigns.end_campaign(campaign.pk, by=cast["province"])
    assert (ended.state, ended.launched_by) == (CampaignState.ENDED, cast["province"])
    assert ended.launched_at <= ended.ended_at
    with pytest.raises(IllegalMove, match="换一个代码"):
        load(edited("threshold: 1", "threshold: 2"))


def test_a_draft_can_not_be_ended(world):
    with pytest.raises(IllegalMove):
        campaigns.end_campaign(load().campaign.pk)


@pytest.mark.parametrize("person", ["college", "secretary", "auditor", "sysadmin"])
def test_who_may_not_run_campaigns_is_refused(world, cast, person):
    campaign = load(unit=world["hnu"]).campaign
    with pytest.raises((NotAllowed, PackInvalid)):
        load(edited("code: small", "code: other"), unit=world["hnu-law"], by=cast[person])
    with pytest.raises(NotAllowed):
        campaigns.launch_campaign(campaign.pk, by=cast[person])


def test_a_committee_runs_campaigns_in_its_own_subtree_only(world, cast):
    text = edited("unit: hi\n", "")
    assert load(text, unit=world["hnu"], by=cast["university"]).campaign.unit == world["hnu"]
    with pytest.raises(NotAllowed):
        load(edited("code: small", "code: other", text), unit=world["qzu"], by=cast["university"])
    # What a neighbour runs does not exist: neither by its unit's code nor by its own.
    assert "没有代码为 qzu" in problem(edited("unit: hi", "unit: qzu"), by=cast["university"])
    assert "请写明部署单位" in problem(text, by=cast["outsider"])


def test_a_department_asks_units_of_its_lines_only(world, cast):
    assert "requirements[2].target" in problem(by=cast["schools"])
    narrowed = edited("[university, county]", "[university]")
    assert load(narrowed, by=cast["schools"]).outcome == "created"


def test_a_department_launches_and_ends_what_asks_its_lines_only(world, cast):
    whole = load().campaign
    with pytest.raises(NotAllowed, match="不在您的工作范围内"):
        campaigns.launch_campaign(whole.pk, by=cast["schools"])
    campaigns.launch_campaign(whole.pk, by=cast["province"])
    with pytest.raises(NotAllowed):
        campaigns.end_campaign(whole.pk, by=cast["schools"])
    narrowed = edited("[university, county]", "[university]").replace("code: small", "code: narrow")
    own = load(narrowed, by=cast["schools"]).campaign
    assert campaigns.launch_campaign(own.pk, by=cast["schools"]).state == CampaignState.RUNNING


def test_a_department_does_not_replace_what_asks_other_lines(world, cast):
    whole = load(launch=True).campaign
    narrowed = parse(edited("[university, county]", "[university]"))
    for change in (campaign_checks.preview, campaigns.load_pack):
        with pytest.raises(NotAllowed, match="不在您的工作范围内"):
            change(narrowed, by=cast["schools"])
    assert whole.versions.count() == 1


def test_a_code_belongs_to_one_unit(world):
    load()
    assert "第1行 code" in problem(unit=world["ah"])
    load(edited("code: small", "code: own", edited("unit: hi\n", "")), unit=world["hnu"])
    assert load(edited("code: small", "code: own", edited("unit: hi\n", ""))).campaign.unit == world["hnu"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("unit: hi", "unit: nowhere", "第6行 unit：没有代码为 nowhere 的团组织"),
        ("{kinds: [university]}", "{units: [hnu, none]}", "第24行 requirements[1].target.units[2]：部署单位的范围内没有代码为 none"),
        ("{kinds: [university]}", "{under: aq}", "第24行 requirements[1].target.under：部署单位的范围内没有代码为 aq"),
        ("groups_link,", "accounts_on, platforms: [weibo_old],", "第25行 requirements[1].rule.platforms[1]：没有代码为 weibo_old 的平台，请改为"),
        ("groups_link,", "forms_in, form: X-1,", "第25行 requirements[1].rule.form：没有代码为 X-1 的收集表"),
    ],
)  # fmt: skip
def test_what_the_registry_lacks_is_told_with_line_and_key(world, old, new, told):
    assert problem(edited(old, new)).startswith(told)


def test_a_preview_counts_units_and_fields_and_writes_nothing(world):
    text = (
        SMALL
        + "rounds:\n  - {title: 收集表, form: UNI-A, target: {kinds: [class_branch]}, deadline: 2026-12-01}\n"
    )
    preview = campaign_checks.preview(parse(text))
    asked = {each.code: (each.n_units, each.n_fields) for each in preview.asked}
    assert asked["groups"] == (2, 0)
    assert asked["summary"] == (4, 1)
    assert asked["UNI-A"][0] == 5
    assert preview.n_answers == 4 + 5 * asked["UNI-A"][1]
    assert (preview.outcome, preview.version, preview.added) == ("created", 1, ["groups", "summary"])
    assert not Campaign.objects.exists()


def test_what_the_registry_knows_is_no_burden(world, cast):
    text = SMALL + "rounds:\n  - {title: 群, form: RUR-3, target: {kinds: [village]}, deadline: 2026-12-01}\n"
    rounds = [each for each in campaign_checks.preview(parse(text)).asked if each.kind == "round"]
    add_group(world, "qh-hs-jl")
    (known,) = [each for each in campaign_checks.preview(parse(text)).asked if each.kind == "round"]
    assert (known.n_units, known.n_on_record) == (4, 1)
    assert known.n_answers == rounds[0].n_answers - known.n_fields + known.n_left
    assert known.n_left < known.n_fields


def test_a_preview_names_what_a_new_version_changes(world):
    load()
    text = edited("threshold: 1", "threshold: 3").replace("code: summary", "code: report")
    preview = campaign_checks.preview(parse(text))
    assert (preview.outcome, preview.version) == ("updated", 2)
    assert (preview.added, preview.changed, preview.removed) == (["report"], ["groups"], ["summary"])


def command(*arguments):
    out = io.StringIO()
    call_command("load_pack", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_loads_launches_and_says_so(world, tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    told = command(str(file), "--dry-run")
    assert "（仅检查）新的部署：small 第1版，2 项要求" in told
    assert "groups 建立微信群：2 个单位 × 0 项，2026年11月20日 24:00 截止；现在 2 个中有 0 个已达到\n" in told
    assert (
        "summary 报送总结：4 个单位 × 1 项，2026年12月20日 12:00 截止，指导性；现在 4 个中有 0 个已达到\n"
        in told
    )
    assert "各单位共需填报 4 项。" in told
    assert not Campaign.objects.exists()
    assert "新的部署：small 第1版" in command(str(file), "--unit", "hi", "--launch")
    assert Campaign.objects.get().state == CampaignState.RUNNING
    assert "没有变化：small 第1版" in command(str(file))
    told = json.loads(command(str(file), "--json"))
    assert (told["outcome"], told["version"], told["n_answers"]) == ("unchanged", 1, 4)


def steered(*arguments):
    out = io.StringIO()
    call_command("campaign", *arguments, stdout=out)
    return out.getvalue()


def test_the_operator_launches_and_ends_by_command(world):
    load()
    assert steered("list") == "small（共青团海南省委）第1版：待启动\n"
    assert steered("launch", "small") == "small（共青团海南省委）第1版：进行中\n"
    (told,) = json.loads(steered("end", "small", "--json"))["campaigns"]
    assert (told["code"], told["unit__code"], told["state"], told["version"]) == ("small", "hi", "ended", 1)
    with pytest.raises(CommandError, match="当前状态不能办理这一步"):
        steered("launch", "small")
    with pytest.raises(CommandError, match="没有代码为 none 的工作部署"):
        steered("end", "none")


def test_the_command_refuses_with_line_key_and_remedy(world, tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(edited("threshold: 1", "treshold: 1"), encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(CommandError, match="第25行 requirements") as refused:
        call_command("load_pack", str(file), "--json", stdout=out)
    assert "是否应为 threshold" in str(refused.value)
    problems = json.loads(out.getvalue())["problems"]
    assert {"line", "key", "text"} == set(problems[0])
    file.write_text(SMALL, encoding="utf-8")
    with pytest.raises(CommandError, match="没有代码为 nowhere"):
        command(str(file), "--unit", "nowhere")
    with pytest.raises(CommandError, match="打不开文件"):
        command(str(tmp_path / "none.yaml"))
