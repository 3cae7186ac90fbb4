"""Units that are founded, moved and closed at awkward times; lft/rght are nonsense on purpose: nobody may lean on them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import OrgUnit, UnitVersion, User

KINDS = "village class_branch township college university county student_body middle_school enterprise brand_project"
LONG_AGO = datetime(2026, 10, 6, 8, 0, tzinfo=clock.SHANGHAI)


class RandomTree:
    """Draws deterministically from a seed; `units` are the new ones, below the province or below each other."""

    def __init__(self, week: Week, seed: int, n_units: int = 40) -> None:
        self.week, self.random, self.n_units = week, Random(seed), n_units  # noqa: S311 - made-up data
        tick = timedelta(microseconds=1)
        self.edges = [week.starts_at, week.ends_at, week.starts_at - tick, week.ends_at - tick]
        self.user = User.objects.order_by("pk").first()
        self.tag = f"r{seed}-"

    def moment(self) -> datetime:
        """Long ago, in the week, after it, or exactly at one of its edges."""
        if self.random.random() < 0.3:
            return self.random.choice(self.edges)
        days = self.random.choice([-20, -9, -3, 0, 1, 2, 3, 5, 6, 8, 12])
        return self.week.starts_at + timedelta(days=days, minutes=self.random.randrange(1440))

    def history(self, n: int) -> list[datetime]:
        return sorted({LONG_AGO, *(self.moment() for _ in range(self.random.randrange(n)))})

    def maybe(self, value: int | None, chance: float = 0.7) -> int | None:
        return value if self.random.random() < chance else None

    def unit(self) -> int:
        return self.random.choice(self.units)

    def _units(self):
        rows = OrgUnit.objects.bulk_create(
            OrgUnit(
                code=f"{self.tag}{n}",
                kind_id=self.random.choice(KINDS.split()),
                name=f"单位{n}，第“{n}”号|,",
                lft=1,
                rght=2,
                tree_id=900_000 + n,
                depth=0,
                position=self.random.randrange(9),
            )
            for n in range(self.n_units)
        )
        self.units = [row.pk for row in rows]
        province = OrgUnit.objects.get(code="hi").pk
        self.kinds = {row.pk: row.kind_id for row in rows}
        self.parent, self.open, self.versions = {}, set(), {row.pk: [] for row in rows}
        for n, row in enumerate(rows):
            self.parent[row.pk] = province if n < 4 else self.random.choice(self.units[:n])
            self.open.add(row.pk)
            self._version(row.pk, LONG_AGO)
        for at in sorted(self.moment() for _ in range(self.n_units)):
            self._change_tree(self.unit(), at)
        UnitVersion.objects.bulk_create(version for found in self.versions.values() for version in found)

    def _version(self, unit, at):
        found = self.versions[unit]
        if found and found[-1].valid_from == at:
            found.pop()
        elif found:
            found[-1].valid_to = at
        found.append(
            UnitVersion(
                unit_id=unit,
                parent_id=self.parent[unit],
                kind_id=self.kinds[unit],
                code=f"{self.tag}{unit}",
                name=f"名称{self.random.randrange(99)}",
                line="rural",
                position=self.random.randrange(9),
                is_open=unit in self.open,
                valid_from=at,
            )
        )

    def _change_tree(self, unit, at):
        if unit not in self.open:
            return
        below = self._below(unit)
        choice = self.random.choice(["rename", "move", "close", "close"])
        if choice == "close":
            for each in below:
                self.open.discard(each)
                self._version(each, at)
        elif choice == "move":
            targets = [each for each in self.units if each in self.open and each not in below]
            if targets:
                self.parent[unit] = self.random.choice(targets)
            self._version(unit, at)
        else:
            self._version(unit, at)

    def _below(self, unit):
        found = [unit]
        for each in found:
            found += [child for child in self.units if self.parent[child] == each and child in self.open]
        return found

    def _chain(self, model, key, facts, n=4, ends=0.2):
        times = self.history(n)
        rows = [
            model(**key, **facts(), valid_from=at, valid_to=until)
            for at, until in zip(times, [*times[1:], None], strict=True)
        ]
        if self.random.random() < ends:
            end = self.moment()
            if end > rows[-1].valid_from:
                rows[-1].valid_to = end
        return rows
