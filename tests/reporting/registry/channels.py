"""Bases, accounts, groups and administrators with their versions."""

from __future__ import annotations

from accounts.models import (
    Account,
    AccountVersion,
    Administratorship,
    AdministratorshipVersion,
    Group,
    GroupVersion,
)
from orgs.models import UnitBaseVersion
from tests.reporting.registry.tree import LONG_AGO, RandomTree

MEASURES = "members members members youth members_assessed members_reported organisations cadres cadres_account cadres_in_touch"
GROUP_KINDS = "branch link project youth_link leaders away village_officials rural_youth"
PLATFORMS = "wechat_personal wechat_subscription weibo_sina app"


class RandomChannels(RandomTree):
    """What stood in the units."""

    def _bases(self):
        measures = MEASURES.split()
        rows = []
        for unit in self.units:
            for measure in sorted(set(self.random.sample(measures, self.random.randrange(8)))):
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
            "follows_superior": self.random.choice([True, True, False, None]),
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
            Administratorship(unit_id=self.unit(), started_at=LONG_AGO) for _ in range(self.n_units)
        )
        AdministratorshipVersion.objects.bulk_create(
            version
            for term in self.terms
            for version in self._chain(
                AdministratorshipVersion,
                {"administratorship": term},
                lambda t=term: self._term_facts(t.unit_id),
                n=2,
                ends=0.5,
            )
        )

    def _term_facts(self, unit):
        """A few persons for many terms; of some no mobile is known."""
        person = self.random.randrange(self.n_units // 3 + 1)
        return {
            "unit_id": unit if self.random.random() < 0.9 else self.unit(),
            "person_key": f"{self.tag}p{person}" if self.random.random() < 0.8 else "",
        }
