"""需核实: what stands out in a subtree, who sees which half of it, settled until the numbers change, as a file."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import EventKind
from accounts.doubts import FieldCodes
from accounts.models import FieldList, Platform
from accounts.operations import duplicates, findings, registry
from accounts.operations.duplicates import FindingKind, Scope
from accounts.operations.registry import PersonalData
from orgs.choices import Measure, Role
from orgs.exceptions import Conflict, NotAllowed
from orgs.models import Appointment, AuditEntry, OrgUnit
from orgs.operations import bases
from orgs.permissions import REVIEW
from tests.accounts.forms import launch, submitted

pytestmark = pytest.mark.django_db

PAGE, SETTLE = reverse("accounts:radar"), reverse("accounts:settle-finding")
MOBILE = "13800000123"
KIND = FindingKind


def opened(unit, n=1, **facts):
    given = {"platform": "wechat_personal", "identifier": f"wx_{unit.code}_{n}", "by": None}
    return registry.open_account(unit, **(given | facts))


def found(person, *kinds, part=None) -> list:
    whole = person.units_in_charge().allowing(REVIEW)
    return duplicates.find(Scope(whole, part or whole), kinds or list(KIND)).findings


def in_office(unit, mobile=MOBILE, **facts):
    person = PersonalData(name="林某甲", mobile=mobile)
    return registry.appoint_administrator(unit, person=person, by=None, **facts)


@pytest.fixture
def over(world):
    """43 members, 60 contacts."""
    return opened(world["hnu-law-1201"], nickname="一班的号", contacts=60)


def numbers(finding) -> list[int]:
    return [value for _label, value in finding.numbers]


def test_contacts_above_the_base_and_not_at_it(world, cast, over):
    opened(world["hnu-law-1202"], contacts=45)
    opened(world["hnu-law-1301"], contacts=None)
    opened(world["hnu-law"], contacts=5000)  # no base
    opened(world["hnu-tour-1201"], platform="weibo_sina", contacts=5000)  # followers are no members
    (finding,) = found(cast["university"])
    assert (finding.kind, finding.unit, finding.what) == (KIND.ABOVE_BASE, world["hnu-law-1201"], "一班的号")
    assert numbers(finding) == [60, 43]


def test_a_closed_account_is_no_finding(world, cast, over):
    registry.close_account(over, reason="停用", by=None)
    assert not found(cast["university"])


def alike(world, n=3, **facts):
    codes = ["hnu-law-1201", "hnu-law-1202", "hnu-law-1301"][:n]
    given = {"contacts": 30, "declared_groups": 2} | facts
    return [opened(world[code], identifier=f"alike_{code}", **given) for code in codes]


def test_three_siblings_with_the_same_numbers(world, cast):
    alike(world)
    opened(world["hnu-tour-1201"], contacts=30, declared_groups=2)  # no sibling
    (finding,) = found(cast["university"])
    assert (finding.kind, finding.unit) == (KIND.ALIKE, world["hnu-law"])
    assert numbers(finding) == [30, 2, 3]
    assert [unit.code for unit in finding.units] == ["hnu-law-1201", "hnu-law-1202", "hnu-law-1301"]


@pytest.mark.parametrize(
    ("n", "facts"),
    [(2, {}), (3, {"contacts": 9}), (3, {"declared_groups": 0}), (3, {"declared_groups": None})],
)
def test_two_siblings_or_trivial_numbers_are_none(world, cast, n, facts):
    alike(world, n, **facts)
    assert not found(cast["university"])


def test_three_accounts_of_one_unit_are_no_siblings(world, cast):
    for n in range(3):
        opened(world["hnu-law-1201"], n, contacts=30, declared_groups=2)
    assert not found(cast["university"], KIND.ALIKE)


def test_one_mobile_in_three_units_names_those_of_the_scope_and_counts_the_rest(world, cast, sign_in):
    for code in ("hnu-law-1201", "hnu-law-1202", "hnu-tour-1201", "qzu-sci-1201", "qh-hs-jl"):
        in_office(world[code])
    (finding,) = found(cast["college"])
    assert finding.kind == KIND.ONE_MOBILE
    assert [unit.code for unit in finding.units] == ["hnu-law-1201", "hnu-law-1202"]
    assert (finding.n_outside, numbers(finding)) == (3, [5])
    text = sign_in("college").get(PAGE).content.decode()
    assert "另有 3 个单位不在您的管理范围内" in text
    for hidden in (MOBILE, "林某甲", "138****0123", "林**", "旅游", "数学2012级", "加略"):
        assert hidden not in text.split("<main")[1]


def test_two_units_or_several_terms_in_one_unit_are_none(world, cast):
    for code in ("hnu-law-1201", "hnu-law-1202"):
        in_office(world[code])
    for n in range(3):
        in_office(world["hnu-law-1202"], account=opened(world["hnu-law-1202"], n))
    assert not found(cast["university"], KIND.ONE_MOBILE)


def test_who_has_left_is_not_counted(world, cast):
    terms = [in_office(world[code]) for code in ("hnu-law-1201", "hnu-law-1202", "hnu-law-1301")]
    registry.end_administratorship(terms[0], reason="毕业", by=None)
    assert not found(cast["university"], KIND.ONE_MOBILE)


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


def test_an_account_that_two_forms_name(world, cast, round):
    for code in ("hnu-law-1201", "hnu-tour-1201"):
        submitted(round, world[code], by=cast["university"], account_id="Same_WX")
    (finding,) = found(cast["university"], KIND.CLAIMED_TWICE)
    assert (finding.what, numbers(finding)) == ("same_wx", [0, 2, 2])
    assert [unit.code for unit in finding.units] == ["hnu-law-1201", "hnu-tour-1201"]
    (half,) = found(cast["college"], KIND.CLAIMED_TWICE)
    assert ([unit.code for unit in half.units], half.n_outside) == (["hnu-law-1201"], 1)


def test_an_account_that_a_form_names_and_another_unit_has_is_told_to_both(world, cast, round, sign_in):
    opened(world["qzu-sci-1201"], identifier="qzu_wx")
    submitted(round, world["hnu-law-1201"], by=cast["university"], account_id="qzu_wx")
    for key, own, foreign in (("university", "法学2012级1班", "数学"), ("outsider", "数学2012级1班", "法学")):
        (finding,) = found(cast[key], KIND.CLAIMED_TWICE)
        assert (numbers(finding), finding.n_outside) == ([1, 1, 2], 1)
        text = sign_in(key).get(PAGE).content.decode().split("<main")[1]
        assert own in text
        assert foreign not in text


def test_the_units_own_account_and_a_form_of_a_closed_round_are_none(world, cast, round):
    opened(world["hnu-law-1201"], identifier="own_wx")
    submitted(round, world["hnu-law-1201"], by=cast["university"], account_id="own_wx")
    assert not found(cast["university"], KIND.CLAIMED_TWICE)


def test_ids_stand_under_one_code_in_every_shipped_form(world):
    codes = {
        each["code"]
        for form in FieldList.objects.all()
        for each in form.fields
        if each.get("target") == "account.identifier"
    }
    assert codes == {FieldCodes().identifier}


def test_more_accounts_on_a_platform_than_it_has_per_unit(world, cast):
    for n in range(2):
        opened(world["hnu"], n, platform="weibo_sina", identifier=f"hnu_{n}")
    opened(world["hnu"], platform="weibo_future", identifier="one")
    (finding,) = found(cast["university"])
    assert (finding.kind, finding.what, numbers(finding)) == (KIND.ABOVE_CAP, "新浪微博", [2, 1])
    Platform.objects.filter(pk="weibo_sina").update(most_per_unit=None)
    assert not found(cast["university"])


# Scope.


@pytest.mark.parametrize("key", ["outsider", "city", "township"])
def test_nothing_of_another_subtree_is_found(world, cast, over, key):
    alike(world, contacts=300)
    assert not found(cast[key])


def test_the_list_is_the_reviewers(sign_in, over):
    for key in ("secretary", "auditor", "sysadmin", "nobody"):
        assert sign_in(key).get(PAGE).status_code == 403
        assert sign_in(key).post(SETTLE).status_code == 403


def test_the_page_filters_by_kind_and_unit(sign_in, world, over):
    opened(world["hnu-tour-1201"], contacts=99)
    client = sign_in("university")

    def shows(**asked):
        text = client.get(PAGE, asked).content.decode().split("</form>", 3)[-1]
        return [f'<b class="num">{n}<' in text for n in (60, 99)]

    assert shows() == [True, True]
    assert shows(unit=world["hnu-law"].pk) == [True, False]
    assert shows(unit_q="旅游学院") == [False, True]
    assert shows(kind="above_base") == [True, True]
    assert shows(kind="alike") == [False, False]
    assert shows(unit=world["qzu"].pk) == [False, False]
    assert client.get(PAGE, {"kind": "nonsense", "unit": "²", "page": "x"}).status_code == 200


def test_each_line_says_its_grounds_and_leads_on(sign_in, over):
    text = sign_in("college").get(PAGE).content.decode()
    assert "口径：微信个人号的联系人数与本单位登记的现有团员数比较" in text
    assert reverse("accounts:show-account", args=[over.pk]) in text
    assert over.unit.get_absolute_url() in text
    assert "不代表填报有误" in text


# 已核实，无需处理.


def settle(client, finding, **changes):
    asked = {
        "kind": finding.kind.value,
        "digest": finding.digest,
        "reason": "群内有毕业生",
        "back": "kind=above_base",
    }
    return client.post(SETTLE, asked | changes)


def test_settled_stays_away_until_the_numbers_change(sign_in, world, cast, over):
    client = sign_in("college")
    (finding,) = found(cast["college"])
    assert settle(client, finding).url == f"{PAGE}?kind=above_base"
    text = client.get(PAGE).content.decode()
    assert "一班的号" not in text
    assert "另有 1 条已核实" in text
    shown = client.get(PAGE, {"settled": "on"}).content.decode()
    assert "群内有毕业生" in shown
    assert "院团委陈" in shown
    registry.change_account(over, contacts=61, by=cast["college"])
    assert "一班的号" in client.get(PAGE).content.decode()


def test_the_ledger_says_who_settled_what(sign_in, world, cast, over):
    (finding,) = found(cast["college"])
    for _time in range(2):
        settle(sign_in("college"), finding)
    entry = AuditEntry.objects.get(verb="finding.settled")
    assert (entry.by, entry.unit, entry.reason) == (cast["college"], world["hnu-law-1201"], "群内有毕业生")
    assert (entry.object_id, entry.detail) == (finding.digest, {"kind": "above_base", "numbers": [60, 43]})
    assert entry.words == "核实疑点，无需处理"


def test_settled_below_is_settled_for_those_above(sign_in, cast, over):
    (finding,) = found(cast["college"])
    settle(sign_in("college"), finding)
    assert "一班的号" not in sign_in("university").get(PAGE).content.decode()


def test_what_a_neighbour_settles_is_settled_for_nobody_else(sign_in, world, cast):
    for code in ("hnu-law-1201", "qzu-sci-1201", "qh-hs-jl"):
        in_office(world[code])
    (finding,) = found(cast["outsider"])
    settle(sign_in("outsider"), finding)
    assert "数学2012级1班" not in sign_in("outsider").get(PAGE).content.decode().split("<main")[1]
    assert "法学2012级1班" in sign_in("university").get(PAGE).content.decode()
    assert "法学2012级1班" in sign_in("college").get(PAGE).content.decode()


def test_numbers_that_changed_meanwhile_are_looked_at_again(sign_in, cast, over):
    (finding,) = found(cast["college"])
    registry.change_account(over, contacts=61, by=cast["college"])
    answer = sign_in("college").post(
        SETTLE, {"kind": "above_base", "digest": finding.digest, "reason": "核实"}, follow=True
    )
    assert "数字已有变化" in answer.content.decode()
    assert not AuditEntry.objects.filter(verb="finding.settled").exists()
    with pytest.raises(Conflict):
        findings.settle_finding(KIND.ABOVE_BASE, finding.digest, reason="核实", by=cast["college"])


def test_a_finding_about_the_own_unit_is_settled_from_above(sign_in, world, cast):
    opened(world["hnu-law"], contacts=5000)
    bases.record_base(world["hnu-law"], measure=Measure.MEMBERS, count=10, year=2026, source="年报", by=None)
    (finding,) = found(cast["college"], KIND.ABOVE_BASE)
    page = sign_in("college").get(PAGE).content.decode()
    assert "涉及您本单位，由上级团委核实" in page
    assert finding.digest not in page, "no form that would only be refused"
    assert finding.digest in sign_in("university").get(PAGE).content.decode()
    answer = settle(sign_in("college"), finding)
    assert answer.status_code == 422
    assert "须由上级团委核实" in answer.content.decode()
    with pytest.raises(NotAllowed):
        findings.settle_finding(finding.kind, finding.digest, reason="核实", by=cast["college"])
    assert not AuditEntry.objects.filter(verb="finding.settled").exists()
    assert settle(sign_in("university"), finding).status_code == 302


def test_a_finding_outside_cannot_be_settled(sign_in, cast, over):
    (finding,) = found(cast["college"])
    settle(sign_in("outsider"), finding)
    assert not AuditEntry.objects.filter(verb="finding.settled").exists()


def test_without_a_reason_the_line_stays_open_with_what_is_wrong(sign_in, cast, over):
    (finding,) = found(cast["college"])
    answer = settle(sign_in("college"), finding, reason="  ")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "请填写核实情况。" in text
    assert "<details open>" in text
    assert 'name="back" value="kind=above_base"' in text


# The file, and how much work it is.


def test_the_file_holds_what_is_shown_and_is_audited(sign_in, world, cast, over):
    opened(world["hnu-tour-1201"], contacts=99, nickname="=cmd()")
    client = sign_in("university")
    answer = client.get(PAGE, {"export": "csv", "unit": world["hnu-law"].pk})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert "联系人数超过团员数,法学2012级1班团支部,法学院团委,一班的号" in lines[1]
    assert "联系人数 60，团员数 43" in lines[1]
    entry = AuditEntry.objects.get(verb="list.exported")
    assert entry.detail["rows"] == 1
    whole = b"".join(client.get(PAGE, {"export": "csv"}).streaming_content).decode()
    assert ",=cmd()" not in whole
    assert client.get(PAGE, {"export": "xlsx"}).status_code == 200


def many(world) -> None:
    for at in range(12):
        unit = OrgUnit.objects.get(
            code=["hnu-law-1201", "hnu-law-1202", "hnu-law-1301", "hnu-tour-1201"][at % 4]
        )
        opened(unit, at, contacts=80 + at // 4, declared_groups=2)
        in_office(unit, mobile=f"1380000{at // 4:04d}")
        opened(world["hnu"], at, platform="weibo_sina", identifier=f"weibo_{at}")


def test_statements_do_not_grow_with_the_findings(sign_in, world, cast, round):
    submitted(round, world["hnu-law-1201"], by=cast["university"], account_id="same_wx")
    submitted(round, world["hnu-law-1202"], by=cast["university"], account_id="same_wx")
    opened(world["hnu-law-1201"], 99, contacts=90)
    client = sign_in("university")
    client.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    many(world)
    with CaptureQueriesContext(connection) as more:
        text = client.get(PAGE).content.decode()
    assert len(one) == len(more) <= 15
    assert all(str(kind.label) in text for kind in KIND)


def test_forms_that_name_an_account_twice_take_no_statement_more(world, cast, round, sign_in):
    client = sign_in("university")
    with CaptureQueriesContext(connection) as none:
        assert client.get(PAGE).context["lines"] == []
    for code in ("hnu-law-1201", "hnu-law-1202"):
        submitted(round, world[code], by=cast["university"], account_id="same_wx")
    with CaptureQueriesContext(connection) as one:
        assert len(client.get(PAGE).context["lines"]) == 1
    assert len(one) == len(none)


def test_a_kind_with_very_many_is_cut_and_says_so(sign_in, world, over, monkeypatch):
    opened(world["hnu-law-1202"], contacts=99)
    monkeypatch.setattr(duplicates, "MOST", 1)
    assert "只列出了一部分" in sign_in("college").get(PAGE).content.decode()


def test_two_offices_of_one_person_are_both_read(world, cast, over):
    Appointment.objects.create(
        user=cast["outsider"], unit=world["hnu-law"], role=Role.REVIEWER, starts_on="2026-10-05", title="书记"
    )
    opened(world["qzu-sci-1201"], contacts=99)
    assert len(found(cast["outsider"])) == 2


def test_looking_leaves_no_event(sign_in, cast, over):
    (finding,) = found(cast["college"])
    settle(sign_in("college"), finding)
    assert list(over.events.values_list("kind", flat=True)) == [EventKind.OPENED]
