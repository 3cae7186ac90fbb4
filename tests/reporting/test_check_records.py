"""What an inspector records beside the count: grade, fewer people, a photo; by a script that was offline, too."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from reporting import tasks
from reporting.models import CheckPhoto, DrawItem, SpotCheck, VerifiedCount
from reporting.operations import photo_files
from reporting.operations.draw_assigning import assign_inspectors
from reporting.operations.draw_results import mark_missing
from reporting.operations.verified_counts import void_count
from tests.reporting.draw_scene import drawn
from tests.reporting.test_images import jpeg, segment
from tests.world import TODAY

pytestmark = pytest.mark.django_db
SCRIPT = {"HTTP_X_REQUESTED_WITH": "fetch"}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def samples(world, cast):
    made = drawn(world, cast)
    assign_inspectors(made.pk, [cast["province"].pk], by=cast["province"])
    return list(made.items.order_by("position"))


def sent(client, item, **facts):
    given = {"posts": "4", "counted_on": "2026-11-17", "key": "k"} | facts
    return client.post(reverse("reporting:record-sample", args=[item.pk]), given, **SCRIPT)


@pytest.mark.parametrize(
    ("posts", "grade"),
    [(0, "poor"), (2, "poor"), (3, "fair"), (5, "fair"), (6, "good"), (9, "good"), (10, "excellent")],
)
def test_the_grade_follows_the_count(samples, sign_in, posts, grade):
    client = sign_in("province")
    client.post(
        reverse("reporting:record-sample", args=[samples[0].pk]), {"posts": posts, "counted_on": "2026-11-17"}
    )
    assert SpotCheck.objects.get().grade == grade


def test_the_page_names_the_boundaries_to_the_script(samples, sign_in):
    shown = sign_in("province").get(reverse("reporting:record-sample", args=[samples[0].pk])).content.decode()
    assert 'data-spot-grade="10:优秀 6:良好 3:一般 0:差"' in shown
    assert 'name="spot-text"' not in shown


def test_a_script_is_answered_in_words_and_sends_the_same_twice(samples, sign_in):
    client = sign_in("province")
    answer = sent(client, samples[0]).json()
    assert ("4 条" in answer["said"], answer["url"]) == (
        True,
        reverse("reporting:record-sample", args=[samples[1].pk]),
    )
    assert sent(client, samples[0]).status_code == 200
    assert SpotCheck.objects.count() == 1
    refused = sent(client, samples[0], key="another")
    assert (refused.status_code, "登记过" in refused.json()["errors"][0]) == (422, True)
    assert sent(client, samples[1], posts="x").status_code == 422


def test_a_sample_given_to_somebody_else_is_said_to_the_script(samples, sign_in, cast):
    assign_inspectors(samples[0].draw_id, [cast["national"].pk], by=cast["province"])
    answer = sent(sign_in("province"), samples[0])
    assert (answer.status_code, answer.json()["errors"]) == (422, ["这个样本没有分派给您。"])


def test_fewer_people_than_declared_stand_beside_the_declared_number(samples, sign_in):
    client = sign_in("province")
    assert "核实说明" in sent(client, samples[0], members="21").json()["errors"][0]
    assert sent(client, samples[0], members="21", note="按群成员列表清点").status_code == 200
    count = VerifiedCount.objects.get()
    assert (count.declared, count.verified, count.item_id) == (30, 21, samples[0].pk)
    assert sent(client, samples[1], members="30", key="k2").status_code == 200
    assert VerifiedCount.objects.count() == 1
    page = client.get(reverse("accounts:show-group", args=[count.group_id])).content.decode()
    assert "申报 30 人，核实 21 人" in page
    tab = client.get(reverse("reporting:list-unit-checks", args=[count.unit_id])).content.decode()
    assert "按群成员列表清点" in tab


def test_a_verified_figure_is_voided_and_the_sample_recorded_anew(samples, sign_in, cast):
    count = mark_missing(samples[0].pk, note="没有找到", by=cast["province"])
    client = sign_in("province")
    url = reverse("reporting:void-verified-count", args=[count.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "群改了名字"}).status_code == 302
    assert client.post(url, {"reason": "再来一次"}).status_code == 422
    count.refresh_from_db()
    assert (count.void_reason, count.verified) == ("群改了名字", 0)
    assert DrawItem.objects.waiting().filter(pk=samples[0].pk).exists()
    assert sent(client, samples[0]).status_code == 200


def test_others_void_nothing(samples, cast, world):
    count = mark_missing(samples[0].pk, note="没有找到", by=cast["province"])
    for key in ("secretary", "university", "city", "sysadmin"):
        with pytest.raises(NotAllowed):
            void_count(count.pk, reason="不对", by=cast[key])


def photo(data: bytes | None = None) -> SimpleUploadedFile:
    told = jpeg(segment(0xE1, b"Exif GPS 110.3")) if data is None else data
    return SimpleUploadedFile("张三的聊天.jpg", told, "image/jpeg")


def test_a_photo_is_kept_encrypted_without_what_it_told(samples, sign_in, settings):
    client = sign_in("province")
    assert sent(client, samples[0], photo=photo(), purpose="群名有争议").status_code == 200
    assert sent(client, samples[0], photo=photo(), purpose="群名有争议").status_code == 200
    kept = CheckPhoto.objects.get()
    assert kept.delete_from == date(2026, 11, 18) + timedelta(days=settings.OBJECTION_DAYS + 90)
    (path,) = [path for _name, path in photo_files.names()]
    assert b"GPS" not in path.read_bytes()
    assert not path.read_bytes().startswith(b"\xff\xd8")
    url = reverse("reporting:download-check-photo", args=[kept.pk])
    answer = client.get(url)
    assert (answer.content, answer["Content-Type"]) == (jpeg(), "image/jpeg")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    outsider = "city" if samples[0].unit.code.startswith(("hnu", "qzu")) else "university"
    assert sign_in(outsider).get(url).status_code == 404


@pytest.mark.parametrize(
    ("data", "purpose", "told"),
    [(None, "", "用途"), (b"<svg/>", "核对", "JPEG"), (None, "问13912345678", "个人信息")],
)
def test_a_photo_that_cannot_be_kept_refuses_the_record_with_it(samples, sign_in, data, purpose, told):
    answer = sent(sign_in("province"), samples[0], photo=photo(data), purpose=purpose)
    assert (answer.status_code, told in answer.json()["errors"][0]) == (422, True)
    assert not SpotCheck.objects.exists()
    assert not list(photo_files.names())


def test_a_photo_goes_ninety_days_after_the_window_and_its_row_says_so(samples, sign_in):
    client = sign_in("province")
    sent(client, samples[0], photo=photo(), purpose="群名有争议")
    kept = CheckPhoto.objects.get()
    with clock.frozen(TODAY + timedelta(days=96)):
        tasks.delete_check_photos()
        assert CheckPhoto.objects.kept().exists()
    with clock.frozen(TODAY + timedelta(days=97)):
        tasks.delete_check_photos()
        tasks.delete_check_photos()
    kept.refresh_from_db()
    assert (kept.deleted_at is not None, list(photo_files.names())) == (True, [])
    assert client.get(reverse("reporting:download-check-photo", args=[kept.pk])).status_code == 404
    page = client.get(reverse("reporting:show-check", args=[kept.check_made_id])).content.decode()
    assert "到期删除" in page
