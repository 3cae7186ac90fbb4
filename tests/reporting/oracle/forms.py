"""Forms of the rounds that were open at the end of the week."""

from __future__ import annotations

from accounts.models import CollectionRound, Expected, ReviewStep, Submission
from tests.reporting.oracle.placement import Placement


class Forms(Placement):
    """Who was expected, and how far each form was."""

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
