"""内容摘要: a final sheet keeps what it said and the sha256 of it; `verify` says what is no longer the same (C6)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.models import AuditEntry
from reporting.operations import hand_in_files
from scoring.content import canonical, content_of, digest
from scoring.models import Evidence, Sheet, SheetSeal, SignedScan
from scoring.operations import document_stores
from scoring.seal_words import differences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FINALISED = "sheet.finalised"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that isn't as it was when the sheet was made final."""

    sheet: Sheet
    words: str

    def as_json(self) -> dict[str, object]:
        sheet = self.sheet
        facts = {"sheet": sheet.pk, "unit": sheet.unit.code, "year": sheet.year, "revision": sheet.revision}
        return facts | {"differs": self.words}


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at: how many final sheets, how many were made final before there were digests, what differs."""

    n_sheets: int
    n_without: int
    findings: list[Finding]


def seal(sheet: Sheet) -> str:
    """Keep what the sheet says now, to be called last before it becomes final; returns the digest."""
    text = canonical(content_of(sheet))
    SheetSeal.objects.create(sheet=sheet, content=text, sealed_at=clock.now())
    sheet.content_hash = digest(text)
    return sheet.content_hash


def verify(year: int | None = None) -> Verification:
    """Compute the digest of every final sheet again, and read every file it cites; nothing is written."""
    sheets = Sheet.objects.final().select_related("scheme", "unit", "seal").order_by("year", "pk")
    if year is not None:
        sheets = sheets.of_year(year)
    n_sheets = n_without = 0
    findings: list[Finding] = []
    for sheet in sheets.iterator(chunk_size=200):
        n_sheets += 1
        n_without += not sheet.content_hash
        findings += [Finding(sheet, words) for words in (*_changed(sheet), *_damaged(sheet))]
    return Verification(n_sheets, n_without, findings)


def _changed(sheet: Sheet) -> Iterator[str]:
    """Rows that don't say what they said."""
    if not sheet.content_hash:
        return
    now = content_of(sheet)
    if _digest_in_ledger(sheet) not in (sheet.content_hash, None):
        yield _("内容摘要与操作日志所记的不同")
    kept = getattr(sheet, "seal", None)
    if kept is None:
        yield _("定稿时的内容记录不见了")
    elif digest(kept.content) != sheet.content_hash:
        yield _("定稿时的内容记录与内容摘要不符")
    if digest(canonical(now)) != sheet.content_hash:
        yield from (differences(_before(kept), now) or [_("内容与内容摘要不符")])


def _before(kept: SheetSeal | None) -> dict[str, Any]:
    try:
        found = json.loads(kept.content) if kept else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _digest_in_ledger(sheet: Sheet) -> str | None:
    lines = AuditEntry.objects.filter(
        verb=FINALISED, object_type=sheet._meta.label_lower, object_id=str(sheet.pk)
    )
    detail = lines.order_by("-pk").values_list("body__detail", flat=True).first() or {}
    return detail.get("digest")


def _damaged(sheet: Sheet) -> Iterator[str]:
    """Files that are gone or are not what was kept."""
    cited = Evidence.objects.filter(score__sheet=sheet).select_related("score__criterion", "hand_in")
    for each in cited.order_by("pk"):
        if not _is_intact(each):
            words = {"code": each.score.criterion.code, "title": each.title}
            yield _("评分点 %(code)s 的佐证材料“%(title)s”：文件已损坏、被改动或不在服务器上") % words
    yield from _damaged_scans(SignedScan.objects.filter(sheet=sheet).order_by("pk"))


def _damaged_scans(scans: Iterable[SignedScan]) -> Iterator[str]:
    for scan in scans:
        if not document_stores.SCANS.is_intact(scan.stored_name, scan.sha256):
            words = {"kind": scan.get_kind_display(), "name": scan.original_name}
            yield _("%(kind)s的扫描件“%(name)s”：文件已损坏、被改动或不在服务器上") % words


def _is_intact(evidence: Evidence) -> bool:
    if evidence.hand_in is not None:
        return hand_in_files.STORE.is_intact(evidence.hand_in.stored_name, evidence.hand_in.sha256)
    if not evidence.stored_name:
        return True
    return document_stores.EVIDENCE.is_intact(evidence.stored_name, evidence.sha256)
