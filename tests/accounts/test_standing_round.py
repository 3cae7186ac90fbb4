"""日常变更: between two rounds a unit sends a change; only the difference is reviewed, nobody is expected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.choices import NO_DEADLINE, SubmissionStatus
from accounts.exceptions import AccountsError
from accounts.models import Account, CollectionRound, Expected, FieldList, RegistryEvent, Submission
from accounts.operations import collection, registry, review, rounds, standing
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from tests.accounts.factories import launch, main_row, submit_for

UNIT = "hnu-law-1201"


@pytest.fixture
def round(world, cast):
    return standing.open_standing(
        world["hi"], field_list=FieldList.objects.get(code="UNI-A"), by=cast["province"]
    )


@pytest.fixture
def account(world):
    found = registry.open_account(
        world[UNIT],
        platform="wechat_personal",
        identifier="law_1201",
        nickname="海南大学法学2012级1班团支部微信群",
        contacts=41,
        declared_groups=1,
        by=None,
    )
    registry.appoint_administrator(
        world[UNIT],
        account=found,
        person=registry.PersonalData("林某甲", "lin_moujia", "小林", "354120768", "13800000123"),
        by=None,
    )
    return found


def changed(account, **facts) -> list:
    return [main_row(linked=account.pk, **facts)]


def send(round, world, cast, rows, key="change") -> Submission:
    form = Submission.objects.get(round=round, unit=world[UNIT])
    return collection.submit(
        round, world[UNIT], rows, version=form.version, idempotency_key=key, by=cast["secretary"]
    )


def approve(form, cast) -> Submission:
    form = review.approve(form.pk, version=form.version, by=cast["college"])
    return review.approve(form.pk, version=form.version, by=cast["university"])


def test_opened_once_per_province_and_form_and_expects_nobody(round, world, cast):
    again = standing.open_standing(world["hi"], field_list=round.field_list, by=cast["province"])
    assert again == round
    assert (round.is_standing, round.deadline_at) == (True, NO_DEADLINE)
    assert not round.expected.exists()


@pytest.mark.parametrize("who", ["university", "secretary", "auditor"])
def test_only_the_province_opens_it(world, cast, who):
    with pytest.raises(NotAllowed):
        standing.open_standing(world["hi"], field_list=FieldList.objects.get(code="UNI-A"), by=cast[who])


def test_change_starts_with_what_is_registered(round, account, world, cast):
    expected = standing.start_change(round, world[UNIT], by=cast["secretary"])
    form = Submission.objects.get(round=round, unit=world[UNIT])
    assert (form.status, expected.deadline_at) == (SubmissionStatus.DRAFT, NO_DEADLINE)
    row = form.rows.get()
    assert (row.values["account_id"], row.values["contacts"], row.account_id) == ("law_1201", 41, account.pk)
    assert row.personal["admin_mobile"] == "13800000123"


def test_only_the_difference_enters_and_the_next_change_opens_the_same_form(round, account, world, cast):
    standing.start_change(round, world[UNIT], by=cast["secretary"])
    form = approve(send(round, world, cast, changed(account, contacts=44)), cast)
    assert form.status == SubmissionStatus.APPROVED
    assert Account.objects.get(pk=account.pk).contacts == 44
    assert list(RegistryEvent.objects.filter(submission=form).values_list("kind", flat=True)) == ["changed"]
    first = form.receipt
    standing.start_change(round, world[UNIT], by=cast["secretary"])
    again = Submission.objects.get(pk=form.pk)
    assert (again.status, again.receipt, again.rows.get().values["contacts"]) == ("draft", "", 44)
    form = send(round, world, cast, changed(account, contacts=45), key="second")
    assert form.receipt not in {"", first}
    assert len(form.receipt) <= 20
    assert not form.is_late


def test_approved_form_of_a_usual_round_is_never_opened_again(world, cast):
    usual = launch(world, cast)
    form = approve(submit_for(usual, world[UNIT], cast["secretary"]), cast)
    with pytest.raises(IllegalMove):
        form.move_to(SubmissionStatus.DRAFT)
    with pytest.raises(AccountsError):
        standing.start_change(usual, world[UNIT], by=cast["secretary"])
    with pytest.raises(IllegalMove):
        collection.save_draft(usual, world[UNIT], [main_row()], version=form.version, by=cast["secretary"])


def test_change_without_a_difference_is_refused(round, account, world, cast):
    standing.start_change(round, world[UNIT], by=cast["secretary"])
    with pytest.raises(AccountsError, match="没有需要提交的变更"):
        send(round, world, cast, changed(account))


def test_one_change_at_a_time(round, account, world, cast):
    standing.start_change(round, world[UNIT], by=cast["secretary"])
    draft = Submission.objects.get(round=round)
    collection.save_draft(
        round, world[UNIT], changed(account, contacts=40), version=draft.version, by=cast["secretary"]
    )
    standing.start_change(round, world[UNIT], by=cast["secretary"])
    assert Submission.objects.get(round=round).rows.get().values["contacts"] == 40, "a draft stays as it is"
    send(round, world, cast, changed(account, contacts=40))
    with pytest.raises(IllegalMove):
        standing.start_change(round, world[UNIT], by=cast["secretary"])


def test_after_it_was_closed_no_change_starts(round, account, world, cast):
    rounds.close_round(round, by=cast["province"])
    with pytest.raises(AccountsError):
        standing.start_change(round, world[UNIT], by=cast["secretary"])


@pytest.mark.parametrize("who", ["college", "outside_secretary", "auditor"])
def test_only_the_units_own_people_start_a_change(round, world, cast, who):
    with pytest.raises(NotAllowed):
        standing.start_change(round, world[UNIT], by=cast[who])


def test_secretary_sends_a_change_by_pages(round, account, world, sign_in):
    client, tasks = sign_in("secretary"), reverse("accounts:list-tasks")
    start = reverse("accounts:start-change", args=[round.pk, world[UNIT].pk])
    assert start in client.get(tasks).content.decode()
    form = client.post(start).url
    page = client.get(form).content.decode()
    assert 'value="law_1201"' in page
    assert "长期开放" in page
    assert start not in client.get(tasks).content.decode(), "a change under way stands among the forms"
    expected = Expected.objects.get(round=round)
    row = changed(account, contacts=44)[0]
    sent = {f"r0-{code}": str(value) for code, value in (row.values | row.personal).items()}
    form_version = Submission.objects.get().version
    sent |= {"r0-account": str(account.pk), "n_rows": "1", "version": str(form_version), "page": "one"}
    check = reverse("accounts:check-form", args=[expected.pk])
    assert client.post(form, sent | {"next": "1"}).url == check
    checked = client.get(check).content.decode()
    assert "原登记：41" in checked
    assert "有 1 处不同" in checked
    client.post(check, {"version": str(Submission.objects.get().version), "key": "by-page"})
    assert Submission.objects.get().status == SubmissionStatus.SUBMITTED


def test_receipt_shows_what_changed_after_the_approval(round, account, world, cast, sign_in):
    standing.start_change(round, world[UNIT], by=cast["secretary"])
    approve(send(round, world, cast, changed(account, contacts=44)), cast)
    with clock.frozen(clock.now() + timedelta(hours=2)):
        registry.change_account(
            Account.objects.get(pk=account.pk), contacts=39, reason="核对名册", by=cast["college"]
        )
        receipt = reverse("accounts:show-receipt", args=[Expected.objects.get(round=round).pk])
        page = sign_in("secretary").get(receipt).content.decode()
    assert "登记信息又有变更" in page
    assert "核对名册" in page
    assert "院团委陈" in page, "the time line says who"


def test_neither_chased_nor_reported_nor_urged(round, account, world, cast, sign_in):
    standing.start_change(round, world[UNIT], by=cast["secretary"])
    assert not CollectionRound.objects.running().filter(pk=round.pk).exists()
    assert round.title not in sign_in("college").get(reverse("accounts:chase")).content.decode()
    approve(send(round, world, cast, changed(account, contacts=44)), cast)
    assert round.title not in sign_in("university").get(reverse("accounts:list-packages")).content.decode()
    with pytest.raises(AccountsError):
        rounds.expect(round, world["hnu-law"], by=cast["province"])


def test_province_opens_it_on_the_page_and_by_command(world, sign_in, capsys):
    client, page = sign_in("province"), reverse("accounts:open-standing")
    uni_a = FieldList.objects.get(code="UNI-A")
    for _tap in range(2):
        assert client.post(page, {"unit": world["hi"].pk, "field_list": uni_a.pk}).status_code == 302
    assert CollectionRound.objects.get().title == f"日常变更：{uni_a.title}"
    assert "长期开放" in client.get(reverse("accounts:list-rounds")).content.decode()
    call_command("launch_round", "--unit", "hi", "--form", "RUR-3", "--standing")
    assert "日常变更" in capsys.readouterr().out
