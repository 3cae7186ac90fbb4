"""A made-up registry with a past: versions that begin and end at awkward times, of everything a close reads."""

from __future__ import annotations

from tests.reporting.registry.campaigns import RandomCampaigns
from tests.reporting.registry.channels import RandomChannels
from tests.reporting.registry.flows import RandomFlows
from tests.reporting.registry.forms import RandomForms


class RandomRegistry(RandomChannels, RandomFlows, RandomForms, RandomCampaigns):
    """Fills the database deterministically from a seed."""

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
        self._campaigns()
