"""内容供给: provided by a committee, read and copied by everybody below it, withdrawn (RUR-2.4, RUR-4)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from orgs.exceptions import NotAllowed
from orgs.models import AuditEntry
from reporting.exceptions import ReportingError
from reporting.models import Material
from reporting.operations import materials
from reporting.operations.passages import Passage

pytestmark = pytest.mark.django_db

LIST, NEW = reverse("reporting:list-materials"), reverse("reporting:new-material")
TEXT = "第一行：培训时间\n第二行：拨打12355咨询"


def written(**changes) -> dict[str, object]:
    return {"kind": "skill", "title": "技能培训报名", "text": TEXT, "link": "https://example.org/a"} | changes


@pytest.fixture
def provided(world, cast):
    def _provide(
        code: str = "qh", by: str = "city", title: str = "技能培训报名", kind: str = "skill"
    ) -> Material:
        return materials.publish(world[code], kind, Passage(title, TEXT), by=cast[by])

    return _provide


def show(client, material):
    return client.get(reverse("reporting:show-material", args=[material.pk]))


def listed(client, **given) -> set[str]:
    return {each.title for each in client.get(LIST, given).context["page"]}


def test_a_committee_provides_and_everybody_below_copies_it(sign_in):
    answer = sign_in("city").post(NEW, written(), follow=True)
    assert "已发布" in answer.text
    material = Material.objects.get()
    page = show(sign_in("villager"), material).text
    box = page.partition("<textarea")[2].partition("</textarea>")[0]
    assert box.endswith("第一行：培训时间\n第二行：拨打12355咨询\nhttps://example.org/a")
    assert "readonly" in box
    assert "data-copy hidden" in page.partition("</textarea>")[2][:120]
    assert AuditEntry.objects.get(verb="material.published").detail["kind"] == "skill"


def test_who_reads_it_stands_below_or_above(provided, sign_in):
    material = provided()
    for key, status in {
        "villager": 200, "township": 200, "city": 200, "province": 200, "national": 200, "auditor": 200,
        "university": 404, "secretary": 404, "nobody": 404,
    }.items():  # fmt: skip
        assert show(sign_in(key), material).status_code == status, key
        assert (material.title in listed(sign_in(key))) is (status == 200), key


def test_what_comes_from_the_national_office_and_the_province_reaches_every_branch(provided, sign_in):
    provided("cn", "national", "全国的")
    provided("hi", "province", "全省的")
    assert listed(sign_in("secretary")) == {"全国的", "全省的"}


def test_category_and_words_narrow_the_library(provided, sign_in):
    provided()
    provided(title="招聘信息", kind="jobs")
    client = sign_in("villager")
    assert listed(client, kind="jobs") == {"招聘信息"}
    assert listed(client, q="技能 培训") == {"技能培训报名"}
    assert listed(client, q="琼海") == {"招聘信息", "技能培训报名"}
    assert listed(client, kind="?", box="?") == {"招聘信息", "技能培训报名"}
    assert listed(client, q="没有这个") == set()


def test_withdrawn_it_is_gone_below_and_stays_with_who_provided_it(provided, sign_in):
    material, client = provided(), sign_in("city")
    url = reverse("reporting:withdraw-material", args=[material.pk])
    assert sign_in("township").post(url).status_code == 404
    assert sign_in("province").post(url).status_code == 404
    assert "已撤回" in client.post(url, follow=True).text
    assert "已经撤回" in client.post(url, follow=True).text
    assert show(sign_in("villager"), material).status_code == 404
    assert listed(sign_in("villager")) == set() == listed(client)
    assert listed(client, box="own") == {material.title}
    assert AuditEntry.objects.filter(verb="material.withdrawn").count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "请填写标题"),
        ({"text": " "}, "请填写内容"),
        ({"kind": "x"}, "选择一个有效的选项"),
        ({"link": "javascript:alert(1)"}, "http"),
        ({"link": "ftp://example.org/"}, "http"),
        ({"text": "联系人 138-0000-0123"}, "个人信息"),
        ({"text": "x" * 3001}, "3000"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(sign_in, changes, words):
    answer = sign_in("city").post(NEW, written(**changes))
    assert answer.status_code == 422
    assert words in answer.text
    assert Material.objects.count() == 0


def test_the_same_is_provided_once(provided):
    provided()
    with pytest.raises(ReportingError, match="已经发布"):
        provided()


@pytest.mark.parametrize(("code", "by"), [("qh", "township"), ("qh-hs", "city"), ("hi", "sysadmin")])
def test_nobody_provides_for_another_unit(provided, code, by):
    with pytest.raises(NotAllowed):
        provided(code, by)


@pytest.mark.parametrize("change", ["title = 'x'", "text = 'x'", "unit_id = 1", "kind = 'work'"])
def test_its_words_are_final(provided, change):
    pk = provided().pk
    with (
        pytest.raises(IntegrityError, match="immutable"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE reporting_material SET {change} WHERE id = {pk}")


def test_the_library_is_a_file_for_who_may_export(provided, sign_in):
    provided()
    text = b"".join(sign_in("city").get(LIST, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    assert "技能培训,技能培训报名" in text
    assert sign_in("villager").get(LIST, {"export": "csv"}).status_code == 403


def test_a_department_withdraws_what_its_people_provide_and_nothing_else(provided, sign_in):
    """SUP-1.0: another department's content, and that of the whole committee, is not its own."""
    of_all, own = provided("hi", "province"), provided("hi", "schools", title="校园招聘信息")
    client = sign_in("schools")
    for material, status in ((of_all, 404), (own, 302)):
        assert client.post(reverse("reporting:withdraw-material", args=[material.pk])).status_code == status
    assert not show(client, of_all).context["may_withdraw"]
    assert list(Material.objects.in_force()) == [of_all]
    assert (
        sign_in("province").post(reverse("reporting:withdraw-material", args=[of_all.pk])).status_code == 302
    )
