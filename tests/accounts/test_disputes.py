"""争议: who may raise one, what each side reads, who settles it, and that it tells nobody whose account it is."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import AccountStatus, DisputeState, EventKind
from accounts.exceptions import AccountsError
from accounts.models import Dispute, Platform, RegistryEvent
from accounts.operations import disputes, registry
from accounts.operations.registry import PersonalData
from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, Notification, OrgUnit
from tests import cast as cast_module
from tests.world import TODAY

LIST = reverse("accounts:list-disputes")
IDENTIFIER = "law_1202_wx"
KEPT, HANDED_OVER = DisputeState.KEPT, DisputeState.HANDED_OVER


def opened(unit, identifier=IDENTIFIER, **facts):
    return registry.open_account(unit, platform="wechat_personal", identifier=identifier, by=None, **facts)


def claim(unit, by, identifier=IDENTIFIER, reason="认证主体为本支部"):
    platform = Platform.objects.get(pk="wechat_personal")
    return disputes.open_dispute(unit, platform=platform, identifier=identifier, reason=reason, by=by)


def typed(identifier=IDENTIFIER, **changes):
    return {"platform": "wechat_personal", "identifier": identifier, "reason": "认证主体为本支部"} | changes


def new_in(unit) -> str:
    return reverse("accounts:new-dispute", args=[unit.pk])


def page(name: str, dispute) -> str:
    return reverse(f"accounts:{name}-dispute", args=[dispute.pk])


@pytest.fixture
def account(world):
    return opened(world["hnu-law-1202"], nickname="二班的昵称")


@pytest.fixture
def dispute(world, cast, account):
    return claim(world["hnu-law-1201"], cast["secretary"])


@pytest.mark.parametrize(
    ("one", "other", "superior"),
    [
        ("hnu-law-1201", "hnu-law-1202", "hnu-law"),
        ("hnu-law-1201", "hnu-tour-1201", "hnu"),
        ("hnu-law-1201", "qh-hs-jl", "hi"),
        ("hnu-law-1201", "hnu-law", "hnu"),
        ("hnu-law", "hnu-law-1201", "hnu"),
        ("hnu-law-1201", "hi", "cn"),
        ("hnu", "aq-zy", "cn"),
    ],
)
def test_the_nearest_superior_of_both_settles_and_never_one_of_the_two(world, one, other, superior):
    assert disputes.common_superior(world[one], world[other]).code == superior


def test_without_a_common_superior_the_refusal_says_what_to_do(world):
    with pytest.raises(AccountsError, match="直接联系"):
        disputes.common_superior(world["cn"], world["hi"])


def test_a_refused_registration_leads_to_a_dispute_with_what_was_typed(sign_in, world, account):
    client = sign_in("college")
    new = reverse("accounts:new-account", args=[world["hnu-law-1301"].pk])
    facts = {
        "platform": "wechat_personal",
        "identifier": IDENTIFIER,
        "status": "open",
        "purpose": "organisation",
    }
    refused = client.post(new, facts)
    assert refused.status_code == 422
    assert f'formaction="{new_in(world["hnu-law-1301"])}"' in refused.content.decode()
    begun = client.post(new_in(world["hnu-law-1301"]), facts | {"begin": "1"})
    assert begun.status_code == 200
    assert f'value="{IDENTIFIER}"' in begun.content.decode()
    assert not Dispute.objects.exists()
    sent = client.post(new_in(world["hnu-law-1301"]), typed())
    assert sent.url == page("show", Dispute.objects.get())


def test_other_refusals_offer_no_dispute(sign_in, world, account):
    new = reverse("accounts:new-account", args=[world["hnu-law-1301"].pk])
    facts = {
        "platform": "wechat_personal",
        "identifier": "不是账号",
        "status": "open",
        "purpose": "organisation",
    }
    assert "提出争议" not in sign_in("college").post(new, facts).content.decode()


def test_a_dispute_goes_to_the_arbiter_and_the_holder_and_into_the_ledger(world, cast, account, dispute):
    facts = (dispute.account, dispute.against, dispute.arbiter, dispute.state)
    assert facts == (account, world["hnu-law-1202"], world["hnu-law"], DisputeState.OPEN)
    told = dict(Notification.objects.values_list("unit__code", "text"))
    assert set(told) == {"hnu-law", "hnu-law-1202"}
    assert "1班" not in told["hnu-law-1202"]
    entry = AuditEntry.objects.get(verb="dispute.opened")
    assert (entry.unit, entry.by, entry.reason) == (
        world["hnu-law-1201"],
        cast["secretary"],
        "认证主体为本支部",
    )


def test_each_side_reads_its_own_and_who_stands_above_reads_both(sign_in, cast, dispute):
    def texts(key):
        client = sign_in(key)
        return [client.get(url).content.decode() for url in (page("show", dispute), LIST)]

    for text in texts("secretary"):
        assert "法学2012级1班" in text
        assert "2班" not in text
        assert "二班的昵称" not in text
    for text in texts("college"):
        assert "法学2012级1班" in text
        assert "法学2012级2班" in text


def test_neither_side_learns_from_the_arbiter_where_the_other_one_is(sign_in, world, cast):
    opened(world["qh-hs-jl"], identifier="village_wx")
    dispute = claim(world["hnu-law-1201"], cast["secretary"], "village_wx")
    for key in ("secretary", "villager"):
        for url in (page("show", dispute), LIST, reverse("orgs:list-messages")):
            text = sign_in(key).get(url).content.decode().split("<main")[1]
            assert "海南省委" not in text
    assert "海南省委" in sign_in("province").get(page("show", dispute)).content.decode().split("<main")[1]


def test_the_holder_reads_neither_the_claimant_nor_the_reason(sign_in, world, cast):
    opened(world["hnu-law-1201"], identifier="law_1201_wx")
    dispute = claim(world["hnu-law-1202"], cast["college"], "law_1201_wx", reason="本班注册")
    client = sign_in("secretary")
    for url in (page("show", dispute), LIST):
        text = client.get(url).content.decode()
        assert "其他团组织" in text
        assert "2班" not in text
        assert "本班注册" not in text
    assert client.post(page("withdraw", dispute)).status_code == 403
    assert client.post(page("settle", dispute), {"outcome": KEPT, "reason": "x"}).status_code == 403


def test_kept_changes_nothing_and_both_sides_read_why(sign_in, world, account, dispute):
    answer = sign_in("college").post(
        page("settle", dispute), {"outcome": KEPT, "reason": "认证主体为现登记单位"}
    )
    assert answer.url == page("show", dispute)
    dispute.refresh_from_db()
    account.refresh_from_db()
    assert (dispute.state, account.unit) == (KEPT, world["hnu-law-1202"])
    assert AuditEntry.objects.filter(verb="dispute.kept", body__reason="认证主体为现登记单位").exists()
    told = Notification.objects.filter(kind="dispute_settled")
    assert set(told.values_list("unit__code", flat=True)) == {"hnu-law-1201", "hnu-law-1202"}
    text = sign_in("secretary").get(page("show", dispute)).content.decode()
    assert "认证主体为现登记单位" in text
    assert "维持登记" in text


def test_handed_over_moves_the_account_with_its_administrators_and_one_event(
    sign_in, world, account, dispute
):
    person = PersonalData(name="林某甲", mobile="13800000123")
    term = registry.appoint_administrator(account.unit, account=account, person=person, by=None)
    sign_in("college").post(page("settle", dispute), {"outcome": HANDED_OVER, "reason": "认证主体为申请单位"})
    account.refresh_from_db()
    term.refresh_from_db()
    assert (account.unit, term.unit) == (world["hnu-law-1201"], world["hnu-law-1201"])
    event = RegistryEvent.objects.get(kind=EventKind.TRANSFERRED)
    assert (event.unit, event.reason) == (world["hnu-law-1201"], "认证主体为申请单位")
    own = sign_in("secretary").get(page("show", dispute)).content.decode()
    assert "已划转给本单位" in own
    assert reverse("accounts:show-account", args=[account.pk]) in own


def test_withdrawn_by_the_claimant_and_then_raised_again(sign_in, world, cast, dispute):
    sign_in("secretary").post(page("withdraw", dispute))
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.WITHDRAWN
    assert Notification.objects.filter(unit=world["hnu-law-1202"], text__contains="撤回").exists()
    assert claim(world["hnu-law-1201"], cast["secretary"]).pk != dispute.pk


def test_what_is_settled_stays_settled(sign_in, cast, dispute):
    disputes.settle_dispute(dispute, outcome=KEPT, reason="属实", by=cast["college"])
    with pytest.raises(Conflict):
        disputes.settle_dispute(dispute, outcome=HANDED_OVER, reason="改判", by=cast["college"])
    with pytest.raises(Conflict):
        disputes.withdraw_dispute(dispute, by=cast["secretary"])
    again = sign_in("college").post(page("settle", dispute), {"outcome": KEPT, "reason": "再次"}, follow=True)
    assert "已经办结" in again.content.decode()


def test_a_settlement_needs_a_result_and_a_reason(sign_in, dispute):
    answer = sign_in("college").post(page("settle", dispute), {"reason": " "})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "请选择核实结果。" in text
    assert "请填写核实意见。" in text
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.OPEN


def test_a_department_settles_only_where_it_sees_both_sides(world, cast):
    opened(world["qh-hs-jl"], identifier="village_wx")
    dispute = claim(world["hnu-law-1201"], cast["secretary"], "village_wx")
    assert dispute.arbiter == world["hi"]
    with pytest.raises(NotAllowed):
        disputes.settle_dispute(dispute, outcome=KEPT, reason="属实", by=cast["schools"])
    disputes.settle_dispute(dispute, outcome=KEPT, reason="属实", by=cast["province"])


def test_nobody_settles_what_he_has_raised_himself(sign_in, world, cast, account):
    dispute = claim(world["hnu-law-1301"], cast["college"])
    with pytest.raises(NotAllowed):
        disputes.settle_dispute(dispute, outcome=HANDED_OVER, reason="属实", by=cast["college"])
    assert "由其他人核实" in sign_in("college").get(page("show", dispute)).content.decode()
    disputes.settle_dispute(dispute, outcome=HANDED_OVER, reason="属实", by=cast["university"])


def test_an_account_that_has_moved_meanwhile_is_not_handed_over(sign_in, world, cast, account, dispute):
    registry.transfer_account(account, world["hnu-law-1301"], reason="划转", by=cast["college"])
    answer = sign_in("college").post(page("settle", dispute), {"outcome": HANDED_OVER, "reason": "属实"})
    assert answer.status_code == 422
    assert "已划转到其他团组织" in answer.content.decode()


def test_a_closed_account_is_not_handed_over(sign_in, cast, account, dispute):
    registry.close_account(account, reason="停用", by=None)
    answer = sign_in("college").post(page("settle", dispute), {"outcome": HANDED_OVER, "reason": "属实"})
    assert answer.status_code == 422
    assert "已注销" in answer.content.decode()
    account.refresh_from_db()
    assert account.status == AccountStatus.CLOSED


def test_the_todo_is_the_arbiters(sign_in, cast, dispute):
    text = sign_in("college").get(reverse("home")).content.decode()
    assert 'href="/disputes/"' in text.split("<main")[1]
    people = ("college", "university", "province", "secretary", "outsider")
    assert [key for key in people if Dispute.objects.waiting_for(cast[key]).exists()] == ["college"]


def test_where_the_arbiter_has_nobody_the_superiors_see_it(world, cast):
    opened(world["hnu-tour-1201"], identifier="tour_wx")
    platform = Platform.objects.get(pk="wechat_personal")
    other = OrgUnit.objects.create(
        code="hnu-tour-1202", parent=world["hnu-tour"], kind_id="class_branch", name="旅游2班", position=99
    )
    found = disputes.open_dispute(
        other, platform=platform, identifier="tour_wx", reason="本班", by=cast["province"]
    )
    assert found.arbiter == world["hnu-tour"]
    assert Dispute.objects.waiting_for(cast["university"]).get() == found


# What a dispute must not tell.


def refusal(client, unit, identifier) -> str:
    answer = client.post(new_in(unit), typed(identifier))
    assert answer.status_code == 422
    text = answer.content.decode().replace(identifier, "ID")
    return re.sub(r"csrfmiddlewaretoken[^>]*|X-CSRFToken[^}]*", "", text)


def test_an_id_inside_and_one_outside_are_answered_by_the_same_statements_and_words(sign_in, world):
    opened(world["hnu-law-1202"], identifier="inside_wx")
    opened(world["qzu-sci-1201"], identifier="outside_wx")
    client, unit, found = sign_in("college"), world["hnu-law-1201"], []
    for identifier in ("inside_wx", "outside_wx"):
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(new_in(unit), typed(identifier))
        client.get(answer.url)
        found.append((answer.status_code, len(captured)))
    assert found[0] == found[1]
    # The second time neither says more than that the unit itself has asked already.
    assert refusal(client, unit, "inside_wx") == refusal(client, unit, "outside_wx")


def test_an_id_that_is_free_or_the_units_own_reads_the_same(sign_in, world):
    opened(world["hnu-law-1201"], identifier="own_wx")
    client, unit = sign_in("secretary"), world["hnu-law-1201"]
    assert refusal(client, unit, "own_wx") == refusal(client, unit, "free_wx")
    assert not Dispute.objects.exists()


def test_five_open_disputes_of_a_unit_are_enough_whatever_the_id(sign_in, world, cast):
    unit, client = world["hnu-law-1201"], sign_in("secretary")
    for n in range(7):
        opened(world["qzu-sci-1201"], identifier=f"many_{n}")
    for n in range(5):
        claim(unit, cast["secretary"], f"many_{n}")
    taken, free = refusal(client, unit, "many_5"), refusal(client, unit, "free_wx")
    assert "已有5件争议正在核实" in taken
    assert taken == free
    disputes.withdraw_dispute(Dispute.objects.first(), by=cast["secretary"])
    claim(unit, cast["secretary"], "many_6")


def test_taking_back_again_and_again_ends_after_ten_in_a_day(world, cast, account):
    unit = world["hnu-law-1201"]
    for _n in range(10):
        disputes.withdraw_dispute(claim(unit, cast["secretary"]), by=cast["secretary"])
    with pytest.raises(AccountsError, match="一天内最多提出10件"):
        claim(unit, cast["secretary"])
    with clock.frozen(TODAY + timedelta(days=1, seconds=1)):
        claim(unit, cast["secretary"])


def test_only_who_speaks_for_the_unit_may_raise_one(sign_in, world, cast, account):
    with pytest.raises(NotAllowed):
        claim(world["hnu-law-1201"], cast["auditor"])
    assert sign_in("auditor").get(new_in(world["hnu-law-1201"])).status_code == 403
    assert sign_in("outsider").get(new_in(world["hnu-law-1201"])).status_code == 404
    assert sign_in("outsider").post(new_in(world["hnu-law-1201"]), typed()).status_code == 404


def test_foreign_disputes_do_not_exist(sign_in, dispute):
    client = sign_in("outsider")
    assert client.get(page("show", dispute)).status_code == 404
    assert client.post(page("settle", dispute), {"outcome": KEPT, "reason": "x"}).status_code == 404
    assert IDENTIFIER not in client.get(LIST).content.decode()


def test_the_list_takes_the_same_statements_for_one_and_for_many(sign_in, world, cast, dispute):
    client = sign_in("college")
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for n in range(5):
        opened(world["hnu-law-1202"], identifier=f"more_{n}")
        claim(world["hnu-law-1301"], cast["college"], f"more_{n}")
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(one) == len(many) <= 15
    text = client.get(LIST, {"state": "settled"}).content.decode()
    assert "more_1" not in text


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_two_people_cannot_both_settle_it(transactional_world):
    cast = cast_module.build(transactional_world)
    opened(transactional_world["hnu-law-1202"])
    dispute = claim(transactional_world["hnu-law-1201"], cast["secretary"])
    people, outcomes, start = (cast["college"], cast["university"]), [], threading.Barrier(2)

    def settle(person):
        start.wait()
        try:
            disputes.settle_dispute(dispute, outcome=HANDED_OVER, reason="属实", by=person)
            outcomes.append("done")
        except Conflict:
            outcomes.append("late")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=settle, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "late"]
    assert RegistryEvent.objects.filter(kind=EventKind.TRANSFERRED).count() == 1
