"""What people write about a result: there, not too long, and no number that belongs to a person."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reporting.exceptions import ReportingError
from reporting.operations.texts import checked_prose
from scoring.exceptions import ReasonRequired, ScoringError


def said(text: str, *, label: str, longest: int) -> str:
    """The text as it is kept. Raises ReasonRequired where there is none, ScoringError where it can't stand so."""
    if not text.strip():
        raise ReasonRequired(_("请填写%(label)s。") % {"label": label})
    try:
        return checked_prose(text, label=label, longest=longest)
    except ReportingError as error:
        raise ScoringError(error.message) from error
