"""Inside WeChat no file can be saved: every page with one says how to get it, and has no button that does nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.choices import BatchState
from accounts.models import UploadBatch
from tests.architecture import subjects

pytestmark = pytest.mark.django_db

PHONE = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0 Mobile"
    " Safari/537.36 MicroMessenger/8.0.49.2600 WeChat/arm64 NetType/WIFI Language/zh_CN"
)
WORDS = "微信里不能保存文件。请复制链接，在电脑打开；或点右上角“…”，选“在浏览器打开”。"
TEMPLATES = Path(__file__).parents[2] / "templates"
LISTS = ("list-accounts", "list-groups", "list-administrators")
# What leads to a file, whatever page it stands on.
FILE = re.compile(
    r'href="[^"]*(?:export=(?:xlsx|csv)[^"]*|/annex/\d+/\d+/(?:\?empty=1)?|/template/|/rejected/|/download/|/sheet\.xlsx)"'
)
# In a template: a link that would be dead inside WeChat.
DEAD = re.compile(r"""<a [^>]*(?:\{% url '[a-z]+:download-|\{% querystring export=)""")


def test_no_template_has_a_download_of_its_own():
    found = [path.name for path in TEMPLATES.rglob("*.html") if DEAD.search(path.read_text(encoding="utf-8"))]
    assert found == []


def bad_rows(world, cast) -> str:
    batch = UploadBatch.objects.get(pk=subjects.upload_batch(world["hnu"], cast))
    place = {"sheet": "明细", "row": 3, "unit": "", "column": "手机", "code": ""}
    wrong = place | {"value": "1", "message": "不是11位手机号。"}
    UploadBatch.objects.filter(pk=batch.pk).update(
        state=BatchState.CHECKED, rejected=1, rows_total=1, report=batch.report | {"errors": [wrong]}
    )
    return reverse("accounts:show-upload", args=[batch.pk])


def places(world, cast) -> dict[str, str]:
    round_pk = subjects.round(world["hnu"], cast)
    for subject in (subjects.administratorship, subjects.group):
        subject(world["hnu"], cast)
    return {
        **{name: reverse(f"accounts:{name}") for name in LISTS},
        "upload": reverse("accounts:upload-annex"),
        "rejected": bad_rows(world, cast),
        "file": reverse("accounts:show-file", args=[subjects.annex_file(world["hnu"], cast)]),
        "in_full": reverse("accounts:export-in-full", args=[round_pk, world["hnu"].pk]),
        "bases": reverse("orgs:import-bases", args=[world["hnu"].pk]),
        "sheet": reverse("scoring:show-sheet", args=[subjects.sheet(world["hnu"], cast)]),
        "week_file": reverse("reporting:show-week-file", args=[subjects.week_file(world["hnu"], cast)]),
        "week": reverse("reporting:export-week", args=["2026-W46", world["hnu"].pk]),
        "weekly": reverse("reporting:weekly"),
    }


@pytest.mark.parametrize(
    "place",
    [*LISTS, "upload", "rejected", "file", "in_full", "bases", "sheet", "week_file", "week", "weekly"],
)
def test_a_file_is_offered_by_link_inside_wechat_and_by_button_elsewhere(world, cast, sign_in, place):
    url, client = places(world, cast)[place], sign_in("university")
    inside = client.get(url, headers={"user-agent": PHONE}).content.decode()
    assert WORDS in inside
    assert not FILE.search(inside)
    assert 'value="http://testserver/' in inside
    elsewhere = client.get(url).content.decode()
    assert WORDS not in elsewhere
    assert place == "in_full" or FILE.search(elsewhere)


def test_the_link_is_the_whole_address_of_the_rows_shown(world, cast, sign_in):
    subjects.account(world["hnu"], cast)
    url = reverse("accounts:list-accounts") + "?status=active&page=1"
    inside = sign_in("university").get(url, headers={"user-agent": PHONE}).content.decode()
    assert 'value="http://testserver/accounts/?status=active&amp;export=xlsx"' in inside
