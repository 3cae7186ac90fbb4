"""A file of a known shape: read, and everything wrong in its form found at once. Packs and schemes are read with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import yaml_text
from orgs.kernel.shapes import Findings, Problem

if TYPE_CHECKING:
    from orgs.kernel.shapes import Shape


def findings_of(text: str, shape: Shape) -> Findings:
    """The document of a YAML text, with every problem of its form: keys that stand twice, and what the shape refuses.

    A text that is no YAML at all has that one problem.
    """
    try:
        document = yaml_text.read(text)
    except yaml_text.NotYaml as error:
        return Findings(yaml_text.Document(), [Problem(error.line, "", error.text)])
    findings = Findings(document)
    for key in document.repeated:
        findings.add(key, _("这个键写了两次，请删去一个。"))
    shape.check(document.value, "", findings)
    return findings


def in_order(findings: Findings) -> list[Problem]:
    """The problems by line."""
    return sorted(findings.problems, key=lambda each: each.line)
