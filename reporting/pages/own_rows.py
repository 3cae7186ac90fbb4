"""The rows behind a unit's own figure, one branch per figure: each says how much it counts, and they sum to the figure.

Persons stand masked. What the figure is read from without being counted (the accounts behind covered members) is no row:
`own_facts` lists it beside.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.choices import (
    DEDICATED_GROUPS,
    LEAST_OUTSTANDING,
    LINK_GROUPS,
    MEMBER_FACING_GROUPS,
    AccountStatus,
    GroupStatus,
    PlatformKind,
)
from accounts.models import AdministratorshipVersion, ExpectedVersion, Group
from orgs.kernel.crypto import mask_name
from orgs.templatetags.league import until
from reporting import rollup
from reporting.models import DailyRecord
from reporting.querysets.pages import stood_at_end_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from accounts.models import AccountVersion, GroupVersion
    from reporting.models import ClosedWeek
    from reporting.pages.lineage import Lineage

DAILY = frozenset({"posts", "active_days", "channels_recorded"})
FORMS = frozenset({"expected", "submitted", "approved", "returned", "overdue"})
ADMINISTRATORS = frozenset({"admins", "admin_persons"})
OF_KIND = {
    "accounts_personal": PlatformKind.PERSONAL,
    "accounts_public": PlatformKind.PUBLIC,
    "accounts_weibo": PlatformKind.WEIBO,
    "accounts_other": PlatformKind.OTHER,
}
NAMED_GROUPS = {
    "groups_member": MEMBER_FACING_GROUPS,
    "groups_link": LINK_GROUPS,
    "groups_dedicated": DEDICATED_GROUPS,
}
ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing and how much of the figure it is."""

    name: str
    detail: str
    value: int


def of_accounts(
    figure: str, accounts: Iterable[tuple[AccountVersion, str]], kinds: dict[str, str]
) -> list[Row]:
    """Open accounts of a kind of platform, those that sleep, or the contacts of the open ones."""
    found = []
    for version, platform in accounts:
        is_open = version.status == AccountStatus.OPEN
        if figure == "reach":
            value = (version.contacts or 0) if is_open else 0
        elif figure == "accounts_dormant":
            value = int(version.status == AccountStatus.DORMANT)
        else:
            value = int(is_open and kinds.get(version.platform_id) == OF_KIND[figure])
        if value:
            found.append(Row(version.nickname or platform, platform, value))
    return found


def of_groups(figure: str, groups: Iterable[tuple[GroupVersion, str]], total: int) -> list[Row]:
    """Groups that are counted one by one; what accounts declared beyond them is a row of its own."""
    found = [Row(version.name, platform, 1) for version, platform in groups if _GROUPS[figure](version)]
    if total > len(found):
        found.append(Row(_("账号填报的其他群"), _("只填报了个数，没有逐个登记"), total - len(found)))
    return found


def of_days(closed: ClosedWeek, line: Lineage, figure: str) -> list[Row]:
    """Daily records about days of the week, as far as the edition knows them; one statement."""
    week = closed.week
    records = DailyRecord.objects.within(line.in_charge).between(week.starts_on, week.ends_on)
    known = records.filter(unit_id=line.row.unit_id, recorded_at__lt=closed.known_until or week.ends_at)
    by_channel: dict[str, list[DailyRecord]] = defaultdict(list)
    for record in known.for_list().order_by("account_id", "group_id", "day"):
        by_channel[f"{record.account_id}.{record.group_id}"].append(record)
    if figure == "channels_recorded":
        return [
            Row(_channel(days[0]), _("%(n)d 天有记录") % {"n": len(days)}, 1) for days in by_channel.values()
        ]
    return [
        Row(
            _channel(record),
            _("%(month)d月%(day)d日发布 %(n)d 条")
            % {"month": record.day.month, "day": record.day.day, "n": record.posts},
            record.posts if figure == "posts" else 1,
        )
        for days in by_channel.values()
        for record in days
        if record.posts
    ]


def of_active_groups(closed: ClosedWeek, line: Lineage) -> list[Row]:
    """Groups that had something on every day on which they were open from 0:00."""
    found = rollup.active_groups(rollup.Moment.of(closed), line.row.unit_id)
    groups = Group.objects.filter(pk__in=found).order_by("pk")
    return [Row(str(group), _("开放的每一天都有发布"), 1) for group in groups]


def of_forms(closed: ClosedWeek, line: Lineage, figure: str) -> list[Row]:
    """Forms of the rounds that were open, as they stood."""
    found = rollup.forms(rollup.Moment.of(closed), line.row.unit_id, figure)
    versions = ExpectedVersion.objects.filter(pk__in=found).select_related("expected__round")
    return [
        Row(each.expected.round.title, _("截止 %(until)s") % {"until": until(each.deadline_at)}, 1)
        for each in versions.order_by("deadline_at", "pk")
    ]


def of_administrators(closed: ClosedWeek, line: Lineage, figure: str) -> list[Row]:
    """Terms in office, or the persons behind them, told apart by the mobile."""
    terms = AdministratorshipVersion.objects.filter(stood_at_end_of(closed.week), unit_id=line.row.unit_id)
    listed = terms.select_related("administratorship__account", "administratorship__group")
    by_person: dict[str, list[AdministratorshipVersion]] = defaultdict(list)
    for term in listed.order_by("administratorship_id"):
        by_person[term.person_key or f"#{term.pk}"].append(term)
    if figure == "admin_persons":
        return [
            Row(_person(held[0]), _("任职 %(n)d 处") % {"n": len(held)}, 1) for held in by_person.values()
        ]
    return [Row(_person(term), _managed(term), 1) for held in by_person.values() for term in held]


def _channel(record: DailyRecord) -> str:
    return str(record.group or record.account)


def _person(term: AdministratorshipVersion) -> str:
    return mask_name(term.administratorship.name) or _("姓名已删除")


def _managed(term: AdministratorshipVersion) -> str:
    office = term.administratorship
    return str(office.group or office.account or _("本单位"))


def _is_open_of(kinds: tuple[str, ...]) -> Callable[[GroupVersion], bool]:
    return lambda version: version.status == GroupStatus.OPEN and version.kind in kinds


_KNOWN_KINDS = (*MEMBER_FACING_GROUPS, *LINK_GROUPS, *DEDICATED_GROUPS)
_GROUPS: dict[str, Callable[[GroupVersion], bool]] = {
    **{figure: _is_open_of(kinds) for figure, kinds in NAMED_GROUPS.items()},
    "groups_other": lambda version: version.status == GroupStatus.OPEN and version.kind not in _KNOWN_KINDS,
    "groups_dormant": lambda version: version.status == GroupStatus.DORMANT,
    "groups_min_ok": lambda version: (
        _is_open_of(MEMBER_FACING_GROUPS)(version) and (version.outstanding_members or 0) >= LEAST_OUTSTANDING
    ),
}
GROUPS = frozenset(_GROUPS)
ACCOUNTS = frozenset({*OF_KIND, "accounts_dormant", "reach"})
