"""Import of the accounts of a hand-out: every fault of the file at once, and nothing is written while there is one (WB-4, MS-2.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.excel.hand_out_table import UNIT_CODE, UNIT_PATH, USER_NAME
from accounts.exceptions import AccountsError
from accounts.models import HandedAccount, HandOut
from accounts.operations.hand_outs import HANDED
from accounts.operations.upload_units import CHUNK, UnitFinder
from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.models import Notification, OrgUnit
from orgs.operations import ledger, locks
from orgs.permissions import EDIT_REGISTRY
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from accounts.excel.hand_out_table import HandOutTable, PreparedRow
    from accounts.operations.upload_units import FoundUnit
    from orgs.kernel.sheets import RowError
    from orgs.models import User

BATCH = 500
Meant = tuple["PreparedRow", "FoundUnit"]


@dataclass(frozen=True, slots=True)
class Imported:
    """How many accounts were sealed and for how many units, how many rows named no account; with an error none is written."""

    n_accounts: int = 0
    n_units: int = 0
    n_blank: int = 0
    errors: list[RowError] = field(default_factory=list)

    @property
    def n_rejected(self) -> int:
        return len({(error.sheet, error.row) for error in self.errors})


class SubtreeFinder(UnitFinder):
    """Units of the subtree that hands out. A unit outside of it and one that doesn't exist read the same."""

    verb: ClassVar[str] = EDIT_REGISTRY
    closed_words = gettext_lazy("已撤销，请删去这一行或改为现在的团组织")

    def __init__(self, below: OrgUnit, *, by: User) -> None:
        super().__init__(None, by=by, below=below)
        # The tree is locked by now, and may have been numbered anew since the request began.
        self._in_charge = UnitsInCharge.of(by).allowing(self.verb)

    def _load_forms(self) -> None:
        """No round, so no forms; but a name beside a code is held against the path."""
        self._load_superiors()

    def _refusal(self, unit: FoundUnit) -> str:
        return ""


@transaction.atomic
def import_accounts(hand_out: HandOut, table: HandOutTable, *, by: User) -> Imported:
    """导入: seal the accounts of the file and tell the units; or say what is wrong, row by row, and write nothing.

    Raises NotAllowed, Conflict where the hand-out passed to another unit, and AccountsError for a file without any account. The same file twice: every name is named as given away.
    """
    unit = _locked_issuer(hand_out)
    if not UnitsInCharge.of(by).allowing(EDIT_REGISTRY).covers(unit):
        raise NotAllowed
    # Of two imports at once the second sees the names of the first.
    hand_out = HandOut.objects.select_for_update().get(pk=hand_out.pk)
    if hand_out.unit_id != unit.pk:
        raise Conflict
    if not unit.is_open:
        raise AccountsError(_("发放单位已撤销，不能再导入。"))
    meant = _units_of(unit, table, by=by)
    _note_duplicates(hand_out, table, by=by)
    if table.errors:
        return Imported(n_blank=table.n_blank, errors=table.errors_in_order())
    if not meant:
        raise AccountsError(_("文件里没有填写用户名，请填写后重新上传。"))
    rows = [
        HandedAccount(
            hand_out=hand_out,
            unit_id=unit.pk,
            user_name=row.user_name,
            user_name_key=row.key,
            secret=row.secret or None,
        )
        for row, unit in meant
    ]
    HandedAccount.objects.bulk_create(rows, batch_size=BATCH)
    unit_ids = [unit.pk for _row, unit in meant]
    n_units = _tell(hand_out, unit_ids)
    ledger.record("hand_out.imported", hand_out, by=by, accounts=len(rows), units=n_units)
    return Imported(len(rows), n_units, table.n_blank)


def _locked_issuer(hand_out: HandOut) -> OrgUnit:
    """The unit that hands out as it stands now; no unit of its tree is closed, merged or moved until the end of the transaction.

    The tree before the hand-out: so does a merger, which takes both. Of the national office it is every tree.
    """
    unit = OrgUnit.objects.get(hand_outs=hand_out)
    if unit.is_national:
        locks.lock_trees(OrgUnit.objects.filter(parent__isnull=True).values_list("tree_id", flat=True))
    return locks.lock_units([unit.pk])[unit.pk]


def _units_of(issuer: OrgUnit, table: HandOutTable, *, by: User) -> list[Meant]:
    """Each row with its unit; what finds none is noted as a fault, and so is a name that isn't the one of its code."""
    finder = SubtreeFinder(issuer, by=by)
    meant = []
    for row, (unit, problem) in zip(
        table.rows, finder.find([_claim(row) for row in table.rows]), strict=True
    ):
        if unit is not None and finder.ends_like(unit, row.unit_path):
            meant.append((row, unit))
            continue
        if unit is not None:
            words = _("与团组织代码对应的“%(unit)s”不一致，请核对代码和团组织。") % {"unit": unit.name}
            table.error(row.place, UNIT_PATH, row.unit_path, words)
            continue
        column = UNIT_CODE if row.unit_code else UNIT_PATH
        table.error(row.place, column, row.unit_code or row.unit_path, f"{problem}。")
    return meant


def _claim(row: PreparedRow) -> dict[str, str]:
    """The code where there is one; else what stands as path or name."""
    return {UNIT_CODE: row.unit_code} if row.unit_code else {UNIT_PATH: row.unit_path}


def _note_duplicates(hand_out: HandOut, table: HandOutTable, *, by: User) -> None:
    """A user name belongs to one unit: twice in the file, or given away before on this platform, as far as the person sees."""
    given = _given_away(hand_out, [row.key for row in table.rows], by=by)
    first: dict[str, PreparedRow] = {}
    for row in table.rows:
        if row.key in first:
            words = _("与%(sheet)s第%(n)d行重复，请只留一行。") % _place_words(first[row.key], row)
            table.error(row.place, USER_NAME, row.user_name, words)
        elif row.key in given:
            words = _("已发给%(unit)s，请删去这一行，或先收回再发。") % {"unit": given[row.key]}
            table.error(row.place, USER_NAME, row.user_name, words)
        first.setdefault(row.key, row)


def _place_words(first: PreparedRow, row: PreparedRow) -> dict[str, object]:
    sheet = _("工作表“%(sheet)s”") % {"sheet": first.sheet} if first.sheet != row.sheet else ""
    return {"sheet": sheet, "n": first.number}


def _given_away(hand_out: HandOut, keys: Sequence[str], *, by: User) -> dict[str, str]:
    """User name key -> the unit that has it. SECURITY: of units the person doesn't see, only those of this very hand-out, unnamed."""
    found: dict[str, str] = {}
    for some in _chunks(sorted(set(keys))):
        standing = HandedAccount.objects.standing().filter(user_name_key__in=some)
        own = standing.filter(hand_out=hand_out)
        found |= {key: _("其他团组织") for key in own.values_list("user_name_key", flat=True)}
        seen = standing.filter(hand_out__platform=hand_out.platform).within(UnitsInCharge.of(by))
        found |= dict(seen.order_by("-pk").values_list("user_name_key", "unit__name"))
    return found


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(keys), CHUNK):
        yield keys[at : at + CHUNK]


def _tell(hand_out: HandOut, unit_ids: Sequence[int]) -> int:
    """One message for each unit, without user name and password; returns for how many units."""
    n_of: dict[int, int] = {}
    for pk in unit_ids:
        n_of[pk] = n_of.get(pk, 0) + 1
    words = {"issuer": hand_out.unit.name, "platform": hand_out.platform.name}
    link, now = reverse("accounts:list-envelopes"), clock.now()
    ledger.notify_many(
        Notification(unit_id=pk, kind=HANDED, text=_text(n, words)[:400], link=link, created_at=now)
        for pk, n in n_of.items()
    )
    return len(n_of)


def _text(n: int, words: dict[str, str]) -> str:
    text = ngettext(
        "%(issuer)s发来%(n)d个%(platform)s账号，请领取。",
        "%(issuer)s发来%(n)d个%(platform)s账号，请领取。",
        n,
    )
    return text % {"n": n, **words}
