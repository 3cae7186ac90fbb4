"""Masked numbers in an uploaded annex: an unchanged one means "keep what is registered"; refused values are echoed masked."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.masks import MASKS
from accounts.models import Administratorship
from orgs.kernel.crypto import mask_id, mask_mobile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from accounts.excel.collection_reading import ReadRow
    from accounts.field_lists import Field

_PERSONAL = frozenset({"admin_wechat", "admin_qq", "admin_mobile"})
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
CHUNK = 500  # units of one statement: SQLite takes a limited number of variables


class Unmasker:
    """Full numbers for the masked cells of a file, from the registry of the same unit; two statements per 500 units."""

    def __init__(self, fields: Sequence[Field], by_unit: Mapping[int, Sequence[ReadRow]]) -> None:
        self._known: dict[tuple[int, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        masked = [
            unit_id
            for unit_id, rows in by_unit.items()
            if any("*" in row.cells.get(each.code, "") for row in rows for each in fields if each.personal)
        ]
        wanted = [each for each in fields if each.personal and each.type in MASKS]
        for at in range(0, len(masked), CHUNK):
            for term in Administratorship.objects.in_office().filter(unit_id__in=masked[at : at + CHUNK]):
                for each in wanted:
                    full = str(getattr(term, each.target.rpartition(".")[2], "") or "")
                    self._known[term.unit_id, each.code][MASKS[each.type](full)].add(full)

    def full(self, unit_id: int, each: Field, text: str) -> str:
        """The registered number behind a masked one if there is exactly one; else the text as it is."""
        if "*" not in text or not each.personal:
            return text
        found = self._known.get((unit_id, each.code), {}).get(text, set())
        return next(iter(found)) if len(found) == 1 else text


def echo(code: str, text: str) -> str:
    """What a report repeats of a cell: personal numbers lose their middle, what Excel has spoilt is shown."""
    if code not in _PERSONAL or not text or _SCIENTIFIC.fullmatch(text) or "*" in text:
        return text
    return mask_mobile(text) if code == "admin_mobile" and len(text) > 7 else mask_id(text)


def scientific(text: str) -> str:
    """The remedy for a number that Excel has turned into 1.38E+10."""
    if not _SCIENTIFIC.fullmatch(text):
        return ""
    return _("像是科学计数法，请把该列设为文本后重填")
