"""What people write beside figures: one line, not too long, and no number that belongs to a person."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from reporting.exceptions import ReportingError

# A mobile however it is parted, a QQ number, an identity card: never in a text that others read.
NUMBER_OF_A_PERSON = re.compile(r"\d{5,}|1[3-9]\d[\s\-－]?\d{4}[\s\-－]?\d{4}")


# In longer texts figures and hotlines are welcome: only what can be nothing but a person's.
NUMBER_IN_PROSE = re.compile(r"\d{15,}|(?<!\d)1[3-9]\d[\s\-－]?\d{4}[\s\-－]?\d{4}(?!\d)")


def tidy(text: str) -> str:
    """One line, single spaces."""
    return " ".join(text.split())


def checked(text: str, *, label: str, longest: int) -> str:
    """The text in one line. Raises ReportingError where it is too long or holds a number of a person."""
    said = tidy(text)
    if len(said) > longest:
        raise ReportingError(_("%(label)s不能超过%(n)d个字，请删减。") % {"label": label, "n": longest})
    if NUMBER_OF_A_PERSON.search(said):
        raise ReportingError(
            _("%(label)s中不要写手机号、QQ号等个人信息，请删去后再提交。") % {"label": label}
        )
    return said


def checked_prose(text: str, *, label: str, longest: int) -> str:
    """A text of several lines. Raises ReportingError where it is too long or holds a mobile or an identity card."""
    said = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if len(said) > longest:
        raise ReportingError(_("%(label)s不能超过%(n)d个字，请删减。") % {"label": label, "n": longest})
    if NUMBER_IN_PROSE.search(said):
        raise ReportingError(
            _("%(label)s中不要写手机号、身份证号等个人信息，请删去后再提交。") % {"label": label}
        )
    return said
