"""Requirements of the campaigns that ran at the end of the week, one character of a judgement at a time."""

from __future__ import annotations

from reporting.models import Campaign, Judgement
from tests.reporting.oracle.placement import Placement


class Campaigns(Placement):
    """How the units stood to what is asked of them."""

    def _requirements(self):
        for campaign in Campaign.objects.all():
            ran = campaign.launched_at is not None and campaign.launched_at < self.end
            if not ran or (campaign.ended_at is not None and campaign.ended_at < self.end):
                continue
            loaded = [version for version in campaign.versions.all() if version.loaded_at < self.end]
            if loaded:
                self._of_version(max(loaded, key=lambda version: version.number))

    def _of_version(self, version):
        asked = list(version.requirements.order_by("position"))
        for judgement in Judgement.objects.filter(version=version):
            ended = judgement.valid_to is not None and judgement.valid_to <= self.end
            unit = judgement.unit_id
            if judgement.valid_from > self.end or ended or unit not in self.placed or not self.is_open(unit):
                continue
            own = self.own[unit]
            for requirement, standing in zip(asked, judgement.standings, strict=True):
                own["requirements"] += standing in {"0", "1"}
                own["requirements_met"] += standing == "1"
                own["requirements_overdue"] += standing == "0" and self._is_due(requirement)

    def _is_due(self, requirement):
        is_past = requirement.deadline_at is not None and requirement.deadline_at <= self.end
        is_periodic = requirement.kind == "document" and "recurs" in requirement.rule
        return requirement.is_hard and (is_past or is_periodic)
