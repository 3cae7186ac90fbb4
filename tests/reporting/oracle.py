"""The figures of a week in plain Python: raw rows, parents walked one by one, one definition of metrics.md at a time.

Knows nothing of SQL, lft/rght or the roll-up; slow on purpose.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from datetime import timedelta
from statistics import median

from accounts.models import (
    AccountVersion,
    AdministratorshipVersion,
    CollectionRound,
    Expected,
    GroupVersion,
    Platform,
    RegistryEvent,
    ReviewStep,
    Submission,
)
from orgs.kernel import clock
from orgs.models import UnitBaseVersion, UnitKind, UnitVersion
from reporting.models import DailyRecord, SpotCheck

MEMBER_FACING = {"branch", "youth_link"}
LINK = {"link", "rural_youth"}
DEDICATED = {"leaders", "away", "village_officials"}
PLACEMENT = ("parent_id", "kind_id", "line", "code", "name", "intake_year", "position")


class Oracle:
    """`Oracle(week).rows()` -> {unit id: {column: value}} of every column of the snapshot.

    `known`: until when late daily records and checks are taken in, for a new edition.
    """

    def __init__(self, week, known=None) -> None:
        self.week, self.start, self.end = week, week.starts_at, week.ends_at
        self.known = known or self.end
        self.kinds = {kind.code: kind for kind in UnitKind.objects.all()}
        self.placed = self._place()
        self.children = defaultdict(list)
        self._hang()
        self.own = {unit: Counter() for unit in self.placed}
        self.missing = {unit: {} for unit in self.placed}  # figures that may be None

    def rows(self):
        self._accounts_and_groups()
        self._administrators()
        self._bases()
        self._forms()
        self._coverage()
        self._events()
        self._records()
        self._checks()
        return {unit: self._row(unit) for unit in self.placed}

    # where the units stood

    def standing(self, model):
        return [v for v in model.objects.all() if v.valid_from < self.end and not self._ended(v)]

    def _ended(self, version):
        return version.valid_to is not None and version.valid_to < self.end

    def _place(self):
        placed = {}
        for version in UnitVersion.objects.order_by("valid_from"):
            overlaps = version.valid_from < self.end and (
                version.valid_to is None or version.valid_to > self.start
            )
            if version.is_open and overlaps:
                placed[version.unit_id] = version
        return placed

    def _hang(self):
        national = [u for u, v in self.placed.items() if v.kind_id == "national" and v.parent_id is None]
        self.up = {}
        for unit, version in self.placed.items():
            superior = version.parent_id
            if superior is None and national and unit != min(national):
                superior = min(national)
            self.up[unit] = superior
            self.children[superior].append(unit)

    def is_open(self, unit):
        return not self._ended(self.placed[unit])

    def kind(self, unit):
        return self.kinds[self.placed[unit].kind_id]

    def holds(self, unit):
        return self.is_open(unit) and self.kind(unit).holds_members and unit not in self.committees_of_holders

    @functools.cached_property
    def committees_of_holders(self):
        """Units with an open unit that holds members directly below: those count the members."""
        holders = [u for u in self.placed if self.is_open(u) and self.kind(u).holds_members]
        return {self.up[u] for u in holders if u in self.up}

    def depth(self, unit):
        parent = self.placed[unit].parent_id
        return 0 if parent is None else 1 + self.depth(parent)

    def below(self, unit):
        found = [unit]
        for child in self.children[unit]:
            found += self.below(child)
        return found

    def path(self, unit, top):
        """The unit, its superior … up to `top`."""
        found = [unit]
        while found[-1] != top:
            found.append(self.up[found[-1]])
        return found

    # stocks

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
        for version in self.standing(AdministratorshipVersion):
            if version.unit_id in self.placed and self.is_open(version.unit_id):
                self.own[version.unit_id]["admins"] += 1
        for own in self.own.values():
            own["orgs_with_admin"] = int(own["orgs"] == 1 and own["admins"] > 0)

    def _bases(self):
        self.base = defaultdict(dict)
        for version in self.standing(UnitBaseVersion):
            if version.unit_id in self.placed and self.is_open(version.unit_id):
                self.base[version.unit_id][version.measure] = version

    def recorded(self, unit, measure):
        version = self.base[unit].get(measure)
        return None if version is None else version.count

    def resolved(self, unit, measure):
        """The figure recorded for the unit, else what its children come to; None where nobody has one."""
        if self.recorded(unit, measure) is not None:
            return self.recorded(unit, measure)
        found = [self.resolved(child, measure) for child in self.children[unit]]
        known = [count for count in found if count is not None]
        return sum(known) if known else None

    def _forms(self):
        self.approved_ever = {
            step.submission.unit_id
            for step in ReviewStep.objects.filter(is_final=True).select_related("submission")
            if self._before(step.at)
        }
        rounds = {r.pk for r in CollectionRound.objects.all() if self._round_is_open(r)}
        forms = {(s.round_id, s.unit_id): s for s in Submission.objects.all()}
        for expected in Expected.objects.select_related("phase"):
            unit, told = expected.unit_id, self._told_of(expected)
            if expected.round_id not in rounds or unit not in self.placed or not self.is_open(unit):
                continue
            if told is None or not told.is_due:
                continue
            if expected.phase and not self._before(expected.phase.opens_at):
                continue
            state = self._state_of(forms.get((expected.round_id, unit)))
            self.own[unit]["expected"] += 1
            self.own[unit]["submitted"] += state in {"submitted", "approved"}
            self.own[unit]["approved"] += state == "approved"
            self.own[unit]["returned"] += state == "returned"
            late = told.deadline_at <= self.end
            self.own[unit]["overdue"] += late and state not in {"submitted", "approved"}

    def _before(self, moment):
        return moment is not None and moment < self.end

    def _round_is_open(self, collection):
        return (
            not collection.is_standing
            and self._before(collection.opens_at)
            and not self._before(collection.closed_at)
        )

    def _told_of(self, expected):
        """What the versions said of it at the end of the week; None before it was expected."""
        said = [
            version
            for version in expected.versions.all()
            if self._before(version.valid_from) and not self._before(version.valid_to)
        ]
        return said[0] if said else None

    def _state_of(self, form):
        state = "draft" if form else "missing"
        for step in ReviewStep.objects.filter(submission=form).order_by("at", "pk") if form else ():
            if step.at >= self.end or step.kind == "saved":
                continue
            if step.is_final:
                return "approved"
            state = {"returned": "returned", "withdrawn": "draft"}.get(step.kind, "submitted")
        return state

    def _coverage(self):
        for unit, own in self.own.items():
            reported = self.holds(unit) and (unit in self.reported_registry or unit in self.approved_ever)
            covered = self.missing[unit].get("declared", 0) if reported else None
            reported = covered is not None
            self.missing[unit] |= {"is_reported": reported, "own_covered": covered}
            own["holders"] = int(self.holds(unit))
            own["unreported"] = int(self.holds(unit) and not reported)
            own["covered_members"] = covered or 0

    # flows

    def _events(self):
        figures = {"opened": "opened", "closed": "closed", "admin_replaced": "admin_changed"}
        restored_at = {}
        objects = defaultdict(list)
        for event in RegistryEvent.objects.order_by("at", "pk"):
            thing = self._thing(event)
            if not self.start <= event.at < self.end or event.kind == "appointed":
                continue
            if event.kind == "restored":
                # Taken back within its week: neither closed nor opened, and nobody was replaced.
                for figure in ("closed", "admin_changed"):
                    objects.pop((figure, thing), None)
                restored_at[thing] = event.at
            elif event.kind not in {"closed", "admin_replaced"} or event.at != restored_at.get(thing):
                objects[figures.get(event.kind, "changed"), thing].append(event)
        for (figure, thing), events in objects.items():
            unit = self._unit_of(thing, events)
            if unit in self.placed:
                self.own[unit][figure] += 1

    def _thing(self, event):
        if event.account_id:
            return "account", event.account_id
        if event.group_id:
            return "group", event.group_id
        return "administratorship", event.administratorship_id

    def _unit_of(self, thing, events):
        units = {event.unit_id for event in events}
        moved = len(units) > 1 or any(event.kind == "transferred" for event in events)
        model = {"account": AccountVersion, "group": GroupVersion}.get(thing[0])
        if not moved or model is None:
            return max(units)
        history = [v for v in model.objects.filter(**{thing[0]: thing[1]}) if v.valid_from < self.end]
        return max(history, key=lambda v: v.valid_from).unit_id if history else max(units)

    def _records(self):
        records = [r for r in DailyRecord.objects.all() if r.recorded_at < self.known]
        records = [r for r in records if self.week.starts_on <= r.day <= self.week.ends_on]
        channels, posted = defaultdict(set), defaultdict(set)
        for record in records:
            if record.unit_id in self.placed:
                own = self.own[record.unit_id]
                own["posts"] += record.posts
                own["active_days"] += record.posts > 0
                channels[record.unit_id].add((record.account_id, record.group_id))
            if record.group_id and record.posts > 0:
                posted[record.group_id].add(record.day)
        for unit, found in channels.items():
            self.own[unit]["channels_recorded"] = len(found)
        for group, days in posted.items():
            self._active_group(group, days)

    def _active_group(self, group, days):
        versions = list(GroupVersion.objects.filter(group=group, status="open"))
        needed = {}
        for n in range(7):
            day = self.week.starts_on + timedelta(days=n)
            midnight = clock.day_start(day)
            for v in versions:
                if v.valid_from <= midnight and (v.valid_to is None or v.valid_to > midnight):
                    needed[day] = v.unit_id
        if needed and set(needed) <= days and needed[max(needed)] in self.placed:
            self.own[needed[max(needed)]]["groups_active"] += 1

    def _checks(self):
        year_begins = clock.day_start(self.week.starts_on.replace(year=self.week.year, month=1, day=1))
        year_ends = year_begins.replace(year=self.week.year + 1)
        draws = defaultdict(dict)
        for check in SpotCheck.objects.order_by("checked_at", "pk"):
            made_on = check.counted_on + timedelta(days=1)
            if check.kind != "posts" or check.checked_at >= self.known:
                continue
            if check.voided_at is not None and check.voided_at < self.known:
                continue
            if made_on > self.week.ends_on and check.checked_at >= self.end:
                continue
            if self.week.starts_on <= made_on <= self.week.ends_on and check.unit_id in self.placed:
                self.own[check.unit_id]["checks"] += 1
                self.own[check.unit_id]["checks_poor"] += check.posts < 3
            if year_begins <= check.checked_at < year_ends:
                draws[check.direct_unit_id].setdefault(check.draw or check.pk, []).append(check.posts)
        self.streaks = {unit: self._streak(found.values()) for unit, found in draws.items()}

    def _streak(self, occasions):
        running, longest = 0, 0
        for counts in occasions:
            running = running + 1 if median(counts) < 3 else 0
            longest = max(longest, running)
        return running, longest

    # one row

    def _row(self, unit):
        placed, subtree = self.placed[unit], self.below(unit)
        row = {name: getattr(placed, name) for name in PLACEMENT}
        row |= {
            "is_open": self.is_open(unit),
            "depth": self.depth(unit),
            "is_reported": self.missing[unit]["is_reported"],
            "own_covered": self.missing[unit]["own_covered"],
            "base_assessed": self.recorded(unit, "members_assessed"),
            "base_reported": self.recorded(unit, "members_reported"),
            "base_orgs": self.recorded(unit, "organisations"),
            "base_year": self.base[unit]["members"].year if "members" in self.base[unit] else None,
        }
        row["poor_streak"], row["poor_streak_max"] = self.streaks.get(unit, (0, 0))
        for measure, name in (("members", "base_members"), ("youth", "base_youth")):
            row[f"own_{name}"] = self.recorded(unit, measure)
            row[f"sub_{name}"] = self.resolved(unit, measure)
        youths = [self.missing[u].get("covered_youth") for u in subtree]
        known = [n for n in youths if n is not None]
        row["own_covered_youth"] = self.missing[unit].get("covered_youth")
        row["sub_covered_youth"] = sum(known) if known else None
        totals = sum((self.own[u] for u in subtree), Counter())
        for name in self._additive():
            row[f"own_{name}"], row[f"sub_{name}"] = self.own[unit][name], totals[name]
        for prefix, units in (("own", [unit]), ("sub", subtree)):
            for name, value in self._settled(unit, units).items():
                row[f"{prefix}_{name}"] = value
        return row

    def _settled(self, top, units):
        found = {"base_missing": 0, "covered_capped": 0, "covered_without_base": 0}
        for unit in units:
            covered = self.own[unit]["covered_members"]
            base = self.recorded(unit, "members")
            settled = any(self.recorded(u, "members") is not None for u in self.path(unit, top))
            found["base_missing"] += self.holds(unit) and not settled
            found["covered_without_base"] += 0 if settled else covered
            if settled:
                found["covered_capped"] += covered if base is None else min(covered, base)
        return found

    def _additive(self):
        names = "orgs orgs_with_account orgs_with_group orgs_with_admin accounts_personal accounts_public"
        names += " accounts_weibo accounts_other accounts_dormant groups_member groups_link groups_dedicated"
        names += " groups_other groups_dormant admins holders unreported covered_members groups_min_ok reach"
        names += " expected submitted approved returned overdue opened closed changed admin_changed posts"
        names += " active_days groups_active channels_recorded checks checks_poor"
        return names.split()
