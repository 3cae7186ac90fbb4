"""The collection form as a browser without a script sees it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import SubmissionStatus
from accounts.models import Account, Expected, Submission
from accounts.operations import review, rounds
from orgs.kernel import clock
from tests.accounts.factories import launch, main_row, submit_for

PERSONAL = ("林某甲", "13800000123", "354120768")


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture
def expected(world, round):
    return Expected.objects.get(round=round, unit=world["hnu-law-1201"])


def url(name: str, expected) -> str:
    return reverse(f"accounts:{name}", args=[expected.pk])


def posted(*rows, version: int = 0, page: str = "page-one", **buttons) -> dict[str, str]:
    """What a browser posts for these rows."""
    data = {"n_rows": str(len(rows)), "version": str(version), "page": page, "note": ""} | buttons
    for at, row in enumerate(rows):
        data |= {f"r{at}-{code}": str(value) for code, value in (row.values | row.personal).items()}
        if row.continues:
            data[f"r{at}-continues"] = "1"
    return data


def hidden(response, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def test_fresh_form_brings_name_and_mobile_of_the_person(sign_in, expected):
    page = sign_in("secretary").get(url("fill-form", expected)).content.decode()
    assert 'value="支书张"' in page
    assert 'value="13800000008"' in page
    assert "海南大学法学2012级1班团支部微信群" in page
    assert "本支部团员 43 人" in page


def test_form_goes_from_filling_to_receipt_without_a_script(sign_in, expected):
    client = sign_in("secretary")
    assert client.post(url("fill-form", expected), posted(main_row())).url == url("check-form", expected)
    check = client.get(url("check-form", expected))
    assert "法学院团委" in check.content.decode()
    assert "覆盖 95.3%" in check.content.decode()
    answer = client.post(
        url("check-form", expected), {"version": hidden(check, "version"), "key": hidden(check, "key")}
    )
    assert answer.url == url("show-receipt", expected)
    receipt = client.get(answer.url).content.decode()
    assert Submission.objects.get().receipt in receipt
    assert "法学院团委审核" in receipt


def test_double_tap_and_second_tab_land_on_the_same_receipt(sign_in, expected):
    client = sign_in("secretary")
    client.post(url("fill-form", expected), posted(main_row()))
    first, second = client.get(url("check-form", expected)), client.get(url("check-form", expected))
    answers = [
        client.post(url("check-form", expected), {"version": "1", "key": hidden(page, "key")})
        for page in (first, first, second)
    ]
    assert {answer.url for answer in answers} == {url("show-receipt", expected)}
    assert Submission.objects.get().steps.count() == 1


def test_errors_stand_in_title_summary_and_field_with_the_same_words(sign_in, expected):
    wrong = main_row(account_id="", admin_mobile="1380000012")
    response = sign_in("secretary").post(url("fill-form", expected), posted(wrong))
    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>错误：" in page
    assert '<a href="#id_r0-admin_mobile">手机：应为 11 位数字，现在只有 10 位</a>' in page
    assert page.count("应为 11 位数字，现在只有 10 位") == 2
    field = re.search(r'<input[^>]*name="r0-admin_mobile"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field
    assert "id_r0-admin_mobile_error" in field
    assert 'id="id_r0-admin_mobile_error"' in page


def test_draft_button_keeps_half_a_form(sign_in, expected):
    client = sign_in("secretary")
    client.post(url("fill-form", expected), posted(main_row(contacts="", admin_qq=""), draft="1"))
    page = client.get(url("fill-form", expected)).content.decode()
    assert 'value="law_1201"' in page


def test_buttons_add_and_remove_cards_without_a_script(sign_in, expected):
    client, form = sign_in("secretary"), url("fill-form", expected)
    client.post(form, posted(main_row(), add_administrator="0"))
    assert [row.continues for row in Submission.objects.get().rows.all()] == [False, True]
    client.post(form, posted(main_row(), main_row(account_id="law_second"), add_account="1", version=1))
    assert [row.continues for row in Submission.objects.get().rows.all()] == [False, False, False]
    client.post(form, posted(main_row(), main_row(account_id="law_second"), remove="0", version=2))
    assert [row.values["account_id"] for row in Submission.objects.get().rows.all()] == ["law_second"]


def test_switch_fills_in_the_person_where_nothing_was_typed(sign_in, expected):
    row = main_row(admin_name="", admin_mobile="")
    sign_in("secretary").post(url("fill-form", expected), posted(row, **{"r0-is_me": "on"}))
    assert Submission.objects.get().rows.get().personal["admin_mobile"] == "13800000008"


def test_autosave_answers_the_version_and_keeps_both_on_conflict(sign_in, expected):
    client = sign_in("secretary")
    first = client.post(url("autosave", expected), posted(main_row(contacts=1)))
    again = client.post(url("autosave", expected), posted(main_row(contacts=2)))
    other = client.post(url("autosave", expected), posted(main_row(contacts=3), page="page-two"))
    assert (first.json(), again.json()) == ({"version": 1}, {"version": 2})
    assert other.status_code == 409
    assert other.json()["conflict"] is True
    assert Submission.objects.get().rows.get().values["contacts"] == "2"


def test_conflict_page_keeps_what_was_typed_and_the_next_press_wins(sign_in, expected):
    client = sign_in("secretary")
    client.post(url("fill-form", expected), posted(main_row(contacts=2), page="one"))
    response = client.post(url("fill-form", expected), posted(main_row(contacts=3), page="two"))
    assert response.status_code == 409
    assert 'value="3"' in response.content.decode()
    again = posted(main_row(contacts=3), page="two", version=hidden(response, "version"))
    assert client.post(url("fill-form", expected), again).status_code == 302
    assert Submission.objects.get().rows.get().values["contacts"] == "3"


def test_closed_round_says_so_and_keeps_the_draft(sign_in, cast, round, expected):
    client = sign_in("secretary")
    client.post(url("fill-form", expected), posted(main_row()))
    check = client.get(url("check-form", expected))
    rounds.close_round(round, by=cast["province"])
    answer = client.post(url("check-form", expected), {"version": "1", "key": hidden(check, "key")})
    page = client.get(answer.url).content.decode()
    assert "本次填报已截止，草稿已保留" in page
    assert 'value="law_1201"' in page


def test_returned_form_opens_with_reason_and_marked_cell(sign_in, cast, world, round, expected):
    submission = submit_for(round, world["hnu-law-1201"], cast["secretary"])
    review.return_submission(
        submission.pk,
        version=submission.version,
        by=cast["college"],
        reasons=["above_base"],
        cells=[review.CellRemark(0, "contacts", "请按名册核对")],
    )
    page = sign_in("secretary").get(url("fill-form", expected)).content.decode()
    assert "人数超团员数" in page
    assert page.count("请按名册核对") == 2
    assert 'href="#id_r0-contacts"' in page


def test_reason_without_a_marked_cell_leads_to_the_field_it_speaks_of(sign_in, cast, world, round, expected):
    form = submit_for(round, world["hnu-law-1201"], cast["secretary"])
    reasons = ["filled_twice", "above_base"]
    review.return_submission(form.pk, version=form.version, by=cast["college"], reasons=reasons)
    client = sign_in("secretary")
    opened = client.get(reverse("accounts:fill", args=[round.pk]))
    assert opened.url == url("fill-form", expected) + "#id_r0-contacts"
    page = client.get(opened.url).content.decode()
    assert re.findall(r'<input[^>]*name="([^"]+)"[^>]*autofocus', page) == ["r0-contacts"]
    assert "data-focus" not in page, "the frame of the reasons would take the focus from the field"


def test_submitted_form_opens_as_its_receipt(sign_in, cast, world, round, expected):
    submit_for(round, world["hnu-law-1201"], cast["secretary"])
    assert sign_in("secretary").get(url("fill-form", expected)).url == url("show-receipt", expected)


@pytest.fixture
def again(world, cast, round):
    """The next round for a unit whose form has entered the registry: expected, and its page as posted untouched."""
    form = submit_for(round, world["hnu-law-1201"], cast["secretary"])
    for key in ("college", "university"):
        form = review.approve(form.pk, version=form.version, by=cast[key])
    expected = Expected.objects.get(round=launch(world, cast, title="第二轮"), unit=form.unit)
    account = Account.objects.get(unit=form.unit)
    return expected, posted(main_row(), unchanged="1") | {"r0-account": str(account.pk)}


def test_no_change_is_handed_in_with_one_tap(again, sign_in):
    expected, data = again
    client = sign_in("secretary")
    assert "没有变化，直接提交" in client.get(url("fill-form", expected)).content.decode()
    receipt = url("show-receipt", expected)
    for _tap in range(2):
        assert client.post(url("fill-form", expected), data).url == receipt
    form = Submission.objects.get(round=expected.round)
    assert (form.status, form.attempt, form.steps.count()) == (SubmissionStatus.SUBMITTED, 1, 1)
    assert form.rows.get().values["contacts"] == 41


def test_a_change_beside_the_tap_is_kept_and_read_once_more(again, sign_in):
    expected, data = again
    client = sign_in("secretary")
    answer = client.post(url("fill-form", expected), data | {"r0-contacts": "42"}, follow=True)
    assert "您改动了表中的内容，还没有提交" in answer.content.decode()
    assert "原登记：41" in answer.content.decode()
    page = client.get(url("fill-form", expected)).content.decode()
    assert "没有变化，直接提交" not in page, "something is saved now"
    form = Submission.objects.get(round=expected.round)
    assert (form.status, form.rows.get().values["contacts"]) == (SubmissionStatus.DRAFT, "42")


def test_next_round_is_prefilled_from_the_registry(sign_in, cast, world, round, expected):
    submission = submit_for(round, world["hnu-law-1201"], cast["secretary"])
    submission = review.approve(submission.pk, version=submission.version, by=cast["college"])
    review.approve(submission.pk, version=submission.version, by=cast["university"])
    later = launch(world, cast, title="第二次")
    form = url("fill-form", Expected.objects.get(round=later, unit=world["hnu-law-1201"]))
    page = sign_in("secretary").get(form)
    for value in ("law_1201", *PERSONAL):
        assert f'value="{value}"' in page.content.decode()
    account = Account.objects.get(unit=world["hnu-law-1201"])
    assert hidden(page, "r0-account") == str(account.pk)


@pytest.mark.parametrize("name", ["fill-form", "check-form", "show-receipt"])
def test_neighbour_gets_404_and_superior_gets_403(sign_in, expected, name):
    assert sign_in("outside_secretary").get(url(name, expected)).status_code == 404
    assert sign_in("outsider").get(url(name, expected)).status_code == 404
    assert sign_in("college").get(url(name, expected)).status_code == 403
    assert sign_in("auditor").get(url(name, expected)).status_code == 403


def test_task_list_shows_own_forms_only(sign_in, expected):
    page = sign_in("secretary").get(reverse("accounts:list-tasks")).content.decode()
    assert page.count(url("fill-form", expected)) == 1
    assert "待填报" in page
    assert "法学2012级2班" not in page


def test_message_link_of_a_round_opens_the_own_form(sign_in, round, expected):
    answer = sign_in("secretary").get(reverse("accounts:fill", args=[round.pk]))
    assert answer.url == url("fill-form", expected)


def test_home_shows_the_return_in_full(sign_in, cast, world, round):
    submission = submit_for(round, world["hnu-law-1201"], cast["secretary"])
    review.return_submission(
        submission.pk, version=submission.version, by=cast["college"], remark="请核对名册后重填"
    )
    assert "请核对名册后重填" in sign_in("secretary").get(reverse("home")).content.decode()


def test_home_of_a_reviewer_counts_what_waits(sign_in, cast, world, round):
    submit_for(round, world["hnu-law-1201"], cast["secretary"])
    assert "待审核收集表" in sign_in("college").get(reverse("home")).content.decode()


def test_form_takes_the_same_number_of_statements_with_one_and_thirty_cards(sign_in, expected):
    client, form = sign_in("secretary"), url("fill-form", expected)
    client.post(form, posted(main_row(), draft="1"))
    few = _count(client, form)
    rows = [main_row(account_id=f"account_{at:02}") for at in range(30)]
    client.post(form, posted(*rows, draft="1", version=1))
    assert _count(client, form) == few
    assert Submission.objects.get().status == SubmissionStatus.DRAFT


@pytest.mark.parametrize("address", [reverse("accounts:list-tasks"), reverse("home")])
def test_task_lists_take_the_same_number_of_statements_with_one_and_thirty_rounds(
    sign_in, cast, world, round, address
):
    client = sign_in("secretary")
    few = _count(client, address)
    for at in range(29):
        launch(world, cast, title=f"第{at}轮", kinds=["class_branch"])
    assert _count(client, address) == few


def _count(client, address: str) -> int:
    client.get(address)  # messages are read
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def test_somebody_new_is_led_to_the_nearest_deadline_ahead_then_to_what_was_missed_last(
    world, cast, sign_in, round, expected
):
    def other(title: str, days: int) -> Expected:
        now = clock.now()
        opens, until = now - timedelta(days=30), now + timedelta(days=days)
        made = launch(world, cast, title=title, opens_at=opens, deadline_at=until)
        return Expected.objects.get(round=made, unit=expected.unit)

    missed_long_ago, missed, later = other("九月", -20), other("十月", -2), other("十二月", 9)
    client, start = sign_in("secretary"), reverse("accounts:start")
    for at, want in enumerate((expected, later, missed, missed_long_ago)):
        assert client.get(start).url == url("fill-form", want)
        row = main_row(
            account_id=f"law_120{at}", admin_wechat=f"lin_moujia_{at}", admin_mobile=f"1380000020{at}"
        )
        submit_for(want.round, want.unit, cast["secretary"], rows=[row], key=f"key-{at}")
    assert client.get(start).url == reverse("accounts:list-tasks")
