"""This app's lines on the home page."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Min
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.kernel import clock
from orgs.kernel.counting import counts
from orgs.todo import Todo
from scoring import deadlines
from scoring.choices import ObjectionState
from scoring.models import Scheme, Sheet, SheetObjection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

    from orgs.models import User
    from scoring.querysets import SheetQuerySet

END_OF_SELF_ASSESSMENT = (12, 31)  # SUP-4.2


def for_user(user: User, found: Mapping[str, int] | None = None) -> list[Todo]:
    """The own unit's unfinished self-assessment; what groups and sheets wait for; schemes whose items are not all approved.

    `found` are the numbers of `counted`; without them they are counted here.
    """
    n = counts(**counted(user)) if found is None else found
    own_units = user.units_in_charge().allowing(permissions.SELF_ASSESS).own_unit_ids()
    lines = []
    if n.get("awaiting"):
        lines += [_self_line(sheet) for sheet in Sheet.objects.awaiting_self_of(own_units)]
    if n.get("told"):
        told = Sheet.objects.open_to_objection().filter(unit__in=own_units)
        lines += [_told_line(sheet) for sheet in told.select_related("scheme").order_by("-year", "pk")]
    lines += _group_lines(user, n)
    if n.get("ungraded"):
        url = reverse("scoring:list-sheets")
        lines.append(Todo(label=_("考评表未评完"), verb=_("去评分"), url=url, count=n["ungraded"]))
    lines += _result_lines(n)
    if n.get("drafts"):
        url, detail = reverse("scoring:list-schemes"), _("没有全部核定以前，考评表不能定稿")
        words = _("考评方案有未核定的内容")
        lines.append(Todo(words, _("去核定"), url, n["drafts"], detail=detail, status=_("待核定")))
    return lines


def counted(user: User) -> dict[str, QuerySet[Any]]:
    """What waits for the person's own points, for what the group agrees on, for points at all; schemes to approve;
    proposals to confirm, objections to answer, results the own unit was told.

    The home page asks for all in one statement.
    """
    charge = user.units_in_charge()
    found: dict[str, QuerySet[Any]] = {}
    if charge.allowing(permissions.ASSESS).spans or charge.allowing(permissions.RUN_ASSESSMENT).spans:
        found |= {"points": _waiting_for_points(user), "agreement": _waiting_for_agreement(user)}
    if charge.allowing(permissions.ASSESS).spans:
        assessed = Sheet.objects.within(charge.allowing(permissions.ASSESS))
        found["ungraded"] = assessed.ungraded().without_group()
        waiting = SheetObjection.objects.within(charge.allowing(permissions.ASSESS))
        found |= {
            "proposed": assessed.proposed_by_others(user),
            "objections": waiting.filter(state=ObjectionState.OPEN),
        }
    if own_units := charge.allowing(permissions.SELF_ASSESS).own_unit_ids():
        found["awaiting"] = Sheet.objects.awaiting_self_of(own_units)
        found["told"] = Sheet.objects.open_to_objection().filter(unit__in=own_units)
    if charge.allowing(permissions.MANAGE_SCHEMES).spans:
        found["drafts"] = Scheme.objects.manageable_by(user).unconfirmed()
    return found


def _waiting_for_points(user: User) -> SheetQuerySet:
    return Sheet.objects.actionable_by(user, permissions.VIEW_SHEET).waiting_for_points_of(user)


def _waiting_for_agreement(user: User) -> SheetQuerySet:
    return Sheet.objects.actionable_by(user, permissions.VIEW_SHEET).waiting_for_agreement_by(user)


def _group_lines(user: User, n: Mapping[str, int]) -> list[Todo]:
    """What the person's assessment groups wait for, and until when; a statement for each that waits."""
    found = (
        ("points", _waiting_for_points, _("考核小组：待我评分"), _("去评分")),
        ("agreement", _waiting_for_agreement, _("考核小组：待商定得分"), _("去商定")),
    )
    lines, url = [], reverse("scoring:list-tasks")
    for key, waiting, label, verb in found:
        if n.get(key):
            until = waiting(user).aggregate(until=Min("round__scoring_until"))["until"]
            due, tone = (deadlines.rest(until), deadlines.tone(until)) if until else ("", "info")
            lines.append(Todo(label=label, verb=verb, url=url, count=n[key], due=due, tone=tone))
    return lines


def _result_lines(n: Mapping[str, int]) -> list[Todo]:
    """Proposals of others to confirm, objections to answer."""
    url = reverse("scoring:list-results")
    found = (
        (n.get("proposed"), _("考评表待确认定稿"), _("去确认")),
        (n.get("objections"), _("考评异议待答复"), _("去答复")),
    )
    return [Todo(label=label, verb=verb, url=url, count=count) for count, label, verb in found if count]


def _told_line(sheet: Sheet) -> Todo:
    until = sheet.objections_until
    return Todo(
        label=_("考评结果已告知"),
        verb=_("看结果"),
        url=reverse("scoring:show-result", args=[sheet.pk]),
        due=deadlines.words(until) if until else "",
        detail=sheet.title,
        tone=deadlines.tone(until) if until else "info",
    )


def _self_line(sheet: Sheet) -> Todo:
    if sheet.round is not None:
        until = sheet.round.self_until
    else:
        month, day = END_OF_SELF_ASSESSMENT
        until = clock.day_end(date(sheet.year, month, day))
    return Todo(
        label=_("年度自评未完成"),
        verb=_("去自评"),
        url=sheet.get_absolute_url(),
        due=deadlines.words(until),
        detail=sheet.title,
        tone="bad" if deadlines.is_over(until) else "warn",
    )
