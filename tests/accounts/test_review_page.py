"""The review page: what it lists, what a click does, what stays hidden, and how many statements it takes."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import SubmissionStatus
from accounts.field_lists import RowInput
from accounts.models import CellReturn, FieldList, Submission
from accounts.operations import collection, review
from accounts.operations.handing_in import HandingIn, hand_in
from accounts.operations.upload_found import UnitForm
from orgs.choices import Measure
from orgs.kernel import clock
from orgs.models import AuditEntry, OrgUnit
from tests.accounts.forms import fresh, launch, submitted

PAGE = reverse("accounts:list-review")
MOST_STATEMENTS = 15


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture
def clean(round, world, cast):
    return submitted(round, world["hnu-law-1201"], by=cast["secretary"])


@pytest.fixture
def doubtful(round, world, cast):
    return submitted(round, world["hnu-law-1202"], by=cast["university"], contacts=400)


def html(response) -> str:
    return response.content.decode()


def test_the_desk_lists_its_forms_and_opens_the_oldest(clean, doubtful, sign_in):
    page = html(sign_in("college").get(PAGE))
    assert "法学2012级1班团支部" in page
    assert "法学2012级2班团支部" in page
    assert page.index('class="current"') < page.index("法学2012级2班团支部")
    for chip in ("全部 2", "检查通过 1", "需核实 1", "重新提交 0"):
        assert chip in page
    assert "最早一份已等 0 小时" in page


def test_the_desk_above_sees_nothing_yet(clean, sign_in):
    page = html(sign_in("university").get(PAGE))
    assert "没有待审的收集表" in page
    assert "法学2012级1班团支部" not in page


def test_who_may_not_review_is_refused(clean, sign_in):
    assert sign_in("secretary").get(PAGE).status_code == 403


def test_a_foreign_form_does_not_exist(clean, sign_in):
    outsider = sign_in("outsider")
    assert outsider.get(PAGE, {"id": clean.pk}).status_code == 404
    for name in ("approve", "return-form", "undo-review"):
        answer = outsider.post(reverse(f"accounts:{name}", args=[clean.pk]), {"version": clean.version})
        assert answer.status_code == 404, name
    assert fresh(clean).version == clean.version


def test_approving_leads_to_the_next_form_and_offers_to_take_it_back(clean, doubtful, sign_in, world):
    college = sign_in("college")
    answer = college.post(
        reverse("accounts:approve", args=[clean.pk]),
        {"version": clean.version, "next": doubtful.pk},
        follow=True,
    )
    page = html(answer)
    assert "已通过“法学2012级1班团支部”" in page
    assert "撤销（8 秒）" in page
    assert "1 处需核实" in page
    assert fresh(clean).desk == world["hnu"]
    college.post(reverse("accounts:undo-review", args=[clean.pk]))
    assert fresh(clean).desk == world["hnu-law"]


def test_returning_keeps_reasons_words_and_cells(doubtful, sign_in):
    sign_in("college").post(
        reverse("accounts:return-form", args=[doubtful.pk]),
        {
            "version": doubtful.version,
            "reasons": ["above_base"],
            "remark": "请只计本支部团员",
            "cells": ["0:contacts"],
        },
    )
    form = fresh(doubtful)
    assert (form.status, form.remark) == (SubmissionStatus.RETURNED, "请只计本支部团员")
    assert CellReturn.objects.get(submission=form).field == "contacts"


def test_returning_without_a_reason_is_refused_with_words(clean, sign_in):
    answer = sign_in("college").post(
        reverse("accounts:return-form", args=[clean.pk]), {"version": clean.version}
    )
    assert answer.status_code == 422
    assert "退回必须说明理由" in html(answer)


def test_a_decision_on_an_old_version_answers_409_and_names_who_decided(clean, cast, sign_in):
    review.approve(clean.pk, version=clean.version, by=cast["college"])
    answer = sign_in("college").post(reverse("accounts:approve", args=[clean.pk]), {"version": clean.version})
    assert answer.status_code == 409
    assert "院团委陈" in html(answer)


def test_another_desks_form_answers_403(clean, sign_in):
    answer = sign_in("university").post(
        reverse("accounts:approve", args=[clean.pk]), {"version": clean.version}
    )
    assert answer.status_code == 403
    assert fresh(clean).version == clean.version


def test_ticked_forms_are_approved_together_and_the_changed_one_is_named(clean, round, world, cast, sign_in):
    changed = submitted(round, world["hnu-law-1301"], by=cast["university"])
    review.return_submission(changed.pk, version=changed.version, by=cast["college"], reasons=["nickname"])
    picks = [f"{each.pk}:{each.version}" for each in (clean, changed)]
    answer = sign_in("college").post(reverse("accounts:approve-many"), {"pick": picks}, follow=True)
    page = html(answer)
    assert "已通过 1 份收集表" in page
    assert "“法学2013级1班团支部”没有通过" in page
    assert fresh(clean).desk == world["hnu"]


def checked_line(page: str) -> str:
    return re.search(r"已检查 \d+ 项无问题：[^<]*", page)[0]


FORMATS = "必填、微信号格式、QQ号格式、手机位数、数字格式、账号不重复、管理员不重复"


def test_what_passed_lists_only_what_was_checked(round, world, cast, sign_in):
    """Without a base nothing is above it, and without an earlier figure nothing falls: neither was checked."""
    unit = world["hnu-law-1201"]
    base = unit.bases.get(measure=Measure.MEMBERS).count
    college = sign_in("college")
    submitted(round, unit, by=cast["secretary"])
    others = "昵称规范、群个数与联系人数、{}手机未在别处登记、账号未被登记"
    assert checked_line(html(college.get(PAGE))) == (
        "已检查 12 项无问题：" + FORMATS + "、" + others.format("联系人数与团员数、")
    )
    unit.bases.all().delete()
    form = submitted(launch(world, cast, title="第二轮"), unit, by=cast["secretary"], contacts=base + 1)
    page = html(college.get(PAGE, {"id": form.pk}))
    assert checked_line(page) == "已检查 11 项无问题：" + FORMATS + "、" + others.format("")


@pytest.mark.parametrize("is_file", [False, True])
def test_a_list_that_no_machine_compares_is_read_by_the_reviewer_alone(world, cast, sign_in, is_file):
    """RUR-3 knows no account, no base, no mobile: none of them was checked, and nobody approves it unread."""
    unit = world["hnu-law-1201"]
    group = RowInput({"kind": "branch", "group_name": "法学2012级1班团支部微信群", "members": 38})
    round = launch(world, cast, field_list=FieldList.objects.get(code="RUR-3"))
    if is_file:
        hand_in(
            [UnitForm(unit.pk, unit.name, (group,), (("表", 1),))], HandingIn(round, "n", cast["province"])
        )
    else:
        collection.submit(round, unit, [group], version=0, idempotency_key="k", by=cast["secretary"])
    form, college = Submission.objects.get(), sign_in("college")
    page = html(college.get(PAGE))
    assert checked_line(page) == "已检查 3 项无问题：必填、数字格式、群不重复"
    assert "请逐项审核，不能批量通过" in page
    for chip in ("全部 1", "检查通过 0", "需核实 1"):
        assert chip in page
    assert f'value="{form.pk}:{form.version}"' not in page
    assert Submission.objects.clean().count() == 0
    assert Submission.objects.doubtful().get() == form
    picks = {"pick": [f"{form.pk}:{form.version}"]}
    assert "没有自动核对，请逐份审核" in html(
        college.post(reverse("accounts:approve-many"), picks, follow=True)
    )
    college.post(reverse("accounts:approve", args=[form.pk]), {"version": form.version})
    assert fresh(form).desk == world["hnu"]


def test_what_waits_at_the_upgrade_is_given_what_it_went_through(round, clean, world, cast):
    other = launch(world, cast, field_list=FieldList.objects.get(code="RUR-3"))
    unit = world["hnu-law-1202"]
    group = RowInput({"kind": "branch", "group_name": unit.name, "members": 38})
    collection.submit(other, unit, [group], version=0, idempotency_key="k", by=cast["university"])
    Submission.objects.update(checks=[])
    import_module("accounts.migrations.0011_submission_checks").fill(apps, None)
    assert fresh(clean).checks == ["identifier_taken", "mobile_elsewhere"]
    assert [form.pk for form in Submission.objects.clean()] == [clean.pk]


def test_before_many_enter_the_registry_it_is_asked_and_one_on_its_way_up_is_not(
    clean, round, world, cast, sign_in
):
    """What has entered stays there: there is no undo, so the page says it and asks, without a script too."""
    review.approve(clean.pk, version=clean.version, by=cast["college"])
    later = submitted(round, world["hnu-law-1301"], by=cast["province"])
    bulk, university = reverse("accounts:approve-many"), sign_in("university")
    picks = [f"{each.pk}:{each.version}" for each in (fresh(clean), later)]
    asked = html(university.post(bulk, {"pick": picks}))
    assert "以下 1 份通过后即登记入库，不能撤销" in asked
    assert "法学2012级1班团支部" in asked
    assert "另外 1 份不在此列" in asked
    assert fresh(clean).status == SubmissionStatus.SUBMITTED
    fields = re.findall(r'name="(pick|confirm)" value="([^"]+)"', asked)
    data = {name: [value for key, value in fields if key == name] for name in ("pick", "confirm")}
    page = html(university.post(bulk, data, follow=True))
    assert "已通过 1 份收集表" in page
    assert "撤销（" not in page
    assert fresh(clean).status == SubmissionStatus.APPROVED


def test_after_the_last_approval_the_page_says_why_there_is_no_undo(clean, cast, sign_in):
    review.approve(clean.pk, version=clean.version, by=cast["college"])
    approve = reverse("accounts:approve", args=[clean.pk])
    page = html(sign_in("university").post(approve, {"version": fresh(clean).version}, follow=True))
    assert "已通过“法学2012级1班团支部”，已登记入库" in page
    assert "撤销（" not in page


def test_forms_to_verify_cannot_be_ticked(clean, doubtful, sign_in):
    page = html(sign_in("college").get(PAGE))
    assert f'value="{clean.pk}:{clean.version}"' in page
    assert f'value="{doubtful.pk}:{doubtful.version}"' not in page


def test_numbers_are_masked_and_shown_on_request_with_an_audit_line(clean, sign_in, cast):
    college, row = sign_in("college"), clean.rows.get()
    number = row.personal["admin_mobile"]
    assert number not in html(college.get(PAGE))
    answer = college.post(reverse("accounts:reveal-cell", args=[row.pk, "admin_mobile"]))
    assert number in html(answer)
    line = AuditEntry.objects.for_object("accounts.submission", clean.pk).first()
    assert (line.by, line.detail["field"]) == (cast["college"], "admin_mobile")
    assert number not in str(line.detail)


def test_a_foreign_number_stays_hidden(clean, sign_in):
    url = reverse("accounts:reveal-cell", args=[clean.rows.get().pk, "admin_mobile"])
    assert sign_in("outsider").post(url).status_code == 404
    assert sign_in("auditor").post(url).status_code == 403


def test_what_changed_against_the_registry_is_marked(clean, round, world, cast, sign_in):
    review.approve(clean.pk, version=clean.version, by=cast["college"])
    review.approve(clean.pk, version=fresh(clean).version, by=cast["university"])
    second = launch(world, cast, title="第二轮")
    form = submitted(second, world["hnu-law-1201"], by=cast["secretary"], contacts=41)
    page = html(sign_in("college").get(PAGE, {"id": form.pk}))
    assert '<th scope="col">已登记</th>' in page
    assert '<ins><span class="sr">改为</span>41</ins>' in page


def test_one_form_and_thirty_take_the_same_statements(round, world, cast, sign_in):
    template = submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    college = sign_in("college")
    one = _statements(college)
    for n in range(29):
        _another(template, world["hnu-law"], n)
    assert _statements(college) == one
    assert one <= MOST_STATEMENTS


def test_the_oldest_waits_are_told_in_hours(clean, sign_in):
    with clock.frozen(clock.now() + timedelta(hours=19, minutes=5)):
        assert "最早一份已等 19 小时" in html(sign_in("college").get(PAGE))


def _statements(client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(PAGE).status_code == 200
    return len(captured)


def _another(template, college, n: int) -> None:
    unit = OrgUnit.objects.create(
        code=f"extra-{n}",
        parent=OrgUnit.objects.get(pk=college.pk),
        kind_id="class_branch",
        name=f"临时{n}班团支部",
    )
    template.pk, template.unit = None, unit
    template.save(force_insert=True)


def test_a_superscript_is_no_number(sign_in):
    assert (
        sign_in("college").get(reverse("accounts:list-review"), {"id": "²", "done": "²"}).status_code == 200
    )
