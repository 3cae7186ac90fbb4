"""双重验证, how long a sign-in holds, and what a password may be (reliability A1, A5)."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orgs.exceptions import InvalidUnit
from orgs.models import AuditEntry, SecondFactor
from orgs.operations import people, second_factor
from orgs.password_policy import CompositionValidator
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN, CODE, SET_UP = reverse("orgs:login"), reverse("orgs:enter-code"), reverse("orgs:second-factor")


def app_shows(secret: str, moment=None) -> str:
    """What an authenticator app shows: RFC 6238 by the library, from the secret the page gave."""
    totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30, enforce_key_length=False)  # noqa: S303
    return totp.generate(int((moment or timezone.now()).timestamp())).decode()


@pytest.fixture
def enrolled(cast, time_machine):
    """The university's leader with a second factor, a while ago, and the recovery codes."""
    time_machine.move_to("2026-11-16T02:00:00Z", tick=False)
    user = cast["university"]
    secret = second_factor.enrol(user).secret
    codes = second_factor.confirm(user, code=app_shows(secret))
    time_machine.shift(90)
    return user, secret, codes


def after_password() -> Client:
    client = Client()
    answer = client.post(LOGIN, {"username": "university", "password": PASSWORD, "next": "/messages/"})
    assert answer.url == CODE
    return client


def test_the_app_shows_what_the_standard_says():
    """RFC 6238 appendix B, the last six of eight digits."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    factor = SecondFactor(secret=secret)
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert (
            app_shows(secret, timezone.datetime.fromtimestamp(seconds, tz=timezone.get_default_timezone()))
            == code
        )
    assert not second_factor._take(factor, "287082")


def test_the_password_alone_lets_nobody_in(enrolled):
    client = after_password()
    assert client.get(reverse("home")).url.startswith(LOGIN)
    assert client.post(CODE, {"code": "000000"}).status_code == 422
    _user, secret, _codes = enrolled
    assert client.post(CODE, {"code": app_shows(secret)}).url == "/messages/"
    assert client.get(reverse("home")).status_code == 200


def test_a_code_is_taken_once(enrolled):
    _user, secret, _codes = enrolled
    code = app_shows(secret)
    assert after_password().post(CODE, {"code": code}).status_code == 302
    assert after_password().post(CODE, {"code": code}).status_code == 422


def test_a_recovery_code_is_used_up(enrolled):
    user, _secret, codes = enrolled
    assert after_password().post(CODE, {"code": codes[0].upper()}).status_code == 302
    assert after_password().post(CODE, {"code": codes[0]}).status_code == 422
    user.second_factor.refresh_from_db()
    assert len(user.second_factor.recovery_hashes) == second_factor.N_RECOVERY - 1


def test_wrong_codes_count_like_wrong_passwords(enrolled):
    _user, secret, _codes = enrolled
    client = after_password()
    for _n in range(5):
        client.post(CODE, {"code": "000000"})
    assert client.post(CODE, {"code": app_shows(secret)}).status_code == 422


@pytest.mark.parametrize("change", ["too_late", "other_password", "deactivated"])
def test_what_happens_between_password_and_code_counts(enrolled, time_machine, change):
    user, secret, _codes = enrolled
    client = after_password()
    if change == "too_late":
        time_machine.shift(second_factor.ASKED_FOR + 1)
    elif change == "other_password":
        people.change_password(user, password="another-long-one-9")
    else:
        user.is_active = False
        user.save(update_fields=["is_active"])
    answer = client.post(CODE, {"code": app_shows(secret)})
    assert answer.url == LOGIN
    assert client.get(reverse("home")).url.startswith(LOGIN)


def test_setting_it_up_from_page_to_recovery_codes(cast, sign_in):
    client = sign_in("university")
    secret = client.get(SET_UP).context["secret"]
    assert client.post(SET_UP, {"code": "12"}).status_code == 422
    assert not second_factor.is_on(cast["university"])
    page = client.post(SET_UP, {"code": app_shows(secret)}).content.decode()
    assert len(re.findall(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", page)) == second_factor.N_RECOVERY
    assert second_factor.is_on(cast["university"])
    assert "secret" not in (client.get(SET_UP).context or {})


def test_secret_and_codes_stand_nowhere_in_clear(enrolled):
    user, secret, codes = enrolled
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, recovery_hashes FROM orgs_secondfactor WHERE user_id = %s", [user.pk])
        stored = str(cursor.fetchone())
    assert secret not in stored
    assert not any(code in stored for code in codes)
    assert not AuditEntry.objects.filter(body__detail__icontains=secret).exists()


def test_an_office_that_asks_for_it_gets_nothing_else_before(cast, sign_in, settings):
    settings.SECOND_FACTOR_ROLES = ["committee"]
    client = sign_in("university")
    assert client.get(reverse("home")).url == SET_UP
    client.post(SET_UP, {"code": app_shows(client.get(SET_UP).context["secret"])})
    assert client.get(reverse("home")).status_code == 200
    assert sign_in("secretary").get(reverse("home")).status_code == 200
    with pytest.raises(InvalidUnit, match="不能关闭"):
        second_factor.turn_off(cast["university"], code="1")


def test_one_turns_it_off_with_a_code(enrolled, sign_in):
    user, secret, _codes = enrolled
    client = sign_in("university")
    client.post(reverse("orgs:turn-off-second-factor"), {"code": "000000"})
    assert second_factor.is_on(user)
    client.post(reverse("orgs:turn-off-second-factor"), {"code": app_shows(secret)})
    assert not second_factor.is_on(user)


def test_a_superior_takes_away_what_was_on_a_lost_phone(enrolled, sign_in):
    user, _secret, _codes = enrolled
    term = user.appointments.get()
    address = reverse("orgs:reset-second-factor", args=[term.pk])
    assert address in sign_in("schools").get(reverse("orgs:show-leaving", args=[term.pk])).content.decode()
    assert sign_in("college").post(address).status_code == 404
    sign_in("schools").post(address)
    assert not second_factor.is_on(user)
    assert AuditEntry.objects.get(verb="user.second_factor_reset").by.username == "schools"


def test_the_back_door_of_the_admin_is_the_same_door(db):
    assert Client().get("/admin/login/?next=/admin/").url == f"{LOGIN}?next=/admin/"


@pytest.mark.parametrize(
    ("who", "seconds", "is_in"),
    [
        ("auditor", 30 * 60 - 60, True),
        ("auditor", 30 * 60 + 60, False),
        ("secretary", 12 * 3600 - 60, True),
        ("secretary", 12 * 3600 + 60, False),
    ],
)
def test_an_idle_sign_in_ends(sign_in, time_machine, who, seconds, is_in):
    time_machine.move_to("2026-11-16T02:00:00Z", tick=False)
    client = sign_in(who)
    time_machine.shift(seconds)
    assert (client.get(reverse("home")).status_code == 200) is is_in


@pytest.mark.parametrize(("who", "step", "hours"), [("auditor", 1500, 12), ("secretary", 39600, 24 * 7)])
def test_a_busy_sign_in_ends_too(sign_in, time_machine, who, step, hours):
    time_machine.move_to("2026-11-16T02:00:00Z", tick=False)
    client, most = sign_in(who), hours * 3600
    for _n in range(most // step):
        time_machine.shift(step)
        assert client.get(reverse("home")).status_code == 200
    time_machine.shift(step)
    assert client.get(reverse("home")).status_code == 302


@pytest.mark.parametrize(("days", "status"), [(6, 302), (8, 200)])
def test_an_initial_password_nobody_uses_is_over_after_a_week(cast, days, status):
    person = cast["college"]
    person.must_change_password = True
    person.password_set_at = timezone.now() - timedelta(days=days)
    person.save(update_fields=["must_change_password", "password_set_at"])
    answer = Client().post(LOGIN, {"username": "college", "password": PASSWORD})
    assert answer.status_code == status
    assert ("初始密码已过期" in answer.content.decode()) is (status == 200)


def test_an_old_password_is_changed_first_where_the_site_says_so(cast, sign_in, settings):
    person = cast["college"]
    person.password_set_at = timezone.now() - timedelta(days=91)
    person.save(update_fields=["password_set_at"])
    client = sign_in("college")
    assert client.get(reverse("home")).status_code == 200
    settings.PASSWORD_DAYS = 90
    assert client.get(reverse("home")).url == reverse("orgs:change-password")


@pytest.mark.parametrize(
    "password", ["tuanwei2026", "weixin123456", "共青团2013微信", "13800000007a", "gqtgqtgqt1"]
)
def test_passwords_of_the_portals_own_words_are_refused(cast, password):
    with pytest.raises(ValidationError):
        validate_password(password, cast["college"])


@pytest.mark.parametrize(
    "password", ["blue-lake-77", "another-long-one-9", "椰子树下的第三张长椅", "Demo-league-2013"]
)
def test_long_passwords_of_ones_own_are_taken(cast, password):
    validate_password(password, cast["college"])


@pytest.mark.parametrize(
    ("password", "is_right"), [("Blue-lake", True), ("bluelake77", False), ("Bluelake77", True)]
)
def test_composition_is_asked_for_where_a_site_is_under_assessment(password, is_right):
    if is_right:
        CompositionValidator().validate(password)
        return
    with pytest.raises(ValidationError, match="三种"):
        CompositionValidator().validate(password)
