"""This app's lines on the home page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.permissions import EDIT_REGISTRY, FILL, REMIND
from orgs.todo import Todo
from reporting import activity_todo, exchange_todo, hand_in_todo, report_todo, supervision_todo
from reporting.choices import GOOD_LINE, BulletinState
from reporting.models import BulletinNotice, BulletinRecipient, Demand, Judgement, Notice, NoticeRecipient
from reporting.pages import board as boards
from reporting.pages import overview, weeks

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from orgs.kernel.clock import Week
    from orgs.querysets.scope import UnitsInCharge
    from reporting.pages.board import Board, Entry
    from reporting.querysets.bulletins import BulletinRecipientQuerySet
    from reporting.querysets.duties import DemandQuerySet
    from reporting.sentences import Phrase


@dataclass(frozen=True, slots=True)
class Briefing:
    """The newest closed week for the home page: its sentence, and what follows from it."""

    week: Week
    sentence: list[Phrase]
    todos: list[Todo]


def briefing(in_charge: UnitsInCharge) -> Briefing | None:
    """For those who supervise: the week in one sentence, who reported nothing, who is below the 良好 line (SUP-2.1.1)."""
    in_charge = in_charge.allowing(REMIND)
    span = in_charge.widest()
    chosen = weeks.choose(None) if span else None
    if span is None or chosen is None:
        return None
    board = boards.read(
        replace(chosen, recent=chosen.recent[-2:]),
        span.unit_id,
        in_charge,
        is_whole=not span.lines,
        is_national=span.is_forest,
    )
    entries = board.entries()
    if not entries:
        return None
    return Briefing(chosen.week, overview.sentence(board, entries), _lines(board, entries))


def counted(in_charge: UnitsInCharge) -> dict[str, QuerySet[Any]]:
    """更换要求 that wait here or that others have not met (SUP-2.1.4); weekly reports to confirm or still missing (SUP-4.1a).

    The home page asks for all of it, and for what the other apps count, in one statement.
    """
    editing, demanding = (in_charge.allowing(verb).own_unit_ids() for verb in (EDIT_REGISTRY, REMIND))
    if not (editing or demanding or in_charge.allowing(FILL).spans):
        return {}
    return {
        **_demands(in_charge, editing, demanding),
        **_bulletins(in_charge),
        **report_todo.sets(in_charge),
        **supervision_todo.sets(in_charge),
        **exchange_todo.sets(in_charge),
        **activity_todo.sets(in_charge),
        **hand_in_todo.sets(in_charge),
        "notices_to_sign": NoticeRecipient.objects.waiting().filter(
            unit_id__in=in_charge.allowing(FILL).own_unit_ids()
        ),
        "notices_pinned": Notice.objects.pinned_for(in_charge, clock.now()),
        "notices_late": NoticeRecipient.objects.waiting().filter(
            unit_id__in=in_charge.allowing(FILL).own_unit_ids(), notice__sign_by__lt=clock.now()
        ),
        "requirements_lacking": Judgement.objects.of_running()
        .lacking()
        .filter(unit_id__in=in_charge.allowing(FILL).own_unit_ids()),
    }


def lines(n: dict[str, int]) -> list[Todo]:
    """The lines of what was `counted`."""
    if not n:
        return []
    return [
        *_demand_lines(n),
        *_bulletin_lines(n),
        *_notice_lines(n),
        *report_todo.lines(n),
        *supervision_todo.lines(n),
        *exchange_todo.lines(n),
        *activity_todo.lines(n),
        *hand_in_todo.lines(n),
        *_campaign_lines(n),
    ]


def _demands(
    in_charge: UnitsInCharge, editing: frozenset[int], demanding: frozenset[int]
) -> dict[str, DemandQuerySet]:
    is_late = Q(due_on__lt=clock.today())
    # A branch has nobody who may change the registry: the committee above it does that.
    is_ours = (Q(unit__in=editing) | Q(unit__parent__in=editing)) & ~Q(demanded_by_unit__in=demanding)
    waiting = Demand.objects.within(in_charge).waiting()
    return {
        "asked": waiting.filter(is_ours),
        "asked_late": waiting.filter(is_ours & is_late),
        "made_late": waiting.filter(Q(demanded_by_unit__in=demanding) & is_late),
    }


def _demand_lines(counted: dict[str, int]) -> list[Todo]:
    late, url = counted["asked_late"], reverse("reporting:list-demands")
    found = [
        Todo(
            _("上级要求更换管理员"),
            _("去办理"),
            f"{url}?state=open",
            counted["asked"],
            detail=_("已逾期%(n)d个") % {"n": late} if late else "",
            tone="bad" if late else "warn",
            status=_("已逾期") if late else _("待办理"),
        ),
        Todo(
            _("提出的更换要求逾期未办"),
            _("去查看"),
            f"{url}?state=overdue&side=made",
            counted["made_late"],
            tone="warn",
            status=_("已逾期"),
        ),
    ]
    return [line for line in found if line.count]


def _bulletins(in_charge: UnitsInCharge) -> dict[str, BulletinRecipientQuerySet]:
    """Bulletins that the own unit has not signed for; drafts that name it and that it may still answer."""
    own = in_charge.allowing(FILL).own_unit_ids()
    to_sign = BulletinRecipient.objects.waiting().filter(unit_id__in=own)
    told = BulletinNotice.objects.filter(unit_id__in=own, answered_at__isnull=True)
    return {
        "to_sign": to_sign.filter(bulletin__state=BulletinState.PUBLISHED),
        "told": told.filter(bulletin__state=BulletinState.DRAFT),
    }


def _bulletin_lines(counted: dict[str, int]) -> list[Todo]:
    signing, told = f"{reverse('reporting:list-bulletins')}?box=waiting", reverse("orgs:list-messages")
    found = [
        Todo(_("有通报待签收"), _("去签收"), signing, counted["to_sign"], tone="warn", status=_("待签收")),
        Todo(_("通报发布前告知"), _("去说明"), told, counted["told"], tone="warn", status=_("待说明")),
    ]
    return [line for line in found if line.count]


def _notice_lines(counted: dict[str, int]) -> list[Todo]:
    """Notices that the own unit has to sign for."""
    n, late = counted["notices_to_sign"], counted["notices_late"]
    url = f"{reverse('reporting:list-notices')}?box=waiting"
    detail = _("已过签收截止%(n)d份") % {"n": late} if late else ""
    tone, status = ("bad", _("已逾期")) if late else ("warn", _("待签收"))
    return (
        [Todo(_("有通知待签收"), _("去签收"), url, n, detail=detail, tone=tone, status=status)] if n else []
    )


def _campaign_lines(counted: dict[str, int]) -> list[Todo]:
    """未达到的要求 of running campaigns, one for each own unit and campaign."""
    n = counted["requirements_lacking"]
    url = reverse("reporting:list-campaigns")
    return (
        [Todo(_("工作部署有未达到的要求"), _("去查看"), url, n, tone="warn", status=_("未达到"))] if n else []
    )


def _lines(board: Board, entries: list[Entry]) -> list[Todo]:
    url, detail = reverse("reporting:weekly"), board.chosen.week.label
    found = (
        (_("直接下级整体未报"), sum(each.coverage.is_unreported for each in entries), "bad", _("未报")),
        (
            _("直接下级覆盖率低于 %(line)d%%") % {"line": GOOD_LINE},
            sum(each.coverage.is_low for each in entries),
            "warn",
            _("需跟进"),
        ),
        (
            _("抽查有“差”的直接下级"),
            sum(bool(each.row.sub_checks_poor) for each in entries),
            "warn",
            _("需跟进"),
        ),
    )
    return [
        Todo(label, _("查看周报"), url, n, detail=detail, tone=tone, status=status)
        for label, n, tone, status in found
        if n
    ]
