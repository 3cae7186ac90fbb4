"""Invitations in bulk: a whole list or nothing, every fault at once, sheets shown once, renewed and printed again."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from orgs.choices import Role
from orgs.exceptions import InvitationUnusable
from orgs.kernel import clock
from orgs.models import AuditEntry, Invitation, OrgUnit, User
from orgs.operations import invitations, invitations_bulk
from orgs.operations.invitations_bulk import FaultyList, Line
from tests.world import TODAY

pytestmark = pytest.mark.django_db

LIST = "组织全称\t姓名\t手机\n法学2012级2班团支部\t新支书\t13800000123\nhnu-law-1301\t另一人\t138 0000 0124\n"


def accept(code: str, tail: str) -> User:
    return invitations.accept_invitation(code, mobile_tail=tail, password="green-tea-66")


def make(world, cast, *, by: str = "college") -> list[invitations.Invited]:
    lines = [
        Line(1, "hnu-law-1202", "新支书", "13800000123"),
        Line(2, "hnu-law-1301", "另一人", "13800000124"),
    ]
    return invitations_bulk.invite_many(lines, by=cast[by])


def post(client: Client, **data: object):
    return client.post(reverse("orgs:invite-many"), {"text": "", **data})


def links(page) -> list[str]:
    return re.findall(r"<small>[^<]*?http://testserver(/i/[^<]+)</small>", page.content.decode())


def test_a_pasted_list_becomes_sheets_of_codes_and_a_text_for_the_group(sign_in):
    page = post(sign_in("university"), text=LIST)
    html = page.content.decode()
    assert page.status_code == 200
    assert len(set(links(page))) == 2
    assert html.count('class="qr-card"') == 2
    assert "新**" in html
    assert "新支书" not in html
    assert "法学院团委：请各团支部负责人" in html
    assert "13800000123" not in html
    assert Client().get(links(page)[0]).status_code == 200


def test_codes_work_once_are_hashed_and_last_twenty_days(world, cast):
    first, second = make(world, cast)
    assert first.code not in str(list(Invitation.objects.values()))
    assert accept(first.code, "0123").appointments.get().role == Role.SECRETARY
    with pytest.raises(InvitationUnusable):
        accept(first.code, "0123")
    with clock.frozen(TODAY + timedelta(days=20)), pytest.raises(InvitationUnusable):
        accept(second.code, "0124")
    assert AuditEntry.objects.filter(verb="invitation.created").count() == 2


def test_every_fault_is_told_at_once_and_nothing_is_made(sign_in, cast):
    text = "\n".join(
        [
            "法学2012级2班团支部\t某某\t13800000123",
            "没有这个团支部\t某某\t13800000124",
            "旅游2012级1班团支部\t某某\t13800000125",
            "法学2013级1班团支部\t\t1380000",
            "hnu-law-1202\t某某\t13800000123",
            "法学2012级1班团支部\t支书张\t13800000008",
            "法学2013级1班团支部\t\t",
        ]
    )
    page = post(sign_in("college"), text=text)
    found = {(error.row, error.column) for error in page.context["errors"]}
    assert page.status_code == 422
    assert found == {
        (2, "组织全称或代码"),
        (3, "组织全称或代码"),
        (4, "姓名"),
        (4, "手机"),
        (5, ""),
        (6, "手机"),
    }
    assert "没有这个团支部\t某某\t13800000124" in page.content.decode()
    assert "13800000008" not in "".join(map(str, page.context["errors"]))
    assert not Invitation.objects.exists()


def test_a_name_that_two_units_share_asks_for_the_code(world, cast):
    OrgUnit.objects.filter(code="hnu-tour-1201").update(name="法学2012级2班团支部")
    lines = [Line(1, "法学2012级2班团支部", "某某", "13800000123")]
    (error,) = invitations_bulk.check(lines, by=cast["university"]).errors
    assert "hnu-law-1202" in error.message
    assert "hnu-tour-1201" in error.message


@pytest.mark.parametrize("actor", ["secretary", "auditor", "outsider", "departed"])
def test_nobody_invites_outside_the_own_subtree(world, cast, actor):
    with pytest.raises(FaultyList):
        make(world, cast, by=actor)
    assert not Invitation.objects.exists()


def test_an_open_invitation_is_not_made_twice(world, cast):
    make(world, cast)
    with pytest.raises(FaultyList) as refused:
        make(world, cast)
    assert len(refused.value.errors) == 2


def test_a_workbook_is_read_and_its_rows_stay_in_the_answer(sign_in):
    book = openpyxl.Workbook()
    for row in (
        ["组织全称或代码", "姓名", "手机"],
        ["法学2012级2班团支部", "某某", 13800000123],
        ["无此单位", "某某", "1"],
    ):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    page = post(sign_in("college"), file=SimpleUploadedFile("list.xlsx", content.getvalue()))
    assert page.status_code == 422
    assert {error.row for error in page.context["errors"]} == {3}
    assert "法学2012级2班团支部\t某某\t13800000123" in page.content.decode()


def test_a_file_that_is_no_table_says_what_to_do(sign_in):
    page = post(sign_in("college"), file=SimpleUploadedFile("list.xlsx", b"not a table"))
    assert page.status_code == 422
    assert "另存为" in page.content.decode()


@pytest.mark.parametrize("text", ["", "   ", "法学2012级2班团支部\t\t", "姓名\t手机"])
def test_a_list_without_people_is_refused_in_words(sign_in, text):
    page = post(sign_in("college"), text=text)
    assert page.status_code == 422
    assert not Invitation.objects.exists()


def test_the_list_starts_from_class_branches_without_a_secretary(sign_in, world, cast):
    client = sign_in("university")
    html = client.get(reverse("orgs:invite-many"), {"unit": world["hnu-law"].pk}).content.decode()
    assert "法学2012级2班团支部\t\t" in html
    assert "法学2012级1班团支部\t" not in html
    assert "旅游2012级1班团支部" not in html
    typed = client.get(reverse("orgs:invite-many"), {"unit": "", "unit_q": "旅游学院"}).content.decode()
    assert "旅游2012级1班团支部\t\t" in typed
    assert client.get(reverse("orgs:invite-many"), {"unit": world["qzu"].pk}).status_code == 404


def test_a_second_tap_makes_no_second_batch(sign_in):
    client = sign_in("college")
    key = client.get(reverse("orgs:invite-many")).context["form"]["idempotency_key"].value()
    text = "法学2012级2班团支部\t某某\t13800000123"
    assert post(client, text=text, idempotency_key=key).status_code == 200
    Invitation.objects.update(mobile_index="other")
    assert post(client, text=text, idempotency_key=key).status_code == 409
    assert Invitation.objects.count() == 1


def test_printing_again_renews_the_unused_and_kills_the_old_codes(sign_in, world, cast):
    first, second = make(world, cast)
    accept(first.code, "0123")
    page = sign_in("college").post(reverse("orgs:renew-batch", args=[second.invitation.pk]))
    (link,) = links(page)
    with pytest.raises(InvitationUnusable):
        accept(second.code, "0124")
    assert accept(link.removeprefix("/i/").rstrip("/"), "0124")


def test_an_expired_code_is_renewed_and_a_revoked_one_is_not(sign_in, world, cast):
    first, second = make(world, cast)
    invitations.revoke_invitation(first.invitation, by=cast["college"])
    with clock.frozen(TODAY + timedelta(days=30)):
        page = sign_in("college").post(reverse("orgs:renew-invitation", args=[second.invitation.pk]))
        assert len(links(page)) == 1
        gone = sign_in("college").post(
            reverse("orgs:renew-invitation", args=[first.invitation.pk]), follow=True
        )
    assert "已撤销" in gone.content.decode()


def test_the_list_says_who_has_not_used_theirs(sign_in, world, cast):
    first, _second = make(world, cast)
    accept(first.code, "0123")
    client, url = sign_in("university"), reverse("orgs:list-invitations")
    html = client.get(url).content.decode()
    assert "法学2013级1班团支部" in html
    assert "法学2012级2班团支部" not in html
    with clock.frozen(TODAY + timedelta(days=30)):
        assert "已过期" in sign_in("university").get(url).content.decode()
    batch = Invitation.objects.first().batch
    assert "换新码并重新打印" in client.get(url, {"batch": batch}).content.decode()
    assert "法学2013级1班团支部" not in sign_in("outsider").get(url).content.decode()


def test_buttons_stand_only_where_they_are_allowed(sign_in, world, cast):
    invitations.invite(
        world["hnu-law"], name="某某", mobile="13800000123", by=cast["university"], role=Role.COMMITTEE
    )
    url = reverse("orgs:list-invitations")
    assert "/revoke/" in sign_in("university").get(url).content.decode()
    assert "/revoke/" not in sign_in("college").get(url).content.decode()


def test_a_batch_takes_the_same_statements_for_one_and_for_many(world, cast, django_assert_num_queries):
    user = cast["university"]
    user.remember_scope()
    lines = [Line(n, "hnu-law-1202", f"某{n}", f"138000002{n:02}") for n in range(1, 31)]
    with django_assert_num_queries(3):
        assert len(invitations_bulk.check(lines, by=user).wanted) == 30
    with django_assert_num_queries(3):
        assert len(invitations_bulk.check(lines[:1], by=user).wanted) == 1
