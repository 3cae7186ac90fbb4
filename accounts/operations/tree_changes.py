"""What becomes of accounts and groups when their unit is closed or merged: called by the tree operation (SUP-4.1a)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import EventKind, SubmissionStatus
from accounts.models import Account, AdministratorshipVersion, Expected, Group, Submission
from accounts.operations.desks import Desks
from accounts.operations.registry import close_account, close_group, journal
from orgs.kernel import clock, versions
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.operations.upper import Effect, Verb
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Administratorship
    from orgs.operations.upper import Change

NOTES = {
    Verb.CLOSE: gettext_lazy("一并注销（解散）"),
    Verb.MERGE: gettext_lazy("划转到合并后的团组织"),
    Verb.MOVE: gettext_lazy("随团组织调整，不变"),
}


def preview(change: Change) -> list[Effect]:
    """Accounts and groups that go along: those of a closed or merged unit itself, all below a moved one."""
    accounts, groups = Account.objects.active(), Group.objects.active()
    if change.verb == Verb.MOVE:
        n_accounts, n_groups = accounts.within(change.scope).count(), groups.within(change.scope).count()
    else:
        n_accounts = accounts.filter(unit_id__in=change.unit_ids).count()
        n_groups = groups.filter(unit_id__in=change.unit_ids).count()
    note = str(NOTES[Verb(change.verb)])
    return [Effect(_("账号"), n_accounts, note), Effect(_("群"), n_groups, note)]


def apply(change: Change) -> None:
    """Close with a closed unit, hand over to the receiving unit of a merger; forms follow to the desk now above them."""
    _reroute(change)
    if change.verb == Verb.MOVE:
        return
    _exempt(change)
    accounts = list(Account.objects.active().filter(unit_id__in=change.unit_ids).select_related("unit"))
    groups = list(Group.objects.active().filter(unit_id__in=change.unit_ids).select_related("unit"))
    # by None: who closes a unit need not be an editor of its registry; the unit's own audit line names the person.
    if change.verb == Verb.CLOSE:
        for account in accounts:
            close_account(account, reason=change.reason, by=None)
        for group in groups:
            close_group(group, reason=change.reason, by=None)
    elif change.target_id is not None:
        _transfer(accounts, groups, change.target_id, change.reason)


def _reroute(change: Change) -> None:
    """Forms whose desk no longer stands above them go to the first desk that does; nothing may lie there for ever."""
    waiting = Submission.objects.filter(status=SubmissionStatus.SUBMITTED).select_related("unit", "round")
    if change.verb == Verb.CLOSE:
        waiting = waiting.filter(desk_id__in=change.unit_ids)
    else:
        target = OrgUnit.objects.filter(pk=change.target_id or change.unit_ids[0]).first()
        waiting = waiting.within(UnitsInCharge.below(target)) if target else waiting.none()
    desks = Desks()
    for form in waiting.select_for_update(of=("self",)):
        if desks.has_a_say(form):
            continue
        form.desk, form.on_desk_since, form.version = desks.first(form), clock.now(), form.version + 1
        form.save(update_fields=["desk", "on_desk_since", "version"])
        ledger.record("submission.rerouted", form, by=change.by, reason=change.reason, desk=form.desk_id)


def _exempt(change: Change) -> None:
    """A unit that is no more owes no form; what it has handed in stays."""
    owed = Expected.objects.due().filter(unit_id__in=change.unit_ids, round__closed_at__isnull=True)
    gone = list(owed.exclude(round__submissions__unit_id=F("unit_id")))
    Expected.objects.filter(pk__in=[each.pk for each in gone]).update(exempt_reason=_("团组织已撤销"))
    ledger.record_many("expected.exempted", gone, by=change.by, reason=_("团组织已撤销"))


def _transfer(accounts: list[Account], groups: list[Group], target_id: int, reason: str) -> None:
    """划转: the object stands in the receiving unit from now on, and its event counts there once (metrics.md)."""
    for account in accounts:
        changes = {"unit_id": [account.unit_id, target_id]}
        account.unit_id, account.version = target_id, account.version + 1
        account.save(update_fields=["unit", "version"])
        journal.write_account(account, EventKind.TRANSFERRED, by=None, reason=reason, changes=changes)
        _move_terms(account.administratorships.in_office(), target_id)
    for group in groups:
        changes = {"unit_id": [group.unit_id, target_id]}
        group.unit_id, group.version = target_id, group.version + 1
        group.save(update_fields=["unit", "version"])
        journal.write_group(group, EventKind.TRANSFERRED, by=None, reason=reason, changes=changes)
        _move_terms(group.administratorships.in_office(), target_id)


def _move_terms(terms: Iterable[Administratorship], target_id: int) -> None:
    """Administrators go with their channel; that is no event of its own."""
    now = clock.now()
    for term in terms:
        term.unit_id = target_id
        term.save(update_fields=["unit"])
        facts = {name: getattr(term, name) for name in AdministratorshipVersion.FACTS}
        versions.record(AdministratorshipVersion, key={"administratorship_id": term.pk}, facts=facts, at=now)
