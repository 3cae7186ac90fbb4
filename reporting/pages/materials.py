"""What the pages of 内容供给 show: the library by category, what is copied, the list as a file (RUR-4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.operations.exporting import FileTable
from reporting.choices import MaterialKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import User
    from orgs.operations.exporting import Cell
    from reporting.models import Material
    from reporting.querysets.notices import MaterialQuerySet

OWN = "own"
LONGEST_QUERY = 60

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for; a wrong value filters nothing."""

    kind: str = ""
    box: str = ""
    text: str = ""

    @classmethod
    def of(cls, kind: str, box: str, text: str) -> Filter:
        known = kind if kind in MaterialKind.values else ""
        return cls(known, box if box == OWN else "", text.strip()[:LONGEST_QUERY])

    def apply(self, materials: MaterialQuerySet, user: User) -> MaterialQuerySet:
        """Of the category and with the words; withdrawn ones only among what the own unit provides."""
        if self.kind:
            materials = materials.filter(kind=self.kind)
        if self.box == OWN:
            materials = materials.filter(unit_id__in=user.units_in_charge().own_unit_ids())
        else:
            materials = materials.in_force()
        return materials.matching(self.text)

    @property
    def is_set(self) -> bool:
        return self != Filter()

    def chips(self, *, may_write: bool) -> list[tuple[str, list[Chip]]]:
        """Rows of chips with what they are about: text, address, chosen."""
        kinds = [("", _("全部类别")), *((each.value, str(each.label)) for each in MaterialKind)]
        rows = [
            (_("类别"), [(word, replace(self, kind=key).address(), key == self.kind) for key, word in kinds])
        ]
        if may_write:
            boxes = [("", _("全部单位")), (OWN, _("本单位提供的"))]
            sides = [(word, replace(self, box=key).address(), key == self.box) for key, word in boxes]
            rows.append((_("提供单位"), sides))
        return rows

    def hidden(self) -> list[tuple[str, str]]:
        """What goes along when words are looked for."""
        return [(name, value) for name, value in (("kind", self.kind), ("box", self.box)) if value]

    def address(self) -> str:
        pairs = (("kind", self.kind), ("box", self.box), ("q", self.text))
        return "?" + urlencode([(name, value) for name, value in pairs if value])


def passed_on(material: Material) -> str:
    """What is copied into a group: the text and the address of the original."""
    return "\n".join(part for part in (material.text, material.link) if part)


def table(materials: Iterable[Material]) -> FileTable:
    """The library as a file."""
    labels = [_("类别"), _("标题"), _("内容"), _("链接"), _("提供单位"), _("发布日期"), _("状态")]
    rows: list[list[Cell]] = [
        [
            each.get_kind_display(),
            each.title,
            each.text,
            each.link or None,
            each.unit.name,
            f"{clock.local(each.published_at):%Y-%m-%d}",
            _("已撤回") if each.withdrawn_at else _("已发布"),
        ]
        for each in materials
    ]
    return FileTable.listed(_("内容供给%(day)s") % {"day": f"{clock.today():%Y%m%d}"}, labels, rows)
