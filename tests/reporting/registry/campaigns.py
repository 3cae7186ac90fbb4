"""Campaigns that are launched, ended and loaded anew, and how the units stood to what they ask."""

from __future__ import annotations

from orgs.models import OrgUnit
from reporting.models import Campaign, CampaignVersion, Judgement, Requirement
from tests.reporting.registry.tree import LONG_AGO, RandomTree

N_CAMPAIGNS = 3
MOST_REQUIREMENTS = 6


class RandomCampaigns(RandomTree):
    """Requirements stand as the packs have them: the hard ones with a deadline first, the earliest first."""

    def _campaigns(self):
        for n in range(N_CAMPAIGNS):
            campaign = Campaign.objects.create(
                code=f"{self.tag}{n}",
                unit=OrgUnit.objects.get(code="hi"),
                launched_at=self.random.choice([LONG_AGO, LONG_AGO, self.moment(), None]),
                ended_at=self.random.choice([None, None, None, self.moment()]),
            )
            for number, at in enumerate(self.history(3), start=1):
                self._version_of(campaign, number, at)

    def _version_of(self, campaign, number, at):
        version = CampaignVersion.objects.create(
            campaign=campaign,
            number=number,
            title="部署",
            issuer="团省委",
            issued_on=self.week.starts_on,
            loaded_at=at,
        )
        n_asked = self._requirements_of(version)
        rows = []
        for unit in self.random.sample(self.units, self.random.randrange(len(self.units) + 1)):
            rows += self._chain(
                Judgement, {"version": version, "unit_id": unit}, lambda: self._standings(n_asked), ends=0.3
            )
        Judgement.objects.bulk_create(rows)

    def _requirements_of(self, version):
        due = sorted(self.moment() for _ in range(self.random.randrange(MOST_REQUIREMENTS)))
        others = [(self.random.random() < 0.5, self.random.choice([None, self.moment()])) for _ in range(2)]
        others = [(is_hard and at is None, at) for is_hard, at in others]
        asked = [*((True, at) for at in due), *others]
        Requirement.objects.bulk_create(
            Requirement(
                version=version,
                position=position,
                code=f"r{position}",
                title="要求",
                kind="figure",
                is_hard=is_hard,
                deadline_at=at,
            )
            for position, (is_hard, at) in enumerate(asked, start=1)
        )
        return len(asked)

    def _standings(self, n_asked):
        return {"standings": "".join(self.random.choice("0011x-") for _ in range(n_asked))}
