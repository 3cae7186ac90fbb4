"""What becomes of assessment sheets when their unit is moved, merged or closed: nothing; the preview says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel.counting import counts
from orgs.operations.upper import Effect, Verb
from scoring.choices import SheetState
from scoring.models import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.operations.upper import Change

NOTES = {
    Verb.MOVE: gettext_lazy("随团组织调整，已打的分不变"),
    Verb.MERGE: gettext_lazy("留在原团组织名下，已打的分不变"),
    Verb.CLOSE: gettext_lazy("保留，已打的分不变"),
    Verb.KIND: gettext_lazy("已打的分不变；已开的表仍按原来的类型"),
    Verb.RENAME: gettext_lazy("已打的分不变，表上用新名称；已定稿的不变"),
    Verb.REOPEN: gettext_lazy("不变"),
}


def preview(change: Change) -> list[Effect]:
    """Sheets that were not finalised, and those that were: of everything below a moved unit, else of the units themselves."""
    verb = Verb(change.verb)
    sheets = (
        Sheet.objects.within(change.scope)
        if verb == Verb.MOVE
        else Sheet.objects.filter(unit_id__in=change.unit_ids)
    )
    n = counts(final=sheets.filter(state=SheetState.FINAL), open=sheets.exclude(state=SheetState.FINAL))
    return [
        Effect(_("考评表（未定稿）"), n["open"], str(NOTES[verb])),
        Effect(_("考评表（已定稿）"), n["final"], _("不变")),
    ]


def happened(unit_ids: Sequence[int]) -> list[Effect]:
    """Sheets of these units."""
    return [Effect(_("考评表"), Sheet.objects.filter(unit_id__in=unit_ids).count())]
