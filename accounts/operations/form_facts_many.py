"""The doubts of many forms that are handed in together: the facts of `form_facts`, read for all units at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from accounts.doubts import AccountFigures, Examined, FormFacts, examine
from accounts.field_lists import by_target, has_target
from accounts.models import Account, Administratorship, SubmissionRow
from accounts.naming import identifier_key
from accounts.operations.form_facts import REPORTED, codes_of
from accounts.operations.prefill import DEFAULT_PLATFORM
from accounts.operations.registry.administrators import MOBILE
from orgs.choices import Measure
from orgs.kernel.crypto import blind_index
from orgs.models import UnitBase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from accounts.field_lists import Field, RowInput
    from accounts.models import CollectionRound
    from orgs.models import OrgUnit

CHUNK = 500  # values of one statement: SQLite takes a limited number of variables


class DoubtsOfMany:
    """Six statements for up to 500 forms. `of` counts the forms asked about before as reported, as one by one."""

    def __init__(
        self,
        round: CollectionRound,
        fields: Sequence[Field],
        forms: Mapping[OrgUnit, Sequence[RowInput]],
    ) -> None:
        self._fields = fields
        self._codes = codes_of(fields)
        self._applies = has_target(fields, "account.identifier")
        self._contacts = next((each.code for each in fields if each.target == "account.contacts"), "")
        self._mobile_field = next((each for each in fields if each.target == "administrator.mobile"), None)
        self._own: dict[int, list[Account]] = defaultdict(list)
        self._holders: dict[str, set[int]] = defaultdict(set)
        self._mobiles: dict[str, set[int]] = defaultdict(set)
        self._bases: dict[int, int] = {}
        self._indexes: dict[str, str] = {}
        self._alike: Counter[tuple[int | None, object]] = Counter()
        if self._applies:
            self._load(round, forms)

    def of(self, unit: OrgUnit, rows: Sequence[RowInput]) -> Examined:
        """Everything a reviewer should verify in this form, and what was looked at."""
        if not self._applies:
            return Examined()
        answers = self._answers(rows)
        figures = [
            AccountFigures(at, each.get("nickname", ""), each.get("declared_groups"), each.get("contacts"))
            for at, each in answers.items()
        ]
        place = (unit.parent_id, figures[0].contacts) if figures and figures[0].contacts else None
        counted = place if unit.parent_id is not None and self._contacts else None
        n_alike = self._alike[counted] if counted else 0
        if counted:
            self._alike[counted] += 1
        return examine(figures, self._facts(unit, rows, answers, n_alike), self._codes)

    def _answers(self, rows: Sequence[RowInput]) -> dict[int, dict[str, Any]]:
        return {
            at: by_target(self._fields, row, "account") for at, row in enumerate(rows) if not row.continues
        }

    def _facts(
        self,
        unit: OrgUnit,
        rows: Sequence[RowInput],
        answers: dict[int, dict[str, object]],
        n_alike: int,
    ) -> FormFacts:
        keys = {at: identifier_key(str(each.get("identifier", ""))) for at, each in answers.items()}
        own = self._own.get(unit.pk, [])
        by_pk = {account.pk: account for account in own}
        by_key = {account.identifier_key: account for account in own}
        known = {at: by_pk.get(rows[at].account_id or 0) or by_key.get(key) for at, key in keys.items()}
        listed = {account.pk for account in known.values() if account}
        return FormFacts(
            base_members=self._bases.get(unit.pk),
            naming_applies=unit.kind.is_league_organisation,
            previous_contacts={at: each.contacts for at, each in known.items() if each and each.contacts},
            has_mobile=any(self._mobile(row) for row in rows),
            mobile_elsewhere=frozenset(
                at for at, row in enumerate(rows) if self._mobiles.get(self._mobile(row), set()) - {unit.pk}
            ),
            identifier_taken=frozenset(
                at for at, key in keys.items() if self._holders.get(key, set()) - {unit.pk}
            ),
            n_siblings_alike=n_alike,
            unlisted=tuple(str(account) for account in own if account.pk not in listed),
        )

    def _mobile(self, row: RowInput) -> str:
        text = str(row.get(self._mobile_field)) if self._mobile_field else ""
        if text not in self._indexes:
            self._indexes[text] = blind_index(text, MOBILE)
        return self._indexes[text]

    def _load(self, round: CollectionRound, forms: Mapping[OrgUnit, Sequence[RowInput]]) -> None:
        unit_ids = [unit.pk for unit in forms]
        active = Account.objects.active().filter(platform_id=DEFAULT_PLATFORM)
        for account in active.filter(unit_id__in=unit_ids):
            self._own[account.unit_id].append(account)
        answers = [each for rows in forms.values() for each in self._answers(rows).values()]
        keys = {identifier_key(str(each.get("identifier", ""))) for each in answers}
        mobiles = {self._mobile(row) for rows in forms.values() for row in rows}
        for some in _chunks(sorted(keys - {""})):
            for key, unit_id in active.filter(identifier_key__in=some).values_list(
                "identifier_key", "unit_id"
            ):
                self._holders[key].add(unit_id)
        in_office = Administratorship.objects.in_office()
        for some in _chunks(sorted(mobiles - {""})):
            for index, unit_id in in_office.filter(mobile_index__in=some).values_list(
                "mobile_index", "unit_id"
            ):
                self._mobiles[index].add(unit_id)
        self._load_bases(unit_ids)
        if self._contacts:
            self._count_siblings(round, {unit.parent_id for unit in forms} - {None})

    def _load_bases(self, unit_ids: list[int]) -> None:
        members = UnitBase.objects.filter(unit_id__in=unit_ids, measure=Measure.MEMBERS)
        for unit_id, count in members.values_list("unit_id", "count"):
            self._bases[unit_id] = count

    def _count_siblings(self, round: CollectionRound, parent_ids: set[int | None]) -> None:
        """How many forms below each of these units report the same number of contacts first."""
        key = f"values__{self._contacts}"
        counted = (
            SubmissionRow.objects.filter(
                submission__round=round,
                submission__unit__parent_id__in=parent_ids,
                submission__status__in=REPORTED,
                position=0,
            )
            .order_by()
            .values_list("submission__unit__parent_id", key)
            .annotate(n=Count("pk"))
        )
        for parent_id, contacts, n in counted:
            self._alike[parent_id, contacts] += n


def _chunks(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[at : at + CHUNK] for at in range(0, len(values), CHUNK)]
