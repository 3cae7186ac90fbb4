"""What happened in the week: events of the registry, daily records, spot checks."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from statistics import median

from accounts.models import AccountVersion, GroupVersion, RegistryEvent
from orgs.kernel import clock
from reporting.models import DailyRecord, SpotCheck
from tests.reporting.oracle.placement import Placement


class Flows(Placement):
    """Counted where the unit stood when it happened."""

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
