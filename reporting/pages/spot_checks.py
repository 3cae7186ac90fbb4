"""What the page of one check shows: the count and its grade, photos, objections, and what the reader may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgs import permissions
from reporting import objecting
from reporting.choices import CheckGrade, CheckKind
from reporting.models import CheckPhoto, Objection
from reporting.operations import objections
from reporting.pages.unit import GRADE_TONES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from orgs.models import User
    from reporting.models import SpotCheck, VerifiedCount


@dataclass(frozen=True, slots=True)
class CheckPage:
    """One check; `second_of` is the objection it was made for."""

    check: SpotCheck
    tone: str
    channel: str
    photos: list[CheckPhoto]
    objection: Objection | None
    second_of: Objection | None
    last_day: date
    may_object: bool
    may_void: bool

    @property
    def is_call(self) -> bool:
        return self.check.kind == CheckKind.PHONE


def read(check: SpotCheck, reader: User) -> CheckPage:
    """At most five statements."""
    told = Objection.objects.visible_to(reader).for_list()
    return CheckPage(
        check,
        tone_of(check),
        str(check.group or check.account or check.unit),
        photos=list(CheckPhoto.objects.visible_to(reader).filter(check_made=check)),
        objection=told.filter(check_made=check).first(),
        second_of=told.filter(second_check=check).first(),
        last_day=objecting.last_day(check),
        may_object=objections.may_object(check, reader),
        may_void=check.voided_at is None and permissions.may(reader, permissions.RECORD_CHECK, check.unit),
    )


@dataclass(frozen=True, slots=True)
class CountLine:
    """核减 of a group; `objection` is the one raised to it, or the one whose second result it is."""

    count: VerifiedCount
    objection: Objection | None
    last_day: date
    may_object: bool


def count_lines(counts: Iterable[VerifiedCount], reader: User) -> list[CountLine]:
    """In the order of the queryset, which is `with_objections`."""
    return [count_line(each, reader) for each in counts]


def count_line(count: VerifiedCount, reader: User) -> CountLine:
    """核减 and whether the reader may object to it; no statement of its own after `with_objections`."""
    raised = next(iter(count.objections.all()), None) or getattr(count, "second_of", None)
    return CountLine(count, raised, objecting.last_day(count), objections.may_object(count, reader))


def tone_of(check: SpotCheck) -> str:
    """The tone of its grade; a voided check, a call and a second check that doesn't count have none."""
    if check.voided_at is not None or check.kind != CheckKind.POSTS:
        return "mute"
    return GRADE_TONES[CheckGrade(check.grade)]
