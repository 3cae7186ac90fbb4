"""扫描件: the report and the sheet, signed and sealed on paper, attached once they are signed; never exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.operations import documents, ledger
from scoring.choices import ScanKind
from scoring.exceptions import NotReady
from scoring.models import Sheet, SignedScan
from scoring.operations import sheets
from scoring.operations.document_stores import SCANS

if TYPE_CHECKING:
    from orgs.kernel.document_guard import Format
    from orgs.models import User

MOST = 20  # per sheet and kind: pages may be scanned one by one


def attach(sheet: Sheet, kind: str, data: bytes, filename: str, *, by: User) -> SignedScan:
    """Attach a scan: the unit its report and its sheet, the office both; the same file once more is the same scan.

    Raises FileRejected, NotReady before the sheet is final (of the report: before it is handed in), NotAllowed.
    """
    _require_right(sheet, by)
    document = documents.checked(data, filename)
    with SCANS.held(document.data) as stored:
        scan = _written(sheet, kind, document, stored, by)
    if scan.stored_name != stored:
        SCANS.forget(stored)
    return scan


@transaction.atomic
def content(scan: SignedScan, *, by: User) -> tuple[bytes, Format]:
    """The file as it came, and what it is; the reading is recorded. Raises FileDamaged."""
    data = SCANS.read(scan.stored_name, scan.sha256)
    ledger.record("sheet.scan_read", scan.sheet, by=by, scan=scan.pk)
    return data, documents.format_of(scan.original_name)


def may_attach(user: User, sheet: Sheet) -> bool:
    """The unit's own committee, and the office that runs the assessment."""
    is_own = sheet.unit_id in sheets.own_units(user, permissions.SELF_ASSESS)
    return is_own or (sheets.may_assess(user, sheet.unit) and sheets.leads(user, sheet.unit))


def _require_right(sheet: Sheet, by: User) -> None:
    if not may_attach(by, sheet):
        raise NotAllowed


@transaction.atomic
def _written(sheet: Sheet, kind: str, document: documents.Document, stored: str, by: User) -> SignedScan:
    # Two presses at once: the second waits here, and finds what the first has left.
    sheet = Sheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    if kind == ScanKind.SHEET and not sheet.is_final:
        raise NotReady(_("考评表定稿以后再签字盖章，请届时上传扫描件。"))
    known = sheet.scans.filter(kind=kind)
    same = known.filter(sha256=document.sha256).first()
    if same is not None:
        return same
    if known.count() >= MOST:
        raise NotReady(_("这一种扫描件最多 %(most)s 份，请合并成一个 PDF 上传。") % {"most": MOST})
    scan = SignedScan.objects.create(
        sheet=sheet,
        kind=kind,
        stored_name=stored,
        original_name=document.name,
        size=document.size,
        sha256=document.sha256,
        added_at=clock.now(),
        added_by=by,
    )
    ledger.record("sheet.scan_attached", sheet, by=by, scan=scan.pk, kind=kind, digest=document.sha256)
    return scan
