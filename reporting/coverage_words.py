"""Coverage as a text: the rate with what qualifies it, or the word for what is missing. For pages, bulletins and files. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel.numbers import percent_of
from reporting.coverage import CoverageState

if TYPE_CHECKING:
    from reporting.coverage import Coverage

_WORDS = {
    CoverageState.NONE: gettext_lazy("不适用"),
    CoverageState.UNREPORTED: gettext_lazy("未报"),
    CoverageState.NO_BASE: gettext_lazy("底数缺"),
}


def state_text(coverage: Coverage) -> str:
    """The rate, or the word for what is missing; where a flag beside it says what qualifies it."""
    word = _WORDS.get(coverage.state)
    return str(word) if word else percent_of(coverage.share)


def rate_text(coverage: Coverage) -> str:
    """The rate with 需核实 or 暂定, or the word for what is missing: where there is nothing but the text."""
    shown = state_text(coverage)
    if coverage.is_over:
        return _("%(rate)s（需核实）") % {"rate": shown}
    return _("%(rate)s（暂定）") % {"rate": shown} if coverage.is_provisional else shown
