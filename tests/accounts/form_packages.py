"""The machine's third part: the university's return goes up, and comes back; and what is downloaded is what is uploaded."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from accounts.models import Account, Package, SubmissionRow
from accounts.operations import annex, packages, upload
from tests.accounts.form_filling import FormFilling
from tests.accounts.form_things import UNITS
from tests.accounts.form_words import RARELY, REVIEWERS

DIRECT = "hnu"
FULL = {"full": True, "reason": "核对全表"}


class FormPackages(FormFilling):
    """One package: that of the university in the usual round."""

    @rule(by=st.sampled_from(["university", "university", *REVIEWERS]))
    def report_upward(self, by) -> None:
        may = by == "university" and self.model.report(at=self.now)
        self._step(
            may,
            packages.report_upward,
            self.rounds["round"],
            self.units[DIRECT],
            by=self.users[by],
            note="见名单",
        )

    @precondition(lambda self: self.model.package.status == "reported")
    @rule(by=st.sampled_from(["province", *REVIEWERS]), accepts=st.booleans())
    def decide_package(self, by, accepts) -> None:
        self._decide(by, accepts=accepts)

    @rule(by=st.sampled_from(REVIEWERS), accepts=st.booleans(), luck=st.sampled_from(RARELY))
    def decide_a_package_that_may_not_be_there(self, by, accepts, luck) -> None:
        if luck:
            self._decide(by, accepts=accepts)

    def _decide(self, by, *, accepts) -> None:
        pk = Package.objects.values_list("pk", flat=True).first() or 0
        may = by == "province" and self.model.decide_package(accepts=accepts)
        if accepts:
            self._step(may, packages.accept_package, pk, by=self.users[by])
        else:
            self._step(may, packages.return_package, pk, remark="请补齐", by=self.users[by])

    @rule(luck=st.sampled_from(RARELY))
    def download_and_upload(self, luck) -> None:
        """A6: import(export(x)) = x, in full as it is masked, for every form that could be handed in again."""
        if not luck:
            return
        round, by = self.rounds["round"], self.users["university"]
        content = self._step(True, annex.filled, round, self.units[DIRECT], by=by, **FULL)
        self.model.audit["annex.downloaded"] += 1
        rows = SubmissionRow.objects.filter(submission__round=round, submission__unit__code__in=UNITS)
        if self.model.is_closed or not rows.filter(submission__status="returned").exists():
            return
        found = self._step(True, upload.preview, content, "收集表.xlsx", round=round, by=by)
        assert not found.normalised
        for form in found.forms:
            saved = rows.filter(submission__unit=form.unit_id).order_by("position")
            said = [
                ({k: v for k, v in row.values.items() if k != "previous"}, row.continues) for row in saved
            ]
            assert [(row.values, row.continues) for row in form.rows] == said
            people = [row.personal.get("admin_mobile") for row in saved]
            assert [row.personal.get("admin_mobile") for row in form.rows] == people

    @invariant()
    def package_is_as_the_model_says(self) -> None:
        known, found = self.model.package, Package.objects.filter(unit=self.units[DIRECT]).first()
        if found is None:
            assert known.status == "preparing"
            return
        assert (found.status, found.n_expected, found.n_approved) == (
            known.status,
            known.n_expected,
            known.n_approved,
        )
        assert len(found.missing_unit_ids) == known.n_expected - known.n_approved
        assert (found.reported_at, found.round_id) == (known.reported_at, self.rounds["round"].pk)

    @invariant()
    def an_account_has_an_administrator_or_is_flagged(self) -> None:
        """A2."""
        flagged = Account.objects.without_administrator().filter(unit__code__in=UNITS)
        wanted = {
            each.pk
            for known in self.model.registry.values()
            for each in known
            if each.is_open and not each.people
        }
        assert set(flagged.values_list("pk", flat=True)) == wanted
