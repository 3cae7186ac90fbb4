"""需核实: what stands out in a subtree, as hints to its reviewers and never as a reproach. Found anew at each look, set by set.

A finding's digest is made of its numbers, so that one that was settled (已核实，无需处理) comes back when they change.
SECURITY: units outside of the reader's scope are counted and never named; no person is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from hashlib import sha256
from itertools import groupby
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, TextChoices, When, Window
from django.db.models.fields.json import KT
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import PlatformKind, SubmissionStatus
from accounts.doubts import FieldCodes
from accounts.models import Account, Administratorship, SubmissionRow
from accounts.operations.prefill import DEFAULT_PLATFORM
from orgs.choices import Measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from orgs.models import OrgUnit
    from orgs.querysets.scope import ScopedQuerySet, UnitsInCharge

MOST = 1000  # rows read for one kind: who has more narrows by unit
# READING: two siblings with the same numbers are chance, three are asked about; so are three units with one mobile.
LEAST_ALIKE = LEAST_UNITS = 3
# READING: below ten contacts equal numbers say nothing.
LEAST_CONTACTS = 10
IDENTIFIER = FieldCodes().identifier
# Long texts that no line shows; what a window sorts should be narrow.
_LONG_OF_UNIT = ("unit__search_key", "unit__parent__search_key", "responsible_name")

Pair = tuple[str, int]


class FindingKind(TextChoices):
    """What may stand out (product.md, Registry: duplicates and over-claims)."""

    ABOVE_BASE = "above_base", gettext_lazy("联系人数超过团员数")
    ALIKE = "alike", gettext_lazy("同级团组织数字完全相同")
    ONE_MOBILE = "one_mobile", gettext_lazy("同一手机在多个单位登记")
    CLAIMED_TWICE = "claimed_twice", gettext_lazy("同一账号多个单位填报")
    ABOVE_CAP = "above_cap", gettext_lazy("同一平台账号偏多")


@dataclass(frozen=True, slots=True)
class Scope:
    """`whole` is what the reader sees; `part` the subtree asked for, the same where none is."""

    whole: UnitsInCharge
    part: UnitsInCharge

    def of(self, rows: ScopedQuerySet[Any]) -> Any:
        return rows.within(self.whole).within(self.part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One hint: what, where, the numbers side by side, which units of the scope, how many beyond it."""

    kind: FindingKind
    digest: str
    unit: OrgUnit  # where it stands in the list
    what: str
    numbers: tuple[Pair, ...]
    units: tuple[OrgUnit, ...] = ()
    n_outside: int = 0
    account_id: int | None = None


@dataclass(slots=True)
class Found:
    """Everything found, in the order of kinds and of the tree; the kinds of which not everything was read."""

    findings: list[Finding] = field(default_factory=list)
    cut: list[FindingKind] = field(default_factory=list)


def find(scope: Scope, kinds: Iterable[FindingKind] = FindingKind) -> Found:
    """What to verify in the scope; one statement per kind, two for accounts that were filled in twice."""
    found = Found()
    for kind in kinds:
        findings, is_cut = _FINDERS[kind](scope)
        found.findings += findings
        found.cut += [kind] if is_cut else []
    return found


def _above_base(scope: Scope) -> tuple[list[Finding], bool]:
    """READING: only contacts of personal accounts are members; followers of a public account may be anybody."""
    rows = scope.of(Account.objects.active()).filter(
        platform__kind=PlatformKind.PERSONAL,
        unit__bases__measure=Measure.MEMBERS,
        contacts__gt=F("unit__bases__count"),
    )
    rows = rows.annotate(base=F("unit__bases__count")).select_related("unit__parent")
    accounts, is_cut = _read(rows.order_by("unit__tree_id", "unit__lft", "pk"))
    findings = [
        Finding(
            FindingKind.ABOVE_BASE,
            _digest(FindingKind.ABOVE_BASE, each.pk, each.contacts, each.base),
            each.unit,
            str(each),
            ((_("联系人数"), each.contacts), (_("团员数"), each.base)),
            account_id=each.pk,
        )
        for each in accounts
    ]
    return findings, is_cut


def _alike(scope: Scope) -> tuple[list[Finding], bool]:
    """Siblings that say the same number of contacts and of groups."""
    same = ("unit__parent_id", "platform_id", "contacts", "declared_groups")
    rows = scope.of(Account.objects.active()).filter(
        contacts__gte=LEAST_CONTACTS, declared_groups__gte=1, unit__parent__isnull=False
    )
    rows = rows.annotate(n_alike=Window(Count("pk"), partition_by=[*same])).filter(n_alike__gte=LEAST_ALIKE)
    order = ("unit__tree_id", "unit__parent__lft", *same[1:], "unit__lft", "pk")
    rows = rows.select_related("unit__parent__parent", "platform").defer(
        *_LONG_OF_UNIT, "unit__parent__parent__search_key"
    )
    accounts, is_cut = _read(rows.order_by(*order))
    groups = [list(each) for _key, each in groupby(accounts, lambda row: _key_of(row))]
    findings = [found for group in groups for found in _one_alike(group)]
    return findings, is_cut


def _key_of(account: Account) -> tuple[object, ...]:
    return (account.unit.parent_id, account.platform_id, account.contacts, account.declared_groups)


def _one_alike(accounts: Sequence[Account]) -> Iterator[Finding]:
    units = _distinct(each.unit for each in accounts)
    first = accounts[0]
    if len(units) < LEAST_ALIKE or first.unit.parent is None:
        return
    yield Finding(
        FindingKind.ALIKE,
        _digest(FindingKind.ALIKE, *_key_of(first), *sorted(units)),
        first.unit.parent,
        str(first.platform),
        (
            (_("联系人数"), first.contacts or 0),
            (_("群个数"), first.declared_groups or 0),
            (_("相同的单位"), len(units)),
        ),
        tuple(units.values()),
    )


def _one_mobile(scope: Scope) -> tuple[list[Finding], bool]:
    """By the blind index: neither the number nor the name is read."""
    terms = Administratorship.objects.in_office().exclude(mobile_index="")
    here = scope.of(terms).order_by().values("mobile_index")
    counted = terms.filter(mobile_index__in=here).order_by().values("mobile_index")
    many = counted.annotate(n=Count("unit", distinct=True)).filter(n__gte=LEAST_UNITS).values("mobile_index")
    rows = terms.filter(mobile_index__in=many).select_related("unit__parent")
    rows = rows.defer("name", "wechat_id", "nickname", "qq", "mobile")
    found, is_cut = _read(rows.order_by("mobile_index", "unit__tree_id", "unit__lft", "pk"))
    findings: list[Finding] = []
    for index, group in groupby(found, lambda term: term.mobile_index):
        units = _distinct(each.unit for each in group)
        findings += _shared(scope, FindingKind.ONE_MOBILE, index, units, _("一名管理员"), ())
    return _in_order(findings), is_cut


def _claimed_twice(scope: Scope) -> tuple[list[Finding], bool]:
    """Forms that wait for review and name an account that another unit has, or names too."""
    rows = SubmissionRow.objects.filter(
        submission__status=SubmissionStatus.SUBMITTED,
        submission__round__closed_at__isnull=True,
        continues=False,
    )
    key = Lower(KT(f"values__{IDENTIFIER}"))
    rows = rows.annotate(key=key).filter(key__gt="").order_by()
    held = Account.objects.holding(DEFAULT_PLATFORM, OuterRef("key")).exclude(
        unit=OuterRef("submission__unit")
    )
    # Windows, not lists of ids: the forms of a whole province are read once, and each asks the index of ids once.
    is_here = Case(When(_in_part(scope, "submission__unit"), then=1), default=0)
    held_here = Case(When(_in_part(scope, "unit"), then=1), default=0)
    rows = rows.annotate(
        n_same=Window(Count("pk"), partition_by=["key"]),
        n_here=Window(Sum(is_here), partition_by=["key"]),
        n_held_here=Subquery(held.values(here=held_here)[:1]),  # None: no other unit has it
    )
    rows = rows.filter(Q(n_same__gt=1) | Q(n_held_here__isnull=False))
    rows = rows.filter(Q(n_here__gt=0) | Q(n_held_here=1))
    found = SubmissionRow.objects.filter(pk__in=rows.values("pk")).annotate(key=key)
    rows = found.select_related("submission__unit__parent").defer("personal", "values")
    claims, is_cut = _read(rows.order_by("key", "pk"))
    # Asked of no account, too: the page takes as many statements with findings as without.
    keys = {each.key for each in claims} or {""}
    taken = Account.objects.active().filter(platform=DEFAULT_PLATFORM, identifier_key__in=keys)
    holders = {each.identifier_key: each for each in taken.select_related("unit__parent")}
    findings: list[Finding] = []
    for key, group in groupby(claims, lambda row: row.key):
        filled, holder = _distinct(each.submission.unit for each in group), holders.get(key)
        units = filled | ({holder.unit_id: holder.unit} if holder else {})
        numbers = ((_("已登记"), 1 if holder else 0), (_("待审核的收集表"), len(filled)))
        if len(units) > 1:
            findings += _shared(scope, FindingKind.CLAIMED_TWICE, key, units, key, numbers)
    return _in_order(findings), is_cut


def _above_cap(scope: Scope) -> tuple[list[Finding], bool]:
    """More accounts on a platform than it has per unit (Platform.most_per_unit)."""
    capped = scope.of(Account.objects.active()).filter(platform__most_per_unit__isnull=False)
    # Window, not GROUP BY: the rows come with their units and platforms.
    rows = capped.annotate(n_here=Window(Count("pk"), partition_by=["unit_id", "platform_id"]))
    rows = rows.filter(n_here__gt=F("platform__most_per_unit")).select_related("unit__parent", "platform")
    accounts, is_cut = _read(
        rows.order_by("unit__tree_id", "unit__lft", "unit_id", "platform__position", "pk")
    )
    findings = []
    for _key, group in groupby(accounts, lambda row: (row.unit_id, row.platform_id)):
        first = next(group)
        most = first.platform.most_per_unit
        digest = _digest(FindingKind.ABOVE_CAP, first.unit_id, first.platform_id, first.n_here, most)
        numbers = ((_("账号数"), first.n_here), (_("每个团组织最多"), most))
        findings.append(Finding(FindingKind.ABOVE_CAP, digest, first.unit, first.platform.name, numbers))
    return findings, is_cut


_FINDERS: dict[FindingKind, Callable[[Scope], tuple[list[Finding], bool]]] = {
    FindingKind.ABOVE_BASE: _above_base,
    FindingKind.ALIKE: _alike,
    FindingKind.ONE_MOBILE: _one_mobile,
    FindingKind.CLAIMED_TWICE: _claimed_twice,
    FindingKind.ABOVE_CAP: _above_cap,
}


def _shared(
    scope: Scope,
    kind: FindingKind,
    key: str,
    units: dict[int, OrgUnit],
    what: str,
    numbers: tuple[Pair, ...],
) -> Iterator[Finding]:
    """One thing in several units, of which only those in the scope are named."""
    seen = tuple(unit for unit in units.values() if scope.whole.covers(unit))
    first = next((unit for unit in seen if scope.part.covers(unit)), None)
    if first is None:
        return
    numbers += ((_("涉及单位"), len(units)),)
    digest = _digest(kind, key, *(value for _label, value in numbers), *sorted(units))
    yield Finding(kind, digest, first, what, numbers, seen, len(units) - len(seen))


def _in_part(scope: Scope, path: str) -> Q:
    """The condition of the scope on rows whose unit stands at `path`."""
    whole, part = (
        reduce(or_, (span.condition(path) for span in each.spans)) for each in (scope.whole, scope.part)
    )
    return whole & part


def _read(rows: Any) -> tuple[list[Any], bool]:
    """At most so many rows, and whether there are more."""
    found = list(rows[: MOST + 1])
    return found[:MOST], len(found) > MOST


def _distinct(units: Iterable[OrgUnit]) -> dict[int, OrgUnit]:
    return {unit.pk: unit for unit in units}


def _in_order(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda each: (each.unit.tree_id, each.unit.lft, each.what))


def _digest(*parts: object) -> str:
    """As long as the ledger's object id. SECURITY: of a keyed index, never of a number itself."""
    return sha256("|".join(str(each) for each in parts).encode()).hexdigest()[:40]
