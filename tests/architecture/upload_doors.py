"""Every door that takes a file (reliability D1, D3): who comes through it with what, and what it does with a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from reporting.choices import DrawState
from reporting.models import Draw, DrawItem
from tests.accounts.forms import launch
from tests.architecture import subjects
from tests.architecture.draw_subjects import sample_of
from tests.cast import Cast
from tests.world import World

# A spreadsheet, read in a child process; a document, kept as it is after a child process has looked at it; a picture,
# taken apart byte by byte and never decoded; a short text.
TABLE, DOCUMENT, PICTURE, TEXT = "table", "document", "picture", "text"


@dataclass(frozen=True, slots=True)
class Door:
    """An address that takes a file in a field of its form; `subject` gives what the address is about."""

    kind: str
    url: str
    who: str
    code: str
    subject: Callable[..., int | None] | None = None
    field_name: str = "file"
    data: Callable[[World, Cast], dict[str, object]] = field(default=lambda world, cast: {})


def _round(world: World, cast: Cast) -> dict[str, object]:
    return {"round": launch(world, cast).pk}


def _pack(world: World, cast: Cast) -> dict[str, object]:
    return {"do": "check", "text": "", "version": "0"}


def _scan(world: World, cast: Cast) -> dict[str, object]:
    return {"scan-kind": "report"}


def _sample(world: World, cast: Cast) -> dict[str, object]:
    return {"posts": "3", "counted_on": "2026-11-17", "purpose": "核对", "key": "k"}


def _own_sample(unit, cast: Cast) -> int:
    item = sample_of(unit, cast)
    DrawItem.objects.filter(pk=item.pk).update(inspector=cast["province"])
    Draw.objects.filter(pk=item.draw_id).update(state=DrawState.ASSIGNED)
    return item.pk


# The form, by its path, and where it is sent.
DOORS: dict[str, tuple[Door, ...]] = {
    "accounts.forms.upload.UploadForm": (
        Door(TABLE, "accounts:upload-annex", "university", "hnu", data=_round),
    ),
    "accounts.forms.hand_outs.HandOutFileForm": (
        Door(TABLE, "accounts:import-hand-out", "province", "hi", subjects.hand_out),
    ),
    "orgs.forms.people_bulk.InviteManyForm": (Door(TABLE, "orgs:invite-many", "university", "hnu"),),
    "orgs.forms.bases.UploadBasesForm": (
        Door(TABLE, "orgs:import-bases", "university", "hnu", subjects.unit),
    ),
    "reporting.forms.activity.MonthFileForm": (
        Door(TABLE, "reporting:upload-activity", "secretary", "hnu-law-1201", subjects.unit),
    ),
    "scoring.forms.sheet_import.SheetFileForm": (
        Door(TABLE, "scoring:import-sheet", "city", "qh", subjects.sheet),
    ),
    "reporting.forms.hand_ins.HandInForm": (
        Door(DOCUMENT, "reporting:hand-in", "university", "hnu", subjects.unit),
    ),
    "scoring.forms.evidence.EvidenceForm": (
        Door(DOCUMENT, "scoring:add-evidence", "city", "qh", subjects.sheet),
    ),
    "scoring.forms.results.ScanForm": (
        Door(DOCUMENT, "scoring:attach-scan", "city", "qh", subjects.sheet, "scan-file", _scan),
    ),
    "reporting.forms.spot_checks.ResultForm": (
        Door(PICTURE, "reporting:record-sample", "province", "hnu-law-1201", _own_sample, "photo", _sample),
    ),
    "reporting.forms.packs.PackForm": (
        Door(TEXT, "reporting:new-campaign", "province", "hi", data=_pack),
        Door(TEXT, "reporting:edit-campaign", "province", "hnu-law-1201", subjects.campaign, data=_pack),
    ),
    "scoring.forms.schemes.SchemeForm": (Door(TEXT, "scoring:new-scheme", "province", "hi"),),
}
