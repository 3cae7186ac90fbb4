"""Models of schemes, sheets and a year's round."""

from __future__ import annotations

from scoring.models.duties import SheetDuty
from scoring.models.rounds import (
    AssessmentGroup,
    AssessmentRound,
    BlindScore,
    BlindSheet,
    Decision,
    GroupMember,
    SheetObjection,
    SignedScan,
)
from scoring.models.schemes import Criterion, Item, Scheme, Section
from scoring.models.seals import SheetSeal
from scoring.models.sheets import Consequence, Evidence, Score, Sheet
from scoring.models.trials import SchemeTrial

__all__ = [
    "AssessmentGroup",
    "AssessmentRound",
    "BlindScore",
    "BlindSheet",
    "Consequence",
    "Criterion",
    "Decision",
    "Evidence",
    "GroupMember",
    "Item",
    "Scheme",
    "SchemeTrial",
    "Score",
    "Section",
    "Sheet",
    "SheetDuty",
    "SheetObjection",
    "SheetSeal",
    "SignedScan",
]
