"""Guessing passwords is slowed down, to the number and to the second, and nobody can be told apart by it (reliability A1)."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as real_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.urls import reverse

from orgs.kernel import clock
from orgs.kernel.crypto import blind_index
from orgs.models import LoginThrottle
from orgs.operations import throttle
from tests.cast import PASSWORD
from tests.world import TODAY

LOGIN = reverse("orgs:login")
PROCESSES, EACH = 2, 25


class CountingHasher(MD5PasswordHasher):
    """The fast hasher of the tests, which counts how often it was made to work."""

    n = 0

    def encode(self, password, salt):
        type(self).n += 1
        return super().encode(password, salt)


@pytest.fixture
def hashed(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]

    def n_hashed(username: str, password: str) -> int:
        before = CountingHasher.n
        Client().post(LOGIN, {"username": username, "password": password})
        return CountingHasher.n - before

    return n_hashed


@pytest.mark.django_db
def test_unknown_wrong_and_paused_take_the_same_work(cast, hashed):
    """What the time of an answer is made of: not measured with a clock, but by the passwords that were hashed."""
    person = cast["college"]
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    unknown, wrong = hashed("nobody-here", "wrong"), hashed("college", "wrong")
    assert unknown == wrong == 1
    for n in range(10):
        throttle.note_failure(throttle.account_of("college"), f"10.0.0.{n}")
    assert hashed("college", PASSWORD) == unknown
    person.is_active = False
    person.save(update_fields=["is_active"])
    LoginThrottle.objects.all().delete()
    assert hashed("college", PASSWORD) == unknown


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("n_wrong", "addresses", "seconds", "is_blocked"),
    [
        (4, 1, 0, False),
        (5, 1, 59, True),
        (5, 1, 60, False),
        (9, 9, 0, False),
        (10, 10, 15 * 60 - 1, True),
        (10, 10, 15 * 60, False),
    ],
)
def test_the_limits_hold_to_the_number_and_to_the_second(db, n_wrong, addresses, seconds, is_blocked):
    for n in range(n_wrong):
        throttle.note_failure("college", f"10.0.0.{n % addresses}")
    with clock.frozen(TODAY + timedelta(seconds=seconds)):
        assert throttle.is_blocked("college", "10.0.0.0") is is_blocked


@pytest.mark.django_db
@pytest.mark.parametrize("n", [60, pytest.param(1000, marks=pytest.mark.long)])
def test_many_people_behind_one_address_lock_nobody(cast, n):
    """A campus behind one address: each mistypes once."""
    for student in range(n):
        throttle.note_failure(f"student{student}", "10.0.0.1")
    assert not LoginThrottle.objects.exclude(blocked_until=None).exists()
    answer = Client().post(LOGIN, {"username": "secretary", "password": PASSWORD}, REMOTE_ADDR="10.0.0.1")
    assert answer.status_code == 302


@pytest.mark.django_db
def test_it_counts_and_lets_in_while_redis_is_away(cast, settings):
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:9/0"}
    settings.CACHES = settings.CACHES | {"default": away}
    client = Client()
    assert client.post(LOGIN, {"username": "city", "password": PASSWORD}).status_code == 302
    assert client.get(reverse("home")).status_code == 200
    for n in range(10):
        wrong = {"username": "college", "password": "wrong"}
        Client().post(LOGIN, wrong, REMOTE_ADDR=f"10.0.0.{n}")
    assert throttle.is_blocked(throttle.account_of("college"), "10.9.9.9")


def _guess(number: int) -> None:
    """One worker: wrong passwords for one account, each from an address of its own."""
    with clock.frozen(TODAY):
        for n in range(EACH):
            throttle.note_failure("college", f"10.{number}.0.{n}")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_wrong_passwords_at_once_are_counted_each_one(transactional_world):
    """The count starts anew at each tenth: a lost one would leave it elsewhere than at nought."""
    connections.close_all()
    children = []
    for number in range(PROCESSES):
        pid = os.fork()
        if not pid:
            code = 1
            try:
                _guess(number)
                code = 0
            finally:
                os._exit(code)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * PROCESSES
    row = LoginThrottle.objects.get(key=blind_index("college", "throttle-account"))
    assert (row.failures, PROCESSES * EACH % 10) == (0, 0)
    assert row.blocked_until == TODAY + timedelta(minutes=15)
    pairs = LoginThrottle.objects.exclude(pk=row.pk)
    assert (pairs.count(), set(pairs.values_list("failures", flat=True))) == (PROCESSES * EACH, {1})


def test_the_list_of_common_passwords_has_more_than_three_thousand():
    assert len(CommonPasswordValidator().passwords) >= 3000


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "qwertyuiop",
        "tuanwei2013",
        "团委2013",
        "学校2013",
        "微信2013",
        "13800000007",
        "院团委陈2013",
    ],
)
def test_common_passwords_and_the_portals_words_are_refused(cast, password):
    with pytest.raises(ValidationError):
        validate_password(password, cast["college"])


def test_the_policy_of_the_assessed_adds_kinds_and_ninety_days():
    """DJBH_PASSWORD_POLICY is read when the settings are: by a process of its own."""
    asked = (
        "from config import settings as s;"
        "print(s.PASSWORD_DAYS, any('Composition' in v['NAME'] for v in s.AUTH_PASSWORD_VALIDATORS))"
    )
    for value, told in (("1", "90 True"), ("0", "0 False")):
        done = subprocess.run(
            [sys.executable, "-c", asked],
            cwd=real_settings.BASE_DIR,
            env={"DEBUG": "1", "DJBH_PASSWORD_POLICY": value, "DATA_DIR": str(real_settings.DATA_DIR)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == told
