"""Masked cells in an uploaded form: an unchanged one means "keep what is there"; refused values are echoed masked."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.field_lists import OWN_NAME
from accounts.masks import MASKS
from accounts.models import Administratorship, SubmissionRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from accounts.excel.collection_reading import ReadRow
    from accounts.field_lists import Field
    from accounts.models import CollectionRound

LONGEST_ECHO = 40
_TERM = "administrator."  # where the registry keeps an administrator's data
CHUNK = 500  # units of one statement: SQLite takes a limited number of variables
_SPOILT = re.compile(r"\d(\.\d{0,5})?[eE]\+?\d+")  # a number of which at most six digits are left
_MASKED = re.compile(r"\S{0,4}\*{2,}\S{0,4}")
Person = dict[str, str]


class Unmasker:
    """Full texts for the masked cells of a file, from the registry and this round's form of the same unit.

    What the registry doesn't keep (the number of a person responsible, WB-4.4) is also looked for in the unit's forms of
    earlier rounds with the same list. Two statements per 500 units.
    """

    def __init__(
        self,
        fields: Sequence[Field],
        by_unit: Mapping[int, Sequence[ReadRow]],
        round: CollectionRound | None = None,
    ) -> None:
        self._masks = {each.code: mask for each in fields if each.personal and (mask := mask_of(each))}
        self._names = {each.code for each in fields if each.target in OWN_NAME}
        self._registered = {
            each.code: each.target.removeprefix(_TERM)
            for each in fields
            if each.code in self._masks and each.target.startswith(_TERM)
        }
        self._people: dict[int, list[Person]] = defaultdict(list)
        masked = [unit_id for unit_id, rows in by_unit.items() if any(self._is_masked(row) for row in rows)]
        for at in range(0, len(masked), CHUNK):
            self._load(fields, masked[at : at + CHUNK], round)

    def full(self, unit_id: int, row: ReadRow) -> dict[str, str]:
        """The row's masked cells with what they stand for; a cell stays away if nobody, or several, fit it."""
        masked = {
            code: text
            for code in self._masks
            if (text := row.cells.get(code, "")) and _MASKED.fullmatch(text)
        }
        if not masked:
            return {}
        people = self._people.get(unit_id, [])
        # The person whose every masked cell fits and whose name stands there, then just every masked cell, then each alone.
        fits = [each for each in people if all(self._fits(each, code, text) for code, text in masked.items())]
        names = {code: row.cells.get(code, "") for code in self._names}
        named = [each for each in fits if all(each.get(code) == name for code, name in names.items())]
        found = {}
        for code, text in masked.items():
            for candidates in (named, fits, people):
                known = {each[code] for each in candidates if self._fits(each, code, text)}
                if len(known) == 1:
                    found[code] = known.pop()
                    break
        return found

    def _is_masked(self, row: ReadRow) -> bool:
        return any("*" in row.cells.get(code, "") for code in self._masks)

    def _fits(self, person: Person, code: str, text: str) -> bool:
        return bool(person.get(code)) and self._masks[code](person[code]) == text

    def _load(self, fields: Sequence[Field], unit_ids: list[int], round: CollectionRound | None) -> None:
        terms = Administratorship.objects.in_office().filter(unit_id__in=unit_ids)
        for term in terms if self._registered else ():
            self._people[term.unit_id].append(
                {code: str(getattr(term, name, "") or "") for code, name in self._registered.items()}
            )
        for unit_id, personal in self._saved(unit_ids, round) if round else ():
            known: Person = personal if isinstance(personal, dict) else {}
            self._people[unit_id].append({code: str(known.get(code) or "") for code in self._masks})

    def _saved(self, unit_ids: list[int], round: CollectionRound) -> Iterable[tuple[int, object]]:
        rows = SubmissionRow.objects.filter(submission__unit_id__in=unit_ids)
        is_all_registered = len(self._registered) == len(self._masks)
        mine = rows.filter(submission__round=round)
        same_list = rows.filter(submission__round__field_list__code=round.field_list.code)
        return (mine if is_all_registered else same_list).values_list("submission__unit_id", "personal")


def mask_of(each: Field) -> Callable[[str | None], str] | None:
    """How a field is masked: by its type, or by what it means."""
    return MASKS.get(each.type) or MASKS.get(each.target.rpartition(".")[2].removeprefix("responsible_"))


def is_masked(each: Field, text: str) -> bool:
    """The text is a mask, which says nothing that could be stored."""
    return each.personal and bool(_MASKED.fullmatch(text))


def echo(each: Field | None, text: str) -> str:
    """What a report repeats of a cell, at most 40 characters: personal data loses its middle, what Excel has spoilt is shown."""
    mask = mask_of(each) if each and each.personal else None
    if mask and text and not is_spoilt(text) and "*" not in text:
        text = mask(text)
    return shortened(text)


def shortened(text: str) -> str:
    """At most 40 characters of it."""
    return text if len(text) <= LONGEST_ECHO else text[: LONGEST_ECHO - 1] + "…"


def is_spoilt(text: str) -> bool:
    """Excel has turned a long number into 1.38E+10; its digits are lost."""
    return bool(_SPOILT.fullmatch(text))


def spoilt_remedy() -> str:
    """What to do about 1.38E+10."""
    return _("像是科学计数法，请把该列设为文本后重填")
