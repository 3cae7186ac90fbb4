"""What happened: events of the registry, daily records, spot checks."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import Account, RegistryEvent
from orgs.kernel import clock
from reporting.grading import grade
from reporting.models import DailyRecord, SpotCheck
from tests.reporting.registry.tree import RandomTree


class RandomFlows(RandomTree):
    """About channels that are there already."""

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
