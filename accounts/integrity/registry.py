"""Accounts, groups and administrators: present row, versions and events say the same (A1, A3, T10, T11, J1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import LARGEST_COUNT, AccountStatus, EventKind, GroupStatus
from accounts.models import (
    Account,
    AccountVersion,
    Administratorship,
    AdministratorshipVersion,
    Group,
    GroupVersion,
    RegistryEvent,
)
from accounts.naming import identifier_key
from orgs.kernel.integrity import Check, Found, check
from orgs.kernel.version_checks import lagging, overlaps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.integrity import Run

SAVE_AGAIN = gettext_lazy("周报按版本汇总。请在登记页打开该记录，核对后重新保存一次。")
COUNTS: dict[type[Account] | type[Group], tuple[str, ...]] = {
    Account: ("contacts", "own_members", "declared_groups"),
    Group: ("members", "outstanding_members", "youth", "subordinates_in"),
}


@check("account-versions", "T9 R1", gettext_lazy("每个账号有一条与现状一致的版本"), remedy=SAVE_AGAIN)
def account_versions(run: Run) -> Iterator[Found]:
    """An account and its current version say the same."""
    return lagging(Account, AccountVersion, AccountVersion.FACTS)


@check("group-versions", "T9 R1", gettext_lazy("每个群有一条与现状一致的版本"), remedy=SAVE_AGAIN)
def group_versions(run: Run) -> Iterator[Found]:
    """A group and its current version say the same."""
    return lagging(Group, GroupVersion, GroupVersion.FACTS)


@check(
    "administrator-versions",
    "T9 R3",
    gettext_lazy("在任管理员有一条与现状一致的版本，离任的没有"),
    remedy=SAVE_AGAIN,
)
def administrator_versions(run: Run) -> Iterator[Found]:
    """A term in office has a current version, one that ended has none."""
    facts = ("unit_id", "account_id", "group_id")
    yield from lagging(Administratorship, AdministratorshipVersion, facts, where="p.ended_at IS NULL")
    left = AdministratorshipVersion.objects.current().filter(administratorship__ended_at__isnull=False)
    for pk in left.order_by("administratorship_id").values_list("administratorship_id", flat=True).iterator():
        yield Found(_("管理员任职 %(id)s") % {"id": pk}, _("已离任，但版本仍在任"), pk)


registry_overlaps = overlaps(
    "registry-versions-overlap", AccountVersion, GroupVersion, AdministratorshipVersion
)


@check(
    "identifiers",
    "A1",
    gettext_lazy("账号的比对键与账号一致，在用账号不重复"),
    remedy=gettext_lazy("请打开该账号，核对微信号（账号）后重新保存一次。"),
)
def identifiers(run: Run) -> Iterator[Found]:
    """Two spellings of one id are found equal: the key by which they are compared is that of the id."""
    known = Account.objects.order_by("pk").values_list("pk", "identifier", "identifier_key")
    for pk, identifier, key in known.iterator(chunk_size=5000):
        if key != identifier_key(identifier):
            yield Found(_("账号 %(id)s") % {"id": pk}, _("比对键与账号不符"), pk)


@check(
    "counts",
    "A3",
    gettext_lazy("人数、个数在 0 到 1000000 之间，或未填"),
    remedy=gettext_lazy("请向登记单位核实后更正；没有数的留空，不要填 0。"),
)
def counts(run: Run) -> Iterator[Found]:
    """A count is missing or a number that can be meant."""
    for model, names in COUNTS.items():
        for name in names:
            wrong = model.objects.filter(Q(**{f"{name}__gt": LARGEST_COUNT}) | Q(**{f"{name}__lt": 0}))
            for pk, value in wrong.order_by("pk").values_list("pk", name).iterator():
                place = _("%(model)s %(id)s") % {"model": model._meta.verbose_name, "id": pk}
                text = _("“%(field)s”为 %(value)s") % {"field": name, "value": value}
                yield Found(place, text, pk)


@check(
    "channels-of-closed",
    "T10",
    gettext_lazy("已撤销的团组织没有在用的账号和群"),
    remedy=gettext_lazy("请注销或划转这些账号（群）；撤销有误的，恢复该团组织。"),
)
def channels_of_closed(run: Run) -> Iterator[Found]:
    """What a closed unit had is closed or handed over with it."""
    held = (AccountStatus.PLANNED, AccountStatus.OPEN, AccountStatus.DORMANT)
    open_accounts = Account.objects.filter(status__in=held, unit__is_open=False)
    open_groups = Group.objects.exclude(status=GroupStatus.CLOSED).filter(unit__is_open=False)
    for found, word in ((open_accounts, _("账号")), (open_groups, _("群"))):
        for pk, unit_id in found.order_by("pk").values_list("pk", "unit_id").iterator():
            text = _("团组织 %(unit)s 已撤销，仍未注销（解散）") % {"unit": unit_id}
            yield Found(f"{word} {pk}", text, pk)


@check(
    "administrators-of-closed",
    "T10",
    gettext_lazy("已撤销的团组织没有在任的管理员"),
    remedy=gettext_lazy("请在管理员页登记离任；撤销有误的，恢复该团组织。"),
)
def administrators_of_closed(run: Run) -> Iterator[Found]:
    """Nobody is in office in a closed unit, neither for a channel nor for its WeChat work as a whole (SUP-2.2.2)."""
    terms = Administratorship.objects.in_office().filter(unit__is_open=False)
    for pk, unit_id in terms.order_by("pk").values_list("pk", "unit_id").iterator():
        text = _("团组织 %(unit)s 已撤销，仍在任") % {"unit": unit_id}
        yield Found(_("管理员任职 %(id)s") % {"id": pk}, text, pk)


@check(
    "closing-dates",
    "T11",
    gettext_lazy("注销的账号（群）有日期，合并的写明并入哪个"),
    remedy=gettext_lazy("请核对变更记录，补登日期或更正状态。"),
)
def closing_dates(run: Run) -> Iterator[Found]:
    """State, date and successor of a channel agree."""
    merged = Q(status=AccountStatus.MERGED, merged_into__isnull=True) | Q(merged_into=F("pk"))
    in_use = Q(status=AccountStatus.OPEN, closed_on__isnull=False)
    for pk in Account.objects.filter(merged | in_use).order_by("pk").values_list("pk", flat=True).iterator():
        yield Found(_("账号 %(id)s") % {"id": pk}, _("状态与注销日期或并入的账号不符"), pk)
    lasting = Group.objects.filter(status=GroupStatus.OPEN, closed_on__isnull=False)
    for pk in lasting.order_by("pk").values_list("pk", flat=True).iterator():
        yield Found(_("群 %(id)s") % {"id": pk}, _("在用，却有解散日期"), pk)


@check(
    "opening-events",
    "J1 F2",
    gettext_lazy("每个账号、群都有开通记录"),
    remedy=gettext_lazy("周报按变更记录统计开通数。请把检查结果交给维护人员，查明记录从哪里来。"),
)
def opening_events(run: Run) -> Iterator[Found]:
    """What is in the registry came in by an event (a planned account has not opened yet)."""
    opened = RegistryEvent.objects.filter(kind=EventKind.OPENED)
    accounts = Account.objects.exclude(status=AccountStatus.PLANNED).exclude(
        Q(status=AccountStatus.CLOSED, opened_on__isnull=True)
    )
    for found, role, word in ((accounts, "account", _("账号")), (Group.objects.all(), "group", _("群"))):
        without = found.filter(~Exists(opened.filter(**{role: OuterRef("pk")})))
        for pk in without.order_by("pk").values_list("pk", flat=True).iterator():
            yield Found(f"{word} {pk}", _("没有开通的变更记录"), pk)


CHECKS: tuple[Check, ...] = (
    *(account_versions, group_versions, administrator_versions, registry_overlaps),
    *(identifiers, counts, channels_of_closed, administrators_of_closed),
    *(closing_dates, opening_events),
)
