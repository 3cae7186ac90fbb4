"""全部、高校、市县、其它: the four views of the units directly below a province, as the weekly page and bulletins know them. Pure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from orgs.choices import Kind, Line

ALL, UNIVERSITY, TERRITORY, OTHER = "all", "university", "territory", "other"
SCOPES = (ALL, UNIVERSITY, TERRITORY, OTHER)
NAMES = {UNIVERSITY: _("高校"), TERRITORY: _("市县"), OTHER: _("其它直属单位")}


def belongs(kind: str, line: str, scope: str) -> bool:
    """Whether a direct unit of that kind and line belongs to 全部, 高校, 市县 or 其它."""
    if scope == ALL:
        return True
    if kind in {Kind.PREFECTURE, Kind.COUNTY}:
        return scope == TERRITORY
    return scope == (UNIVERSITY if line == Line.UNIVERSITY else OTHER)
