"""Rounds in phases, who was expected until when, and how far the forms came."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import (
    CollectionRound,
    Expected,
    ExpectedVersion,
    FieldList,
    ReviewStep,
    RoundPhase,
    Submission,
)
from orgs.models import OrgUnit
from tests.reporting.registry.tree import LONG_AGO, RandomTree


class RandomForms(RandomTree):
    """Four rounds, the last of them a standing one."""

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
