"""引用报送: adopted contributions are quoted in the draft of a bulletin; it names nobody badly by that (WB-3.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from orgs.kernel import clock
from orgs.models import AuditEntry
from reporting.models import Contribution
from reporting.operations import bulletin_notices, bulletins, contributions
from reporting.operations.passages import Passage
from tests.reporting.bulletin_steps import act, draft, edited, published, two_weeks

pytestmark = pytest.mark.django_db

PARAGRAPH = "采用海南大学团委报送的信息《微信群里的招聘会》。"


@pytest.fixture
def adopted(world, cast):
    def _adopt(title="微信群里的招聘会", by="university", code="hnu"):
        made = contributions.send(world[code], world["hi"], Passage(title, "共有三百人参加。"), by=cast[by])
        return contributions.adopt(made.pk, remark="", by=cast["province"])

    return _adopt


@pytest.fixture
def bulletin(sign_in, world):
    two_weeks(world)
    return draft(sign_in("province"), world)


def shown(client, bulletin) -> str:
    return client.get(reverse("reporting:show-bulletin", args=[bulletin.pk])).text


def test_the_draft_offers_what_was_adopted_and_quotes_what_is_ticked(adopted, bulletin, sign_in):
    one, other = adopted(), adopted("村里的微信群", "city", "qh")
    client = sign_in("province")
    page = shown(client, bulletin)
    assert one.title in page
    assert other.title in page
    assert "已引用" in act(client, "quote-contributions", bulletin, pk=[one.pk]).text
    bulletin.refresh_from_db()
    assert bulletin.body["text"].endswith(PARAGRAPH)
    one.refresh_from_db()
    assert one.bulletin_id == bulletin.pk
    assert PARAGRAPH in shown(client, bulletin)
    assert "正文已改过" not in shown(client, bulletin)
    assert AuditEntry.objects.filter(verb="contribution.quoted", object_id=str(one.pk)).exists()


def test_the_file_of_contributions_names_no_draft(adopted, bulletin, sign_in):
    one = adopted()
    act(sign_in("province"), "quote-contributions", bulletin, pk=[one.pk])
    bulletin.refresh_from_db()
    assert bulletin.contributions.exists()
    file = sign_in("university").get(reverse("reporting:list-contributions"), {"export": "csv"})
    text = file.getvalue().decode("utf-8-sig")
    assert one.title in text
    assert bulletin.title not in text


def test_published_the_contribution_leads_to_it_and_is_quoted_nowhere_else(adopted, bulletin, sign_in, world):
    one, client = adopted(), sign_in("province")
    act(client, "quote-contributions", bulletin, pk=[one.pk])
    assert "已发布" in act(client, "publish-bulletin", bulletin).text
    page = sign_in("university").get(reverse("reporting:show-contribution", args=[one.pk])).text
    assert reverse("reporting:show-bulletin", args=[bulletin.pk]) in page
    assert "已在通报中引用" in client.get(reverse("reporting:list-contributions")).text
    again = client.post(
        reverse("reporting:correct-bulletin", args=[bulletin.pk]), {"reason": "补正"}, follow=True
    )
    assert PARAGRAPH in again.text
    assert again.context["page"].contributions == []


def test_a_quoted_unit_is_not_named_badly(adopted, bulletin, sign_in):
    bulletins.save_draft(
        bulletin.pk,
        bulletins.Edit(bulletin.title, bulletin.body["text"], [], "all", bulletins.Recipients()),
        version=bulletin.version,
        by=bulletin.created_by,
    )
    bulletin.refresh_from_db()
    named = {each.name for each in bulletin_notices.named(bulletin)}
    act(sign_in("province"), "quote-contributions", bulletin, pk=[adopted().pk])
    bulletin.refresh_from_db()
    assert {each.name for each in bulletin_notices.named(bulletin)} == named


def test_taken_out_again_the_paragraph_goes_and_may_be_quoted_anew(adopted, bulletin, sign_in):
    one, client = adopted(), sign_in("province")
    act(client, "quote-contributions", bulletin, pk=[one.pk])
    assert "已取消引用" in act(client, "quote-contributions", bulletin, drop=one.pk).text
    bulletin.refresh_from_db()
    assert PARAGRAPH not in bulletin.body["text"]
    assert Contribution.objects.get(pk=one.pk).bulletin_id is None
    act(client, "quote-contributions", bulletin, pk=[one.pk])
    bulletin.refresh_from_db()
    assert bulletin.body["text"].count(PARAGRAPH) == 1


def test_refreshing_and_resetting_keep_the_quotes(adopted, bulletin, sign_in):
    one, client = adopted(), sign_in("province")
    act(client, "quote-contributions", bulletin, pk=[one.pk])
    act(client, "refresh-bulletin", bulletin)
    bulletin.refresh_from_db()
    assert bulletin.body["text"] == f"{bulletin.body['generated']}\n{PARAGRAPH}"
    url = reverse("reporting:edit-bulletin", args=[bulletin.pk])
    client.post(url, edited(bulletin, text="另写的正文。"))
    act(client, "refresh-bulletin", bulletin, reset="1")
    bulletin.refresh_from_db()
    assert bulletin.body["text"] == f"{bulletin.body['generated']}\n{PARAGRAPH}"


def test_a_discarded_draft_gives_them_back(adopted, bulletin, sign_in):
    one, client = adopted(), sign_in("province")
    act(client, "quote-contributions", bulletin, pk=[one.pk])
    act(client, "discard-bulletin", bulletin)
    one.refresh_from_db()
    assert one.bulletin_id is None
    assert one.state == "adopted"


def test_what_is_not_adopted_or_was_adopted_before_the_week_is_not_offered(
    adopted, bulletin, sign_in, world, cast
):
    old, client = adopted(), sign_in("province")
    Contribution.objects.update(decided_at=clock.now() - timedelta(days=30))
    waiting = contributions.send(
        world["hnu"], world["hi"], Passage("还没有办理", "正文"), by=cast["university"]
    )
    for each in (old, waiting):
        assert "请选择要引用的报送" in act(client, "quote-contributions", bulletin, pk=[each.pk]).text
    assert old.title not in shown(client, bulletin)


def test_a_stale_page_quotes_nothing(adopted, bulletin, sign_in):
    one, client = adopted(), sign_in("province")
    url = reverse("reporting:quote-contributions", args=[bulletin.pk])
    assert "已被他人修改" in client.post(url, {"version": 99, "pk": [one.pk]}, follow=True).text
    one.refresh_from_db()
    assert one.bulletin_id is None
    assert sign_in("university").post(url, {"version": 1, "pk": [one.pk]}).status_code == 404


def test_a_published_bulletin_takes_up_nothing_more(adopted, sign_in, world):
    two_weeks(world)
    client = sign_in("province")
    sent = published(client, world)
    url = reverse("reporting:quote-contributions", args=[sent.pk])
    assert client.post(url, {"version": sent.version, "pk": [adopted().pk]}).status_code == 404
