"""What the page of an assessment group shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgs import permissions
from orgs.models import User
from scoring.choices import MemberWay, RoundState
from scoring.models import Sheet
from scoring.pages.rounds import SHEET_TONES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring.models import AssessmentGroup, GroupMember


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Members with how they came in, units, and what the lot is replayed with."""

    members: Sequence[tuple[GroupMember, str]]
    sheets: Sequence[tuple[Sheet, str]]
    lot: Sequence[str]
    is_open: bool


def page_of(group: AssessmentGroup, user: User) -> GroupPage:
    """The group as the office sees it: units in the person's charge."""
    visible = (
        Sheet.objects.actionable_by(user, permissions.VIEW_SHEET).filter(group=group).standing().for_round()
    )
    names = {each.pk: each.display_name for each in User.objects.filter(pk__in=group.drawn_from)}
    return GroupPage(
        members=[(each, str(MemberWay(each.way).label)) for each in group.members.all()],
        sheets=[(each, SHEET_TONES[each.state]) for each in visible],
        lot=[names.get(pk, "—") for pk in group.drawn_from],
        is_open=group.round.state in {RoundState.SELF, RoundState.SCORING},
    )
