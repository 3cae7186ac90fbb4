"""Set-level reads of schemes and sheets."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from orgs.choices import JobState
from orgs.kernel import clock
from orgs.permissions import MANAGE_SCHEMES, RUN_ASSESSMENT, VIEW_SHEET
from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import DutyState
from scoring.choices import ObjectionState, RoundState, SchemeState, SheetState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import User
    from scoring.models import (
        AssessmentGroup,
        AssessmentRound,
        BlindSheet,  # noqa: F401 - in BlindSheetQuerySet's base
        Evidence,
        Scheme,
        SchemeTrial,
        Score,
        Sheet,
    )

OnSheet = TypeVar("OnSheet", bound=models.Model)


class SchemeQuerySet(ScopedQuerySet["Scheme"]):
    def manageable_by(self, user: User) -> Self:
        """Those of the own unit and of units below it, and those that came with the product, for who manages schemes.

        For a committee that assesses the level below it: its own (SUP-2.2.3).
        """
        charge = user.units_in_charge()
        in_charge = charge.allowing(MANAGE_SCHEMES)
        own = Q(unit__in=charge.allowing(RUN_ASSESSMENT).own_unit_ids())
        if not in_charge.spans:
            return self.filter(own)
        return self.filter(
            reduce(
                or_,
                (span.condition(self.unit_lookup) for span in in_charge.spans),
                own | Q(unit__isnull=True),
            )
        )

    def startable_by(self, user: User) -> Self:
        """Those a new scheme can be written from: what the person manages, and what came with the product."""
        return self.manageable_by(user) | self.filter(unit__isnull=True)

    def replaceable(self) -> Self:
        """Editions no sheet and no round was opened with and of which nothing is approved: they may still be replaced.

        A round may hold sheets of an earlier edition only: taken in as they were.
        """
        return self.filter(sheets__isnull=True, rounds__isnull=True).exclude(
            sections__items__state=SchemeState.APPROVED
        )

    def for_list(self) -> Self:
        """The newest edition of each first, with how many items are approved and how many sheets use it."""
        items = Count("sections__items", distinct=True)
        approved = Count(
            "sections__items", distinct=True, filter=Q(sections__items__state=SchemeState.APPROVED)
        )
        used = self.model.sheets.rel.related_model._default_manager.filter(scheme=models.OuterRef("pk"))
        n_used = used.order_by().values("scheme").annotate(n=Count("pk")).values("n")
        return (
            self.select_related("unit")
            .annotate(n_items=items, n_approved=approved, n_sheets=models.Subquery(n_used))
            .order_by("code", "-version")
        )

    def unconfirmed(self) -> Self:
        """Those that sheets were opened with and of which items are not approved: such a sheet cannot be made final."""
        used = self.model.sheets.rel.related_model._default_manager.filter(scheme=models.OuterRef("pk"))
        return self.filter(models.Exists(used), state=SchemeState.DRAFT)

    def latest_editions(self) -> Self:
        """The newest edition of each scheme as each unit keeps it: what came with the product stands beside a unit's own."""
        kept = self.model._default_manager.annotate(_owner=Coalesce("unit_id", 0))
        newer = kept.filter(
            code=models.OuterRef("code"),
            _owner=models.OuterRef("_owner"),
            version__gt=models.OuterRef("version"),
        )
        return self.annotate(_owner=Coalesce("unit_id", 0)).filter(~models.Exists(newer))


class SchemeTrialQuerySet(ScopedQuerySet["SchemeTrial"]):
    def ordered_by(self, user: User) -> Self:
        """Those of the person, as long as they may run the assessment there."""
        return self.actionable_by(user, RUN_ASSESSMENT).filter(created_by=user)

    def unfinished(self) -> Self:
        return self.filter(job__state__in=[JobState.QUEUED, JobState.RUNNING])


class SheetQuerySet(ScopedQuerySet["Sheet"]):
    def of_year(self, year: int) -> Self:
        return self.filter(year=year)

    def of_unit(self, unit_id: int) -> Self:
        """One unit's sheets with what a list shows, the newest year first."""
        return self.filter(unit_id=unit_id).for_list().order_by("-year", "-pk")

    def final(self) -> Self:
        """定稿: each revision of them, replaced or not."""
        return self.filter(state=SheetState.FINAL)

    def open(self) -> Self:
        """Sheets that may still change."""
        return self.exclude(state=SheetState.FINAL)

    def awaiting_self_of(self, unit_ids: Iterable[int]) -> Self:
        """Sheets these units still have to assess themselves on, newest first."""
        waiting = self.filter(state=SheetState.SELF_ASSESSING, unit_id__in=unit_ids)
        return waiting.select_related("scheme", "round").order_by("-year")

    def ungraded(self) -> Self:
        """Open sheets without a grade: some criterion has no points yet, neither given nor computed (SUP-4.3)."""
        return self.open().filter(grade="")

    def standing(self) -> Self:
        """The newest final revision of each, or the sheet itself while there is none: a correction under way isn't."""
        return self.exclude(corrected_by__state=SheetState.FINAL).filter(
            Q(corrects__isnull=True) | Q(state=SheetState.FINAL)
        )

    def unexplained(self) -> Self:
        """Sheets that led to no written explanation, nor did an earlier revision of theirs (`explanations.duties_of`)."""
        led = self.model.explanation.related.related_model._default_manager
        same = {f"sheet__{name}": models.OuterRef(name) for name in ("scheme", "year", "unit")}
        before = led.filter(**same, sheet__revision__lt=models.OuterRef("revision"))
        asked = led.filter(sheet=models.OuterRef("pk"))
        asked_before = before.exclude(duty__state=DutyState.WITHDRAWN)
        return self.filter(~models.Exists(asked), ~models.Exists(asked_before))

    def open_to_objection(self) -> Self:
        """Sheets whose unit was told its result and may still object."""
        return self.filter(state=SheetState.OBJECTION, objections_until__gt=clock.now())

    def proposed_by_others(self, user: User) -> Self:
        """Sheets somebody else has proposed as final: they wait for a second person."""
        return self.open().filter(proposed_at__isnull=False).exclude(proposed_by=user)

    def with_open_objections(self) -> Self:
        """Sheets with an objection that waits for its answer."""
        waiting = self.model.objections.rel.related_model._default_manager.filter(state=ObjectionState.OPEN)
        return self.filter(pk__in=waiting.values("sheet"))

    def for_results(self) -> Self:
        """With what the ranking shows, units in official order; three statements."""
        return (
            self.select_related("scheme", "unit__kind")
            .prefetch_related("consequences", "decisions")
            .order_by("unit__position", "unit__code", "pk")
        )

    def computable(self) -> Self:
        """Sheets whose computed points still follow the weeks: not told to the unit, not proposed as final."""
        return self.filter(
            state__in=[SheetState.SELF_ASSESSING, SheetState.ASSESSING], proposed_at__isnull=True
        )

    def assigned_to(self, user: User) -> Self:
        """Sheets of the assessment groups the person is a member of."""
        return self.filter(group__members__user=user)

    def waiting_for_points_of(self, user: User) -> Self:
        """Sheets of the person's groups on which the person has not handed in yet."""
        done = models.Q(blind_sheets__assessor=user, blind_sheets__handed_in_at__isnull=False)
        mine = self.assigned_to(user).filter(state=SheetState.ASSESSING, revision=1)
        return mine.exclude(pk__in=self.model._default_manager.filter(done).values("pk"))

    def waiting_for_agreement_by(self, user: User) -> Self:
        """Sheets without a grade of groups the person leads, on which every member has handed in."""
        led = self.filter(group__members__user=user, group__members__leads=True)
        handed_in = models.Q(
            pk__in=models.OuterRef("pk"),
            blind_sheets__assessor=models.OuterRef("group__members__user"),
            blind_sheets__handed_in_at__isnull=False,
        )
        sheets = self.model._default_manager
        unfinished = sheets.filter(group__isnull=False).filter(~models.Exists(sheets.filter(handed_in)))
        return led.filter(state=SheetState.ASSESSING, grade="").exclude(pk__in=unfinished.values("pk"))

    def without_group(self) -> Self:
        """Sheets that whoever may assess scores directly."""
        return self.filter(group__isnull=True)

    def for_round(self) -> Self:
        """With unit, round and group, units in official order."""
        related = ("unit", "unit__kind", "round", "group")
        return self.select_related(*related).order_by("unit__position", "unit__code", "pk")

    def for_list(self) -> Self:
        """With what a list shows, units in official order."""
        return (
            self.select_related("scheme", "unit", "unit__kind", "week", "round", "group")
            .prefetch_related(models.Prefetch("scores", self._scores()), "consequences")
            .order_by("unit__position", "unit__code", "pk")
        )

    def for_files(self) -> Self:
        """With everything that stands in the sheets' files, units in official order; seven statements."""
        return self.for_list().prefetch_related("scores__evidence__hand_in")

    def _scores(self) -> ScoreQuerySet:
        # The reverse relation, as a queryset file imports no model at run time.
        scores: ScoreQuerySet = self.model.scores.rel.related_model._default_manager.get_queryset()  # type: ignore[assignment]
        return scores.in_sheet_order()


class RoundQuerySet(ScopedQuerySet["AssessmentRound"]):
    def readable_by(self, user: User) -> Self:
        """Rounds of units in charge; published ones also where a unit of one's own was assessed."""
        charge = user.units_in_charge().allowing(VIEW_SHEET)
        if not charge.spans:
            return self.none()
        run = reduce(or_, (span.condition(self.unit_lookup) for span in charge.spans))
        assessed = self.model.sheets.rel.related_model._default_manager.filter(
            unit__in=charge.own_unit_ids(), round__state=RoundState.PUBLISHED
        )
        return self.filter(run | Q(pk__in=assessed.values("round"))).select_related("unit", "scheme")

    def of_year(self, year: int) -> Self:
        return self.filter(year=year)

    def in_progress(self) -> Self:
        """Not published yet."""
        return self.exclude(state=RoundState.PUBLISHED)

    def for_list(self) -> Self:
        """With unit, scheme and how many units stand where; the newest year first."""
        standing = {
            f"n_{state}": Count("sheets", distinct=True, filter=Q(sheets__state=state, sheets__revision=1))
            for state in SheetState.values
        }
        groups = Count("groups", distinct=True)
        found = self.select_related("unit", "scheme").annotate(n_groups=groups, **standing)
        return found.order_by("-year", "pk")


class AssessmentGroupQuerySet(ScopedQuerySet["AssessmentGroup"]):
    unit_lookup: ClassVar[str] = "round__unit"

    def for_list(self) -> Self:
        """With the members, whoever leads first."""
        return self.prefetch_related("members__user")

    def with_progress(self) -> Self:
        """With how many sheets each has, and how many of them have points for everything."""
        graded = Count("sheets", distinct=True, filter=~Q(sheets__grade=""))
        return self.annotate(n_sheets=Count("sheets", distinct=True), n_graded=graded)


class OfSheetQuerySet(ScopedQuerySet[OnSheet]):
    """What hangs on a sheet is seen by who sees its unit."""

    unit_lookup: ClassVar[str] = "sheet__unit"


class EvidenceQuerySet(ScopedQuerySet["Evidence"]):
    """Papers are seen by who sees the sheet's unit."""

    unit_lookup: ClassVar[str] = "score__sheet__unit"

    def of_sheet(self, sheet_id: int) -> Self:
        """Those of one sheet, as they were added, with what a page says of each."""
        return (
            self.filter(score__sheet=sheet_id)
            .select_related("hand_in", "score__criterion", "score__sheet__unit")
            .order_by("score_id", "dated_on", "pk")
        )


class BlindSheetQuerySet(OfSheetQuerySet["BlindSheet"]):
    """What assessors found alone. SECURITY: no scope opens it; `operations.blind_scores` says who reads what when."""

    def of_members(self) -> Self:
        """Those of people who are in the sheet's group today."""
        return self.filter(sheet__group__members__user=models.F("assessor"))


class ScoreQuerySet(ScopedQuerySet["Score"]):
    unit_lookup: ClassVar[str] = "sheet__unit"

    def in_sheet_order(self) -> Self:
        """As on paper, with criterion, item and section."""
        return self.select_related("criterion__item__section").order_by(
            "sheet_id",
            "criterion__item__section__position",
            "criterion__item__position",
            "criterion__position",
        )
