"""Accounts, groups and administrators as they stood at Sunday 24:00."""

from __future__ import annotations

from collections import Counter, defaultdict

from accounts.models import AccountVersion, AdministratorshipVersion, GroupVersion, Platform
from tests.reporting.oracle.placement import Placement

MEMBER_FACING = {"branch", "youth_link"}
LINK = {"link", "rural_youth"}
DEDICATED = {"leaders", "away", "village_officials"}


class Stocks(Placement):
    """What the registry held."""

    def _accounts_and_groups(self):
        platforms = {platform.code: platform.kind for platform in Platform.objects.all()}
        accounts, groups = defaultdict(list), defaultdict(list)
        for version in self.standing(AccountVersion):
            accounts[version.unit_id].append(version)
        for version in self.standing(GroupVersion):
            groups[version.unit_id].append(version)
        in_use = [version for each in (*accounts.values(), *groups.values()) for version in each]
        self.reported_registry = {v.unit_id for v in in_use if v.status in {"open", "dormant"}}
        for unit in self.placed:
            if self.is_open(unit):
                self._stock(unit, accounts[unit], groups[unit], platforms)

    def _stock(self, unit, accounts, groups, platforms):
        own, kind = self.own[unit], self.kind(unit)
        open_accounts = [a for a in accounts if a.status == "open"]
        open_groups = [g for g in groups if g.status == "open"]
        for account in open_accounts:
            own[f"accounts_{platforms[account.platform_id]}"] += 1
            own["reach"] += account.contacts or 0
        own["accounts_dormant"] = sum(a.status == "dormant" for a in accounts)
        own["groups_dormant"] = sum(g.status == "dormant" for g in groups)
        declared = sum(a.declared_groups or 0 for a in open_accounts)
        registered = Counter(self._sort_of(g) for g in open_groups)
        target = {"member": "groups_member", "link": "groups_link", "none": "groups_other"}[kind.own_group]
        for name in ("groups_member", "groups_link", "groups_dedicated", "groups_other"):
            own[name] = max(registered[name], declared if name == target else 0)
        own["groups_min_ok"] = sum(
            self._sort_of(g) == "groups_member" and (g.outstanding_members or 0) >= 40 for g in open_groups
        )
        own["follows_superior"] = int(
            any(a.purpose == "organisation" and a.follows_superior for a in open_accounts)
        )
        if kind.is_league_organisation:
            own["orgs"] = 1
            own["orgs_with_account"] = int(any(a.purpose == "organisation" for a in open_accounts))
            own["orgs_with_group"] = int(kind.own_group != "none" and own[target] > 0)
        numbers = [
            a.contacts if a.own_members is None else a.own_members
            for a in open_accounts
            if platforms[a.platform_id] != "weibo"
        ]
        known = [n for n in numbers if n is not None]
        self.missing[unit]["declared"] = (
            0 if not declared and not open_groups else max(known) if known else None
        )
        youths = [g.youth for g in open_groups if g.youth is not None]
        self.missing[unit]["covered_youth"] = max(youths) if youths and self.holds(unit) else None

    def _sort_of(self, group):
        for kinds, name in (
            (MEMBER_FACING, "groups_member"),
            (LINK, "groups_link"),
            (DEDICATED, "groups_dedicated"),
        ):
            if group.kind in kinds:
                return name
        return "groups_other"

    def _administrators(self):
        self.persons = defaultdict(set)
        for version in self.standing(AdministratorshipVersion):
            if version.unit_id in self.placed and self.is_open(version.unit_id):
                self.own[version.unit_id]["admins"] += 1
                # Without a mobile, nobody knows whether it is somebody who stands elsewhere too.
                self.persons[version.unit_id].add(version.person_key or version.administratorship_id)
        for own in self.own.values():
            own["orgs_with_admin"] = int(own["orgs"] == 1 and own["admins"] > 0)
