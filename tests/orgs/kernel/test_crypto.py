from __future__ import annotations

import json

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models
from django.test.utils import isolate_apps

from orgs.kernel import crypto

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
MOBILE = "13800000123"


@pytest.fixture
def card(settings, transactional_schema):
    settings.FIELD_KEYS = [OLD]
    with isolate_apps("orgs"):

        class Card(models.Model):
            mobile = crypto.EncryptedTextField(null=True)
            note = crypto.EncryptedTextField(blank=True)
            extra = crypto.EncryptedJSONField(null=True)

            class Meta:
                app_label = "orgs"
                db_table = "kernel_card"

            def __str__(self) -> str:
                return f"card {self.pk}"

        transactional_schema(Card)
        yield Card


@pytest.fixture
def transactional_schema(db):
    def create(model):
        # By hand: the schema editor of SQLite refuses to work inside the test's transaction.
        with connection.cursor() as cursor:
            key = "bigserial" if connection.vendor == "postgresql" else "integer"
            cursor.execute(
                f"CREATE TABLE kernel_card (id {key} PRIMARY KEY, mobile text, note text, extra text)"
            )

    return create


def stored(column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM kernel_card ORDER BY id")
        return [value for (value,) in cursor.fetchall()]


def test_value_comes_back_and_is_not_readable_in_the_database(card):
    card.objects.create(mobile=MOBILE, note="张三", extra={"姓名": "张三", "n": [1, None]})
    found = card.objects.get()
    assert (found.mobile, found.note, found.extra) == (MOBILE, "张三", {"姓名": "张三", "n": [1, None]})
    assert MOBILE not in stored("mobile")[0]
    assert "张" not in stored("extra")[0]


def test_empty_stays_empty(card):
    card.objects.create(mobile=None, note="", extra=None)
    found = card.objects.get()
    assert (found.mobile, found.note, found.extra) == (None, "", None)
    assert (stored("mobile"), stored("note"), stored("extra")) == ([None], [""], [None])


def test_bulk_writes_encrypt_as_well(card):
    cards = card.objects.bulk_create([card(mobile=f"1380000{n:04d}", extra={"n": n}) for n in range(3)])
    for one in cards:
        one.mobile = one.mobile.replace("138", "139")
        one.extra = {"n": one.extra["n"] + 1}
    card.objects.bulk_update(cards, ["mobile", "extra"])
    card.objects.filter(pk=cards[0].pk).update(note="改")
    assert [one.mobile for one in card.objects.order_by("pk")] == [
        "13900000000",
        "13900000001",
        "13900000002",
    ]
    assert [one.extra["n"] for one in card.objects.order_by("pk")] == [1, 2, 3]
    assert all(
        token.startswith("gAAAA") for token in [*stored("mobile"), *stored("extra"), stored("note")[0]]
    )


@pytest.mark.parametrize(
    "lookup", ["mobile", "mobile__contains", "mobile__in", "mobile__length__gt", "extra__n"]
)
def test_encrypted_value_cannot_be_asked_for_in_sql(card, lookup):
    with pytest.raises(FieldError) as raised:
        list(card.objects.filter(**{lookup: MOBILE}))
    assert MOBILE not in str(raised.value)


def test_missing_value_can_be_asked_for(card):
    card.objects.create(mobile=None)
    assert card.objects.filter(mobile__isnull=True).count() == 1


def test_rotation_rewrites_old_tokens_once(card, settings):
    card.objects.bulk_create([card(mobile=f"1380000{n:04d}", extra={"n": n}) for n in range(5)])
    settings.FIELD_KEYS = [NEW, OLD]
    card.objects.create(mobile=MOBILE)
    assert crypto.rotate(card, batch=2) == 10
    assert crypto.rotate(card, batch=2) == 0
    settings.FIELD_KEYS = [NEW]
    assert [one.mobile for one in card.objects.order_by("pk")][-2:] == ["13800000004", MOBILE]


def test_lost_key_is_said_without_the_value(card, settings):
    card.objects.create(mobile=MOBILE)
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(crypto.KeyMissing) as raised:
        card.objects.get()
    assert stored("mobile")[0] not in str(raised.value)


def test_repr_shows_no_value(card):
    assert MOBILE not in repr(card(mobile=MOBILE))


@pytest.mark.parametrize(
    "typed", ["138 0000 0123", "+86-138-0000-0123", "１３８００００0123", "138\u20140000\u20140123"]
)
def test_number_is_found_however_it_was_typed(typed):
    assert crypto.blind_index(typed, "mobile") == crypto.blind_index(MOBILE, "mobile")
    assert crypto.normalise_mobile(typed) == MOBILE


def test_blind_index_separates_purposes_and_ids():
    assert crypto.blind_index(MOBILE, "mobile") != crypto.blind_index(MOBILE, "qq")
    assert crypto.blind_index("Wx_A-b", "wechat") == crypto.blind_index("wx_a-B ", "wechat")
    assert crypto.blind_index("a-b", "wechat") != crypto.blind_index("ab", "wechat")
    assert crypto.blind_index(" ", "mobile") == ""
    assert len(crypto.blind_index(MOBILE, "mobile")) == 64


@pytest.mark.parametrize("text", ["1380000012", "12800000123", "1380000012a", "", "1.38E+10"])
def test_what_is_no_mobile_number_is_none(text):
    assert crypto.normalise_mobile(text) is None


def test_masks_hide_the_middle_and_the_length():
    assert crypto.mask_mobile("+86 13800000123") == "138****0123"
    assert crypto.mask_mobile("0898-123456") == "08****56"
    assert [crypto.mask_id(value) for value in ("linxt_0731", "abcde", "", None)] == [
        "li****31",
        "a****",
        "",
        "",
    ]
    assert [crypto.mask_name(value) for value in ("张三", "欧阳修文", "", None)] == ["张**", "欧**", "", ""]


def test_a_dump_holds_nothing_in_clear_and_is_loaded_again(card):
    kept = card.objects.create(mobile=MOBILE, note="", extra={"name": "张三"})
    empty = card.objects.create(mobile=None, note="", extra=None)
    written = serializers.serialize("json", [kept, empty])
    assert MOBILE not in written
    assert "张三" not in written
    card.objects.all().delete()
    # The model of this test is in no registry of models, by which a file is read.
    for line in json.loads(written):
        fields = {name: card._meta.get_field(name).to_python(value) for name, value in line["fields"].items()}
        card.objects.create(pk=line["pk"], **fields)
    found = {row.pk: (row.mobile, row.note, row.extra) for row in card.objects.all()}
    assert found == {kept.pk: (MOBILE, "", {"name": "张三"}), empty.pk: (None, "", None)}
