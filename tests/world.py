"""The small province every test may lean on, built once per session and never changed by a committed transaction.

团中央
海南 (province)
├── 琼海市 ── 会山镇 ── 加略村、中酒村
│         └── 阳江镇 ── 红星村
├── 万宁市 ── 兴隆镇 ── 南林村
├── 海南大学 ── 法学院 ── 法学2012级1班、法学2012级2班、法学2013级1班
│           └── 旅游学院 ── 旅游2012级1班
├── 琼州学院 ── 理工学院 ── 数学2012级1班          (the neighbour: its data must never cross)
└── 青年志愿者协会 (affiliated body)
安徽 (another province) ── 安庆市 ── 枞阳县
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from orgs.choices import Kind, Line, Measure
from orgs.kernel import clock
from orgs.models import OrgUnit, UnitBase, UnitBaseVersion, UnitVersion
from orgs.operations import search_blocks
from orgs.operations.reference import load_reference

BUILT_AT = datetime(2026, 10, 5, 9, 0, tzinfo=clock.SHANGHAI)
TODAY = datetime(2026, 11, 18, 10, 0, tzinfo=clock.SHANGHAI)  # a Wednesday; the last closed week is 2026-W46

U, S, R, T = Line.UNIVERSITY, Line.SCHOOL, Line.RURAL, Line.TERRITORY
# code, parent code, kind, name, line, intake year, members
UNITS: tuple[tuple[str, str | None, str, str, str, int | None, int | None], ...] = (
    ("cn", None, Kind.NATIONAL, "团中央", T, None, None),
    ("hi", None, Kind.PROVINCE, "共青团海南省委", T, None, None),
    ("qh", "hi", Kind.COUNTY, "共青团琼海市委", T, None, None),
    ("qh-hs", "qh", Kind.TOWNSHIP, "会山镇团委", R, None, None),
    ("qh-hs-jl", "qh-hs", Kind.VILLAGE, "加略村团支部", R, None, 40),
    ("qh-hs-zj", "qh-hs", Kind.VILLAGE, "中酒村团支部", R, None, 60),
    ("qh-yj", "qh", Kind.TOWNSHIP, "阳江镇团委", R, None, None),
    ("qh-yj-hx", "qh-yj", Kind.VILLAGE, "红星村团支部", R, None, 50),
    ("wn", "hi", Kind.COUNTY, "共青团万宁市委", T, None, None),
    ("wn-xl", "wn", Kind.TOWNSHIP, "兴隆镇团委", R, None, None),
    ("wn-xl-nl", "wn-xl", Kind.VILLAGE, "南林村团支部", R, None, 30),
    ("hnu", "hi", Kind.UNIVERSITY, "海南大学团委", U, None, None),
    ("hnu-law", "hnu", Kind.COLLEGE, "法学院团委", U, None, None),
    ("hnu-law-1201", "hnu-law", Kind.CLASS_BRANCH, "法学2012级1班团支部", U, 2012, 43),
    ("hnu-law-1202", "hnu-law", Kind.CLASS_BRANCH, "法学2012级2班团支部", U, 2012, 45),
    ("hnu-law-1301", "hnu-law", Kind.CLASS_BRANCH, "法学2013级1班团支部", U, 2013, 48),
    ("hnu-tour", "hnu", Kind.COLLEGE, "旅游学院团委", U, None, None),
    ("hnu-tour-1201", "hnu-tour", Kind.CLASS_BRANCH, "旅游2012级1班团支部", U, 2012, 38),
    ("qzu", "hi", Kind.UNIVERSITY, "琼州学院团委", U, None, None),
    ("qzu-sci", "qzu", Kind.COLLEGE, "理工学院团委", U, None, None),
    ("qzu-sci-1201", "qzu-sci", Kind.CLASS_BRANCH, "数学2012级1班团支部", U, 2012, 41),
    ("vol", "hi", Kind.AFFILIATED_BODY, "青年志愿者协会", Line.DIRECT, None, None),
    ("ah", None, Kind.PROVINCE, "共青团安徽省委", T, None, None),
    ("aq", "ah", Kind.PREFECTURE, "共青团安庆市委", T, None, None),
    ("aq-zy", "aq", Kind.COUNTY, "共青团枞阳县委", T, None, None),
)


@dataclass(slots=True)
class World:
    """Units by code; `world["hnu"]` reads the row afresh, so that lft/rght are never stale."""

    ids: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, code: str) -> OrgUnit:
        return OrgUnit.objects.get(pk=self.ids[code])


def build() -> World:
    """Reference data and the small province; in a database that has it already, just its ids."""
    load_reference()
    world = World()
    with clock.frozen(BUILT_AT):
        for position, row in enumerate(UNITS):
            world.ids[row[0]] = _unit(position, row, world)
    search_blocks.repair()
    return world


def build_ids() -> World:
    """The ids of a world that is already in the database."""
    return World(dict(OrgUnit.objects.values_list("code", "pk")))


def _unit(position: int, row: tuple, world: World) -> int:
    code, parent, kind, name, line, intake_year, members = row
    known = OrgUnit.objects.filter(code=code).first()
    if known:
        return known.pk
    unit = OrgUnit.objects.create(
        code=code,
        parent=OrgUnit.objects.get(pk=world.ids[parent]) if parent else None,
        kind_id=kind,
        name=name,
        line=line,
        intake_year=intake_year,
        position=position,
        search_key=f"{name} {code}",
        opened_on=BUILT_AT.date(),
    )
    UnitVersion.objects.create(
        unit=unit,
        valid_from=BUILT_AT,
        **{fact: getattr(unit, fact) for fact in UnitVersion.FACTS},
    )
    if members:
        base = {"count": members, "year": 2026, "source": "团支部名册"}
        UnitBase.objects.create(unit=unit, measure=Measure.MEMBERS, recorded_at=BUILT_AT, **base)
        UnitBaseVersion.objects.create(unit=unit, measure=Measure.MEMBERS, valid_from=BUILT_AT, **base)
    return unit.pk
