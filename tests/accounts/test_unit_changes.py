"""变更 of a unit: registry events, name, place and bases in one list, with what was and what is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.operations import registry
from orgs.choices import Measure
from orgs.kernel import clock
from orgs.operations import bases, tree

pytestmark = pytest.mark.django_db


def changes_of(client, world, code: str, **params):
    return client.get(reverse("accounts:list-unit-changes", args=[world.ids[code]]), params)


def later(at, **delta):
    return clock.frozen(at + timedelta(**delta))


def test_name_place_and_base_are_told_with_what_was_who_and_why(world, cast, sign_in, at):
    province = cast["province"]
    with later(at, hours=1):
        tree.rename_unit(world["qh-hs"], name="会山新镇团委", reason="撤乡设镇", by=province)
    with later(at, hours=2):
        tree.move_unit(world["qh-hs"], world["wn"], reason="区划调整", by=province)
    for hours, count in ((3, 100), (4, 120)):
        with later(at, hours=hours):
            bases.record_base(
                world["qh-hs"], measure=Measure.YOUTH, count=count, year=2026, source="摸底", by=province
            )
    answer = changes_of(sign_in("province"), world, "qh-hs")
    told = [(each.word, each.lines, each.reason, each.by) for each in answer.context["changes"]]
    assert told[0] == ("更正底数", ["100（2026年，摸底） → 120（2026年，摸底）"], "", "团省委李")
    assert told[1] == ("登记底数", ["100（2026年，摸底）"], "", "团省委李")
    place = f"上级：{world['qh'].name} → {world['wn'].name}"
    assert told[2] == ("调整隶属关系", [place], "区划调整", "团省委李")
    assert told[3][0::2] == ("团组织改名", "撤乡设镇")
    assert told[3][1][0].endswith("→ 会山新镇团委")
    assert told[-1][0] == "登记团组织"
    assert "撤乡设镇" in answer.content.decode()


def test_accounts_and_administrators_of_the_unit_itself_are_in_the_list_and_no_mobile(world, cast, sign_in):
    for code in ("hnu-law", "hnu-law-1201"):
        registry.open_account(
            world[code],
            platform="wechat_personal",
            identifier=code.replace("-", "_"),
            nickname=f"{code}的号",
            by=cast["university"],
        )
    person = registry.PersonalData(name="管理员某", mobile="13912345678")
    registry.appoint_administrator(world["hnu-law"], person=person, reason="设岗", by=cast["university"])
    page = changes_of(sign_in("college"), world, "hnu-law").content.decode()
    assert "hnu-law的号" in page
    assert "hnu-law-1201的号" not in page
    assert "本单位微信工作的管理员" in page
    assert "13912345678" not in page
    assert "管理员某" not in page


def test_the_list_is_paged_and_asks_no_more_the_longer_it_is(world, cast, sign_in, at):
    client = sign_in("university")

    def statements(**params) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert changes_of(client, world, "hnu-law", **params).status_code == 200
        return len(captured)

    tree.rename_unit(world["hnu-law"], name="法学部团委", by=cast["province"])
    registry.open_group(world["hnu-law"], kind="link", name="第一个群", by=cast["university"])
    bases.record_base(
        world["hnu-law"], measure=Measure.YOUTH, count=9, year=2026, source="摸底", by=cast["university"]
    )
    few = statements()
    for n in range(60):
        with later(at, minutes=n + 1):
            registry.open_group(world["hnu-law"], kind="link", name=f"第{n}个群", by=cast["university"])
    assert statements() <= few <= 15
    first, second = (changes_of(client, world, "hnu-law", page=n).context["changes"] for n in (1, 2))
    assert len(first) == 50
    assert first[0].subject == "第59个群"
    assert second[-1].word == "登记团组织"


def test_a_neighbour_gets_404(world, sign_in):
    assert changes_of(sign_in("outsider"), world, "hnu-law").status_code == 404
