"""What the page of one account shows: facts, ties, checklist, what happened, former nicknames, what to look at again."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import checklist
from accounts.choices import ACCOUNT_MOVES, AccountStatus
from accounts.masks import MASKS
from accounts.models import Account, AccountCheck
from accounts.querysets.accounts import stale_before
from orgs import permissions
from orgs.kernel import clock, numbers
from orgs.models import OrgUnit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from accounts.models import RegistryEvent
    from orgs.models import User

_WORDS = {"unit_id": gettext_lazy("团组织"), "merged_into_id": gettext_lazy("并入账号"), "bound_to_id": gettext_lazy("绑定账号"), "succeeds_id": gettext_lazy("接续账号")}  # fmt: skip
_ACCOUNTS = ("merged_into_id", "bound_to_id", "succeeds_id")
_YES_NO = {True: gettext_lazy("是"), False: gettext_lazy("否"), None: "—", "": "—"}


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as the history shows it."""

    event: RegistryEvent
    changes: list[str]


@dataclass(frozen=True, slots=True)
class Nickname:
    """A nickname and from when to when it was used; until is None for the one in use."""

    name: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Checked:
    """One line of the checklist, and who looked when."""

    line: checklist.Line
    check: AccountCheck | None

    @property
    def is_met(self) -> bool:
        return self.check is not None and self.check.is_met


@dataclass(frozen=True, slots=True)
class Duties:
    """What the person may do with this account now."""

    may_edit: bool
    may_confirm: bool
    moves: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, user: User, account: Account) -> Duties:
        in_charge = user.units_in_charge()
        may_edit = in_charge.allowing(permissions.EDIT_REGISTRY).covers(account.unit)
        may_fill = in_charge.allowing(permissions.FILL).covers(account.unit)
        moves = ACCOUNT_MOVES[account.status]
        return cls(
            may_edit and bool(moves),
            (may_edit or may_fill) and bool(moves),
            moves if may_edit else frozenset(),
        )


def facts(account: Account) -> list[tuple[str, str, str]]:
    """(label, value, address or "") of what is registered; the person responsible is masked."""

    def day(value: date | None) -> str:
        return value.isoformat() if value else numbers.MISSING

    verified = {True: _("已认证"), False: _("未认证"), None: numbers.MISSING}[account.is_verified]
    person = " ".join(filter(None, [MASKS["name"](account.responsible_name), account.responsible_post]))
    return [
        (_("团组织"), account.unit.name, account.unit.get_absolute_url()),
        (_("平台"), account.platform.name, ""),
        (_("账号"), account.identifier, home_page(account)),
        (_("用途"), account.get_purpose_display(), ""),
        (_("第一责任人"), person or numbers.MISSING, ""),
        (_("平台认证"), verified, ""),
        (_("联系人数"), numbers.thousands(account.contacts), ""),
        (_("其中：本单位团员"), numbers.thousands(account.own_members), ""),
        (_("微信群（讨论组）个数"), numbers.thousands(account.declared_groups), ""),
        (_("计数日期"), day(account.counted_on), ""),
        (_("开通日期"), day(account.opened_on), ""),
        (_("注销日期"), day(account.closed_on), "")
        if account.closed_on
        else (_("确认日期"), day(account.confirmed_on), ""),
    ]


def home_page(account: Account) -> str:
    """The address of the account's page on its platform; none where the platform is gone."""
    pattern = account.platform.url_pattern
    if not pattern or account.platform.is_historic:
        return ""
    return pattern.replace("{identifier}", account.identifier)


def ties(account: Account, user: User) -> list[tuple[str, Account]]:
    """(word, account) of the accounts this one is tied to, both ways, as far as the person sees them."""
    own = [
        (_("绑定"), account.bound_to_id),
        (_("接续"), account.succeeds_id),
        (_("已并入"), account.merged_into_id),
    ]
    back = Q(bound_to=account) | Q(succeeds=account) | Q(merged_into=account)
    tied = Account.objects.visible_to(user).filter(back | Q(pk__in=[pk for _word, pk in own if pk]))
    known = {each.pk: each for each in tied.select_related("platform").order_by("pk")}
    found = [(word, known[pk]) for word, pk in own if pk in known]
    words = {"bound_to_id": _("被绑定"), "succeeds_id": _("由其接续"), "merged_into_id": _("并入本账号")}
    return found + [
        (word, each)
        for name, word in words.items()
        for each in known.values()
        if getattr(each, name) == account.pk
    ]


def checks(account: Account) -> list[Checked]:
    """The checklist of this account; empty, and no statement, where nothing is demanded."""
    lines = checklist.lines_for(account)
    if not lines:
        return []
    current = AccountCheck.objects.filter(account=account, superseded_at__isnull=True)
    known = {check.item: check for check in current}
    return [Checked(line, known.get(line.item)) for line in lines]


def nicknames(account: Account) -> list[Nickname]:
    """曾用昵称 from the versions, the newest first."""
    runs: list[Nickname] = []
    for version in sorted(account.versions.all(), key=attrgetter("valid_from")):
        name = version.nickname
        if runs and runs[-1].name == name:
            continue
        day = clock.local(version.valid_from).date()
        if runs:
            runs[-1] = Nickname(runs[-1].name, runs[-1].since, day)
        runs.append(Nickname(name, day, None))
    return [run for run in reversed(runs) if run.name]


def history(events: Sequence[RegistryEvent], known: Iterable[Account] = ()) -> list[Happened]:
    """Events with their changes in words; names of units and accounts in at most two statements.

    `known` are accounts that have been read already: those the page is about or names elsewhere.
    """
    names = {
        "unit_id": _names(OrgUnit, events, ("unit_id",)),
        **dict.fromkeys(_ACCOUNTS, _names(Account, events, _ACCOUNTS, known)),
    }
    return [told(event, names) for event in events]


def told(event: RegistryEvent, names: Mapping[str, dict[object, str]]) -> Happened:
    """One event of an account; `names` are those of the units and accounts that its changes name, by field."""
    return Happened(event, [_in_words(name, values, names) for name, values in event.changes.items()])


def hints(account: Account) -> list[str]:
    """What somebody should look at; nothing of it stops anybody."""
    if account.status in {AccountStatus.CLOSED, AccountStatus.MERGED}:
        return []
    found = []
    last = account.confirmed_on or account.counted_on or account.opened_on
    if last is None or last < stale_before():
        since = last.isoformat() if last else _("登记时")
        found.append(_("自%(day)s以来没有确认过，请核对登记信息。") % {"day": since})
    if too_many := more_than_usual(account):
        found.append(too_many)
    if account.platform.is_historic:
        found.append(
            _("%(platform)s已停止服务，请办理注销，或登记接续的账号。") % {"platform": account.platform.name}
        )
    return found


def more_than_usual(account: Account) -> str:
    """A word where the unit has more accounts on the platform than usual (`for_page`); a hint, never a refusal."""
    most = account.platform.most_per_unit
    if most is None:
        return ""
    here: int = account.n_alike  # type: ignore[attr-defined]
    if here <= most:
        return ""
    return _("%(platform)s一般每个团组织不超过%(most)d个，现有%(here)d个，请核实是否重复。") % {
        "platform": account.platform.name,
        "most": most,
        "here": here,
    }


def crumbs(account: Account, heading: str = "") -> list[tuple[str, str]]:
    """List › account › step."""
    here = reverse("accounts:show-account", args=[account.pk])
    way = [(_("登记的账号"), reverse("accounts:list-accounts")), (str(account), here if heading else "")]
    return [*way, (heading, "")] if heading else way


def _names(
    model: Any, events: Iterable[RegistryEvent], fields: tuple[str, ...], known: Iterable[Any] = ()
) -> dict[object, str]:
    ids = {pk for event in events for name in fields for pk in event.changes.get(name, ()) if pk}
    names: dict[object, str] = {row.pk: str(row) for row in known}
    left = ids - names.keys()
    return names | {row.pk: str(row) for row in model.objects.filter(pk__in=left)} if left else names


def _in_words(name: str, values: list[Any], names: Mapping[str, dict[object, str]]) -> str:
    if name in _WORDS:
        label = str(_WORDS[name])
    elif name in _FIELDS:
        label = str(_FIELDS[name].verbose_name)
    else:
        return name
    old, new = (_value(name, value, names) for value in values)
    return f"{label}：{old} → {new}" if (old, new) != ("—", "—") else _("%(label)s已变更") % {"label": label}


_FIELDS: dict[str, Any] = {each.name: each for each in Account._meta.concrete_fields}


def _value(name: str, value: Any, names: Mapping[str, dict[object, str]]) -> str:
    if name in names:
        return names[name].get(value, "—")
    if isinstance(value, bool) or value in (None, ""):
        return str(_YES_NO[value])
    choices = dict(_FIELDS[name].flatchoices) if name in _FIELDS else {}
    return str(choices.get(value, value))
