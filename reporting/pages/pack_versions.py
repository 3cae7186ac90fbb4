"""The versions of a campaign: the list, the text of one, and what differs between two."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reporting.models import Campaign, CampaignVersion

AROUND = 3
MANY_LINES = (
    1_000  # beyond, lines that repeat all over the text are no anchors: else one comparison takes minutes
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a text, or of two compared: `sign` is + for new, - for what is gone, "" for both, … for what is left out."""

    sign: str
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version, alone or beside the one before it."""

    version: CampaignVersion
    before: CampaignVersion | None
    others: list[CampaignVersion]
    rows: list[Row]

    @property
    def n_added(self) -> int:
        return sum(row.sign == "+" for row in self.rows)

    @property
    def n_removed(self) -> int:
        return sum(row.sign == "-" for row in self.rows)


def read(campaign: Campaign, number: int, against: int | None) -> VersionPage:
    """Two statements. Raises Http404 for a number there is no version of."""
    versions = list(campaign.versions.defer("source").select_related("loaded_by").order_by("-number"))
    known = {each.number: each for each in versions}
    if number not in known or (against is not None and against not in known):
        raise Http404
    wanted = [each for each in (number, against) if each is not None]
    texts = dict(campaign.versions.filter(number__in=wanted).values_list("number", "source"))
    before = known[against] if against is not None else None
    new = texts[number].splitlines()
    rows = [Row("", None, n, text) for n, text in enumerate(new, 1)]
    if against is not None:
        rows = list(_compared(texts[against].splitlines(), new))
    return VersionPage(known[number], before, [each for each in versions if each.number != number], rows)


def _compared(old: list[str], new: list[str]) -> Iterator[Row]:
    """What is gone and what is new, with a few lines around."""
    is_long = max(len(old), len(new)) > MANY_LINES
    groups = difflib.SequenceMatcher(None, old, new, autojunk=is_long).get_grouped_opcodes(AROUND)
    for n, group in enumerate(groups):
        if n:
            yield Row("…", None, None, "")
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                for i, j in zip(range(old_from, old_to), range(new_from, new_to), strict=True):
                    yield Row("", i + 1, j + 1, new[j])
                continue
            for i in range(old_from, old_to):
                yield Row("-", i + 1, None, old[i])
            for j in range(new_from, new_to):
                yield Row("+", None, j + 1, new[j])
