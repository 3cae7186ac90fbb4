"""What of the units directly below a committee a page or a bulletin is about. Pure.

全部、高校、市县、其它 are the four views that the weekly page and bulletins know; the weekly page narrows them by 战线 and 类型.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from orgs.choices import Kind, Line

if TYPE_CHECKING:
    from collections.abc import Mapping

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


@dataclass(frozen=True, slots=True)
class Scope:
    """One of the four views, narrowed to a line (战线) and a kind (类型) where they are chosen."""

    view: str = ALL
    line: str = ""
    kind: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str]) -> Self:
        """As an address asks for it (`scope`, `line`, `kind`); a wrong word narrows nothing."""
        view, line, kind = (params.get(name, "") for name in ("scope", "line", "kind"))
        return cls(
            view if view in SCOPES else ALL,
            line if line in Line.values else "",
            kind if kind in Kind.values else "",
        )

    @classmethod
    def remembered(cls, text: str) -> Self:
        """As `text` wrote it down."""
        words = dict(zip(("scope", "line", "kind"), text.split("."), strict=False))
        return cls.of(words)

    @property
    def text(self) -> str:
        """In one word, to be remembered."""
        return ".".join((self.view, self.line, self.kind)).rstrip(".")

    def holds(self, kind: str, line: str) -> bool:
        """Whether a direct unit of that kind and line is in it."""
        return (
            belongs(kind, line, self.view)
            and (not self.line or line == self.line)
            and (not self.kind or kind == self.kind)
        )

    def seen_as(self, view: str) -> Self:
        """Another of the four views, narrowed as this one."""
        return replace(self, view=view)

    @property
    def is_all(self) -> bool:
        """Every unit directly below."""
        return not self.is_narrowed and self.view == ALL

    @property
    def is_narrowed(self) -> bool:
        """By line or kind: more than a bulletin knows."""
        return bool(self.line or self.kind)

    @property
    def query(self) -> str:
        """Parameters of an address, without the question mark."""
        narrowed = [(name, value) for name, value in (("line", self.line), ("kind", self.kind)) if value]
        return urlencode([("scope", self.view), *narrowed])

    @property
    def words(self) -> str:
        """市县，战线：农村，类型：县级团委; "" for everything."""
        parts = [str(NAMES[self.view])] if self.view != ALL else []
        parts += [str(_("战线：%(line)s") % {"line": Line(self.line).label})] if self.line else []
        parts += [str(_("类型：%(kind)s") % {"kind": Kind(self.kind).label})] if self.kind else []
        return "，".join(parts)
