"""Coverage as a text: the rate with what qualifies it, or the word for what is missing. For pages, bulletins and files. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel.numbers import percent_of
from reporting.coverage import CoverageState

if TYPE_CHECKING:
    from reporting.coverage import Coverage


def state_text(coverage: Coverage) -> str:
    """The rate, or the word for what is missing; where a flag beside it says what qualifies it."""
    words = {
        CoverageState.NONE: _("不适用"),
        CoverageState.UNREPORTED: _("未报"),
        CoverageState.NO_BASE: _("底数缺"),
    }
    return words.get(coverage.state) or percent_of(coverage.share)


def rate_text(coverage: Coverage) -> str:
    """The rate with 需核实 or 暂定, or the word for what is missing: where there is nothing but the text."""
    shown = state_text(coverage)
    if coverage.is_over:
        return _("%(rate)s（需核实）") % {"rate": shown}
    return _("%(rate)s（暂定）") % {"rate": shown} if coverage.is_provisional else shown
