"""A made-up registry with a past: units that are founded, moved and closed, versions that begin and end at awkward times."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from accounts.models import (
    Account,
    AccountVersion,
    Administratorship,
    AdministratorshipVersion,
    CollectionRound,
    Expected,
    ExpectedVersion,
    FieldList,
    Group,
    GroupVersion,
    RegistryEvent,
    ReviewStep,
    RoundPhase,
    Submission,
)
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import OrgUnit, UnitBaseVersion, UnitVersion, User
from reporting.grading import grade
from reporting.models import DailyRecord, SpotCheck

KINDS = "village class_branch township college university county student_body middle_school enterprise brand_project"
GROUP_KINDS = "branch link project youth_link leaders away village_officials rural_youth"
PLATFORMS = "wechat_personal wechat_subscription weibo_sina app"
LONG_AGO = datetime(2026, 10, 6, 8, 0, tzinfo=clock.SHANGHAI)


class RandomRegistry:
    """Fills the database deterministically from a seed. lft/rght are nonsense on purpose: nobody may lean on them."""

    def __init__(self, week: Week, seed: int, n_units: int = 40) -> None:
        self.week, self.random, self.n_units = week, Random(seed), n_units  # noqa: S311 - made-up data
        tick = timedelta(microseconds=1)
        self.edges = [week.starts_at, week.ends_at, week.starts_at - tick, week.ends_at - tick]
        self.user = User.objects.order_by("pk").first()
        self.tag = f"r{seed}-"

    def build(self):
        self._units()
        self._bases()
        self._accounts()
        self._groups()
        self._administrators()
        self._events()
        self._forms()
        self._records()
        self._checks()

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

    # the tree as it changed

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

    # what stood in them

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

    def _bases(self):
        measures = [
            "members",
            "members",
            "members",
            "youth",
            "members_assessed",
            "members_reported",
            "organisations",
        ]
        rows = []
        for unit in self.units:
            for measure in set(self.random.sample(measures, self.random.randrange(5))):
                rows += self._chain(
                    UnitBaseVersion,
                    {"unit_id": unit, "measure": measure},
                    lambda: {"count": self.random.randrange(60), "year": 2026, "source": "名册"},
                    n=3,
                )
        UnitBaseVersion.objects.bulk_create(rows)

    def _accounts(self):
        self.accounts = Account.objects.bulk_create(
            Account(
                unit_id=self.unit(),
                platform_id="app",
                identifier=f"{self.tag}{n}",
                identifier_key=f"{self.tag}{n}",
            )
            for n in range(self.n_units)
        )
        AccountVersion.objects.bulk_create(
            version
            for account in self.accounts
            for version in self._chain(
                AccountVersion, {"account": account}, lambda a=account: self._account_facts(a.unit_id)
            )
        )

    def _account_facts(self, unit):
        return {
            "unit_id": unit if self.random.random() < 0.8 else self.unit(),
            "platform_id": self.random.choice(PLATFORMS.split()),
            "purpose": self.random.choice(["organisation", "organisation", "project"]),
            "status": self.random.choice(["open", "open", "open", "dormant", "closed", "planned"]),
            "contacts": self.maybe(self.random.randrange(90)),
            "own_members": self.maybe(self.random.randrange(60), 0.2),
            "declared_groups": self.maybe(self.random.randrange(4)),
        }

    def _groups(self):
        self.groups = Group.objects.bulk_create(
            Group(unit_id=self.unit(), kind="branch", platform_id="wechat_group", name=f"群{n}")
            for n in range(self.n_units)
        )
        GroupVersion.objects.bulk_create(
            version
            for group in self.groups
            for version in self._chain(
                GroupVersion, {"group": group}, lambda g=group: self._group_facts(g.unit_id)
            )
        )

    def _group_facts(self, unit):
        return {
            "unit_id": unit if self.random.random() < 0.8 else self.unit(),
            "kind": self.random.choice(GROUP_KINDS.split()),
            "platform_id": "wechat_group",
            "name": "群",
            "status": self.random.choice(["open", "open", "open", "dormant", "closed"]),
            "outstanding_members": self.maybe(self.random.choice([39, 40, 41])),
            "youth": self.maybe(self.random.randrange(30), 0.4),
        }

    def _administrators(self):
        self.terms = Administratorship.objects.bulk_create(
            Administratorship(unit_id=self.unit(), started_at=LONG_AGO) for _ in range(self.n_units // 2)
        )
        AdministratorshipVersion.objects.bulk_create(
            version
            for term in self.terms
            for version in self._chain(
                AdministratorshipVersion,
                {"administratorship": term},
                lambda t=term: {"unit_id": t.unit_id},
                n=2,
                ends=0.5,
            )
        )

    # what happened

    def _events(self):
        kinds = [
            "opened",
            "closed",
            "changed",
            "renamed",
            "transferred",
            "admin_replaced",
            "appointed",
            "restored",
        ]
        rows = []
        for _ in range(self.n_units * 3):
            thing = self.random.choice(
                [
                    {"account": self.random.choice(self.accounts[:9])},
                    {"group": self.random.choice(self.groups[:9])},
                    {"administratorship": self.random.choice(self.terms)},
                ]
            )
            unit = next(iter(thing.values())).unit_id if self.random.random() < 0.7 else self.unit()
            rows.append(
                RegistryEvent(unit_id=unit, kind=self.random.choice(kinds), at=self.moment(), **thing)
            )
        RegistryEvent.objects.bulk_create(rows)

    def _forms(self):
        for n in range(4):
            collection = CollectionRound.objects.create(
                title=f"收集{n}",
                is_standing=n == 3,
                field_list=FieldList.objects.first(),
                unit=OrgUnit.objects.get(code="hi"),
                opens_at=self.random.choice([LONG_AGO, LONG_AGO, self.moment()]),
                deadline_at=self.moment(),
                launched_by=self.user,
                launched_at=LONG_AGO,
                closed_at=self.random.choice([None, None, self.moment()]),
            )
            phases = [None, *(self._phase(collection, position) for position in (1, 2))]
            for unit in self.random.sample(self.units, self.n_units * 2 // 3):
                self._form(collection, unit, self.random.choice(phases))

    def _phase(self, collection, position):
        opens_at = self.moment()
        return RoundPhase.objects.create(
            round=collection,
            position=position,
            title=f"阶段{position}",
            opens_at=opens_at,
            deadline_at=opens_at + timedelta(days=3),
        )

    def _form(self, collection, unit, phase):
        expected = Expected.objects.create(
            round=collection, phase=phase, unit_id=unit, deadline_at=self.moment()
        )
        self._versions_of(expected)
        if self.random.random() < 0.3:
            return
        form = Submission.objects.create(round=collection, unit_id=unit)
        kinds = [
            self.random.choice(
                ["saved", "submitted", "returned", "returned", "approved", "undone", "withdrawn"]
            )
            for _ in range(self.random.randrange(5))
        ]
        is_final = self.random.random() < 0.4
        kinds += ["approved"] if is_final else []
        times = sorted(self.moment() for _ in kinds)
        ReviewStep.objects.bulk_create(
            ReviewStep(
                submission=form, kind=kind, unit_id=unit, at=at, is_final=is_final and n == len(kinds) - 1
            )
            for n, (kind, at) in enumerate(zip(kinds, times, strict=True))
        )

    def _versions_of(self, expected):
        """Expected from the launch or from later on, until a deadline that may move, exempt at some time or never."""
        begins = self.random.choice([LONG_AGO, LONG_AGO, self.moment()])
        turns = sorted({begins, *(self.moment() for _ in range(self.random.randrange(3)))})
        turns = [turn for turn in turns if turn >= begins]
        for n, turn in enumerate(turns):
            ExpectedVersion.objects.create(
                expected=expected,
                deadline_at=self.moment() if n else expected.deadline_at,
                is_due=self.random.random() < 0.8,
                valid_from=turn,
                valid_to=turns[n + 1] if n + 1 < len(turns) else None,
            )

    def _records(self):
        rows = []
        for group in self.groups:
            diligent = self.random.random() < 0.5
            for n in range(-2, 9):
                day = self.week.starts_on + timedelta(days=n)
                at = clock.day_start(day) + timedelta(hours=20)
                if diligent or self.random.random() < 0.3:
                    rows.append(self._record(group, day, at if diligent else self.moment()))
        rows += [self._record(account, self.week.starts_on, self.moment()) for account in self.accounts[:20]]
        DailyRecord.objects.bulk_create(rows)

    def _record(self, channel, day, at):
        key = {"account" if isinstance(channel, Account) else "group": channel}
        posts = self.random.choice([0, 1, 2, 5]) if self.random.random() < 0.3 else 3
        return DailyRecord(unit_id=channel.unit_id, day=day, posts=posts, recorded_at=at, **key)

    def _checks(self):
        rows = []
        for n in range(self.n_units * 2):
            checked_at = self.moment()
            days_late = self.random.choice([1, 1, 1, 1, 2, 5, 9])
            posts = self.random.choice([0, 1, 2, 2, 2, 3, 7, 12])
            rows.append(
                SpotCheck(
                    unit_id=self.unit(),
                    direct_unit_id=self.random.choice(self.units[:4]),
                    draw=self.random.choice(["", f"d{n // 6}"]),
                    kind=self.random.choice(["posts", "posts", "posts", "phone"]),
                    counted_on=clock.local(checked_at).date() - timedelta(days=days_late),
                    posts=posts,
                    grade=grade(posts),
                    checked_at=checked_at,
                    checked_by=self.user,
                    voided_at=self.random.choice([None, None, self.moment()]),
                )
            )
        SpotCheck.objects.bulk_create(rows)
