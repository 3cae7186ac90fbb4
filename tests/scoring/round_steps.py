"""A year's round of the small province, its groups, and what assessors give; shared by the tests of rounds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from orgs.choices import Role
from orgs.kernel import clock
from orgs.models import Appointment, User
from scoring.models import Criterion, Scheme
from scoring.operations import blind_scores, finalising, groups, rounds
from scoring.operations.schemes import SHIPPED, store
from scoring.scheme_files import parse

YEAR = 2026


def plan(scheme, **changes):
    """The usual calendar: self-assessment until the end of December, scoring until the end of January."""
    self_until, scoring_until = rounds.default_deadlines(YEAR)
    facts = {
        "scheme": scheme,
        "year": YEAR,
        "title": "2026年度微信工作考评",
        "self_until": clock.day_end(self_until),
        "scoring_until": clock.day_end(scoring_until),
    }
    return rounds.Plan(**facts | changes)


def scheme_of(code="sup-a"):
    return Scheme.objects.filter(code=code).latest("version")


def opened(world, cast, code="sup-a", who="province"):
    """The province's round for cities and counties."""
    return rounds.open_round(world["hi"], plan(scheme_of(code)), by=cast[who])


def own_scheme(unit, kind="township"):
    """A scheme of the unit's own for the level below it."""
    text = (SHIPPED / "sup-a-2013.yaml").read_text(encoding="utf-8")
    text = text.replace("code: sup-a", f"code: own-{unit.pk}", 1)
    text = text.replace("target_kinds: [county, prefecture]", f"target_kinds: [{kind}]", 1)
    return Scheme.objects.get(pk=store(parse(text), source=text, unit=unit).pk)


def person(username, unit, role=Role.AUDITOR):
    """Somebody more with an office."""
    user = User.objects.create_user(username, "correct-horse-2026", name=f"考评员{username}")
    Appointment.objects.create(user=user, unit=unit, role=role, starts_on=date(2026, 10, 5))
    return user


def grouped(round, cast, sheet, *members, leader="auditor"):
    """A group of these people (the auditor and the province without any), with the sheet assigned to it."""
    people = list(members) or [cast["auditor"], cast["province"]]
    leading = cast[leader] if isinstance(leader, str) else leader
    group = groups.name_group(round, "", [each.pk for each in people], leading.pk, by=cast["province"])
    groups.assign(round, [sheet.pk], group, by=cast["province"])
    sheet.refresh_from_db()
    return group


def ready(sheet, cast):
    """The self-assessment is over."""
    sheet.refresh_from_db()
    return finalising.waive_self_assessment(
        sheet, reason="催交两次未交", version=sheet.version, by=cast["province"]
    )


def found(sheet, points="0.1", **changes):
    """An assessor's points for every criterion: `points`, other ones by code with "_" for "."."""
    codes = Criterion.objects.filter(item__section__scheme=sheet.scheme_id).values_list("code", flat=True)
    other = {code.replace("_", "."): value for code, value in changes.items()}
    note = other.pop("note", "")
    return [blind_scores.BlindEntry(code, Decimal(other.get(code, points)), note) for code in codes]


def hands_in(sheet, user, points="0.1", **changes):
    """The assessor scores everything, with a `note` where one is given, and hands in."""
    return blind_scores.keep(sheet, found(sheet, points, **changes), version=0, by=user, hand_in=True)


def after(moment, days=1):
    """The clock stands some days after the moment."""
    return clock.frozen(moment + timedelta(days=days))
