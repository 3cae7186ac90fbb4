"""A small installation in which everything has happened once and everything holds; the ground for planted faults."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from types import SimpleNamespace

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from accounts.operations import packages, review
from orgs.kernel import clock, triggers
from orgs.operations import audit_chain, ledger
from reporting.operations import bulletins
from reporting.operations.draws import draw_sample
from scoring.choices import RoundState, SheetState
from scoring.models import (
    AssessmentGroup,
    AssessmentRound,
    BlindScore,
    BlindSheet,
    Criterion,
    Evidence,
    GroupMember,
    Score,
    Sheet,
)
from scoring.operations import schemes
from scoring.operations.document_stores import EVIDENCE
from scoring.operations.sheets import open_year, refresh_result
from tests import cast as cast_module
from tests import world as world_module
from tests.accounts.forms import fresh, launch, submitted
from tests.reporting.campaign_rows import judge
from tests.reporting.closed_weeks import LAST, close, report
from tests.reporting.draw_scene import open_groups, plan
from tests.reporting.paper_scene import handed, papers

PAPER = b"%PDF-1.4\n%%EOF\n"


@contextmanager
def rolled_back():
    """Whatever happens in the block has not happened afterwards; constraints are seen to before."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def unlocked():
    """The block writes past immutability, as somebody with the database's password could."""
    connection.check_constraints()
    triggers.remove(connection)
    yield
    connection.check_constraints()
    triggers.install(connection)


def build() -> SimpleNamespace:
    """Weeks, groups, a draw, a bulletin, a document, forms in three states, a final sheet; returns what plants need."""
    world = world_module.build_ids()
    cast = cast_module.build(world)
    for code, contacts in (("hnu-law-1202", 45), ("qh-hs-jl", 40)):
        report(world, code, contacts, week=LAST.previous())
    close(LAST.previous())
    report(world, "hnu-tour-1201", 38)
    week = close(LAST)
    groups = open_groups(world)
    campaign = papers(world)
    judge(campaign)
    draft = bulletins.draft(world["hi"], week, by=cast["province"])
    scene = SimpleNamespace(
        world=world,
        cast=cast,
        week=week,
        groups=groups,
        campaign=campaign,
        draw=draw_sample(plan(world), by=cast["province"]),
        bulletin=bulletins.publish(draft.pk, version=draft.version, by=cast["province"]),
        hand_in=handed(campaign, world["hnu"], cast["university"]),
        forms=_forms(world, cast),
        sheet=_final_sheet(cast),
        round=_round(world, cast),
    )
    audit_chain.seal()
    return scene


def _forms(world, cast) -> SimpleNamespace:
    """One form approved and reported upward, one on its desk, one returned."""
    round = launch(world, cast, kinds=["class_branch", "village"])
    approved = submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    review.approve(approved.pk, version=approved.version, by=cast["college"])
    review.approve(approved.pk, version=fresh(approved).version, by=cast["university"])
    waiting = submitted(round, world["hnu-law-1301"], by=cast["college"])
    returned = submitted(round, world["qh-hs-jl"], by=cast["villager"])
    review.return_submission(returned.pk, version=returned.version, by=cast["township"], remark="请核对")
    package = packages.report_upward(round, world["hnu"], by=cast["university"])
    return SimpleNamespace(
        round=round,
        approved=fresh(approved),
        waiting=fresh(waiting),
        returned=fresh(returned),
        package=package,
    )


def _round(world, cast) -> AssessmentRound:
    """Wanning is scored in a round: by one of a group of two, with a paper for one criterion."""
    sheet = Sheet.objects.get(unit__code="wn")
    now = clock.now()
    round = AssessmentRound.objects.create(
        unit=world["hi"],
        scheme=sheet.scheme,
        year=sheet.year,
        title="2026年度微信工作考评",
        state=RoundState.SCORING,
        self_until=now,
        scoring_until=now,
        opened_at=now,
    )
    group = AssessmentGroup.objects.create(round=round, position=1, name="第1考核小组", made_at=now)
    for key in ("auditor", "province"):
        GroupMember.objects.create(group=group, user=cast[key], leads=key == "auditor")
    Sheet.objects.filter(pk=sheet.pk).update(round=round, group=group, state=SheetState.ASSESSING)
    blind = BlindSheet.objects.create(sheet=sheet, assessor=cast["auditor"], handed_in_at=now)
    criteria = Criterion.objects.filter(item__section__scheme=sheet.scheme)
    BlindScore.objects.bulk_create(
        BlindScore(blind_sheet=blind, criterion=each, points=each.max_points) for each in criteria
    )
    Evidence.objects.create(
        score=sheet.scores.last(),
        title="会议纪要",
        stored_name=EVIDENCE.keep(PAPER),
        original_name="会议纪要.pdf",
        size=len(PAPER),
        sha256=hashlib.sha256(PAPER).hexdigest(),
        added_by=cast["province"],
        added_at=now,
    )
    return round


def _final_sheet(cast) -> Sheet:
    """Every criterion in full; how a sheet gets there is not the matter here."""
    schemes.load_shipped()
    sheet = next(sheet for sheet in open_year(2026) if sheet.unit.code == "qh")
    criterion = Criterion.objects.filter(pk=OuterRef("criterion"))
    Score.objects.filter(sheet=sheet).update(assessed_points=Subquery(criterion.values("max_points")))
    refresh_result(sheet)
    ledger.record("sheet.finalised", sheet, by=cast["province"])
    Sheet.objects.filter(pk=sheet.pk).update(state=SheetState.FINAL, finalised_at=clock.now())
    return sheet
