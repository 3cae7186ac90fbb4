"""The units of the demo: Hainan's cities, counties and universities, Anqing down to the villages as of 2014."""

from __future__ import annotations

import csv
import lzma
import re
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from config.demo_data.chance import chance
from orgs.choices import Kind
from orgs.excel.tree_import import UnitRow

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

DIVISIONS = Path(settings.BASE_DIR) / "fixtures" / "divisions"
HAINAN = "46"
NATION = DIVISIONS / "national_villages.csv.xz"
SANYA_DISTRICTS = {"460202", "460203", "460204", "460205"}
# Divisions that 2013 did not have, and under what stood what hangs below them: a placeholder for "directly under the
# province", the county of the same name below 儋州, and districts of 三亚 set up in 2014.
INSTEAD = {"4690": HAINAN, "460400": "4604"} | dict.fromkeys(SANYA_DISTRICTS, "4602")
INVITED_UNIT = "46-U01-09-1302"  # 信息科学技术2013级2班团支部 has no secretary yet
INTAKES = (2011, 2012, 2013)
SHORT_MAJOR = 4  # 法学院2012级1班, but 信息科学技术2012级1班
OTHER_COLLEGES = ("经济管理系", "信息技术系", "外语系", "艺术系")
# 其它直属、团属组织、品牌项目 (SUP-1.1)
BESIDE = (
    ("46-D1", Kind.AFFILIATED_UNIT, "海南省直机关团工委"),
    ("46-B1", Kind.AFFILIATED_BODY, "海南省青年联合会"),
    ("46-B2", Kind.AFFILIATED_BODY, "海南省青年企业家协会"),
    ("46-P1", Kind.BRAND_PROJECT, "青年文明号"),
    ("46-P2", Kind.BRAND_PROJECT, "青年志愿者行动"),
    ("46-P3", Kind.BRAND_PROJECT, "12355青少年服务台"),
)
_SETTLEMENT = re.compile(r"(社区居民委员会|社区居委会|居民委员会|居委会|村民委员会|村委会)$")


def small() -> list[UnitRow]:
    """The national office, Hainan and Anhui with Anqing: about 3,700 units."""
    rows = [UnitRow("00", "", "共青团中央", Kind.NATIONAL)]
    for each in (_hainan(), _universities(), _anqing()):
        rows += each
    return [_placed(row, position) for position, row in enumerate(rows)]


def large(present: Container[str], divisions: Path = NATION) -> Iterator[UnitRow]:
    """The national divisions down to the villages whose codes are not `present` yet: what stands already stays as it is.

    Without the six that 2013 did not have; what hangs below one of them in the file hangs where the demo has it. Where
    two below one superior would come to the same name (干河沟社区居民委员会, 干河沟社区居委会), the later keeps its own (T8).
    """
    taken: set[tuple[str, str]] = set()
    with lzma.open(divisions, "rt", encoding="utf-8", newline="") as file:
        for position, row in enumerate(csv.DictReader(file)):
            if row["code"] not in present and row["code"] not in INSTEAD:
                unit = _placed(_division(row, _superior(row)), position)
                own = (unit.name, f"{unit.short_name}团支部", f"{unit.short_name}第二团支部")
                unit.name = next(name for name in own if (unit.parent_code, name) not in taken)
                taken.add((unit.parent_code, unit.name))
                yield unit


def _read(name: str) -> list[dict[str, str]]:
    with (DIVISIONS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _hainan() -> Iterator[UnitRow]:
    kinds = {row["code"]: row["kind"] for row in _read("hainan_shixian_flat.csv")}
    for row in _read("hainan.csv"):
        code = row["code"]
        if code in INSTEAD:
            continue
        parent = _superior(row)
        if code in kinds:
            # 儋州 was a county-level city directly under the province in 2013
            kind = Kind.PREFECTURE if kinds[code] == "prefecture" and code != "4604" else Kind.COUNTY
            yield UnitRow(code, parent, _committee(row["name"]), kind)
        else:
            yield _division(row, parent)
            if row["level"] == "township":
                yield from _town_branches(code, row["name"])
    for code, kind, name in BESIDE:
        yield UnitRow(code, HAINAN, name, kind)


def _superior(row: dict[str, str]) -> str:
    return INSTEAD.get(row["parent_code"], row["parent_code"])


def _town_branches(code: str, name: str) -> Iterator[UnitRow]:
    """大团委 directly affiliated branches of a township; made up."""
    for serial, label in enumerate(("机关团支部", "青年创业团支部"), 1):
        yield UnitRow(f"{code}Z{serial}", code, f"{name}{label}", Kind.AFFILIATED_UNIT)


def _universities() -> Iterator[UnitRow]:
    colleges: dict[str, list[str]] = {}
    for row in _read("hainan_colleges_2013.csv"):
        colleges.setdefault(row["hei"], []).append(row["college"])
    founded = [row for row in _read("hainan_heis_2013.csv") if row["in_2013_set"] in {"certain", "likely"}]
    for serial, row in enumerate(founded, 1):
        name, code = row["name_2013"], f"46-U{serial:02}"
        yield UnitRow(code, HAINAN, f"{name}团委", Kind.UNIVERSITY, short_name=name)
        n_classes = 2 if name in colleges else 1
        for n, college in enumerate(colleges.get(name, OTHER_COLLEGES), 1):
            yield UnitRow(f"{code}-{n:02}", code, f"{college}团委", Kind.COLLEGE)
            yield from _classes(f"{code}-{n:02}", college, n_classes)


def _classes(code: str, college: str, n_classes: int) -> Iterator[UnitRow]:
    major = re.sub(r"(（.*）)$", "", college)
    if len(major) > SHORT_MAJOR:
        major = re.sub(r"(学院|系|部)$", "", major)
    for intake in INTAKES:
        for n in range(1, n_classes + 1):
            name = f"{major}{intake}级{n}班团支部"
            yield UnitRow(f"{code}-{intake % 100}{n:02}", code, name, Kind.CLASS_BRANCH, intake_year=intake)


def _anqing() -> Iterator[UnitRow]:
    for row in _read("anhui_anqing.csv"):
        yield _division(row)
    for row in _read("anqing_2014_extra_zongyang.csv"):
        # 枞阳 belonged to Anqing until 2016
        yield _division(row, "3408" if row["parent_code"] == "3407" else row["parent_code"])


def _division(row: dict[str, str], parent: str | None = None) -> UnitRow:
    kind = {"city": Kind.PREFECTURE}.get(row["level"], row["level"])
    name = row["name"]
    if kind == Kind.VILLAGE:
        named = _SETTLEMENT.sub(
            lambda found: "社区" if "社区" in found[1] or "居" in found[1] else "村", name
        )
        full = f"{named.replace('村村', '村')}团支部"
    elif kind == Kind.TOWNSHIP:
        full = f"{name}团委"
    else:
        full = _committee(name)
    return UnitRow(row["code"], row["parent_code"] if parent is None else parent, full, kind, short_name=name)


def _committee(name: str) -> str:
    return f"共青团{name}委" if name.endswith(("省", "市", "县", "区")) else f"共青团{name}委员会"


def _placed(row: UnitRow, position: int) -> UnitRow:
    return UnitRow(row.code, row.parent_code, row.name, row.kind, row.short_name, row.intake_year, position)


def members_of(code: str) -> int:
    """The made-up number of members of a branch."""
    return chance("members", code).randint(26, 54)


def codes(rows: Iterable[UnitRow], *kinds: str) -> list[str]:
    """Codes of the units of these kinds, in file order."""
    return [row.code for row in rows if row.kind in kinds]
