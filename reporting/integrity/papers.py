"""Bulletins, weekly reports and documents handed in: numbered, dated, and with their files (R4, Q6)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.exceptions import FileDamaged
from orgs.kernel.integrity import Check, Found, check
from reporting.choices import BulletinState, HandInState
from reporting.models import Bulletin, BulletinRecipient, CheckPhoto, HandIn, WeeklyReport
from reporting.operations import hand_in_files, photo_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.integrity import Run

FILES = gettext_lazy("请从备份恢复 media 目录中的这个文件。")


@check(
    "bulletin-numbers",
    "R4 R5",
    gettext_lazy("各单位每年的通报期号从 1 起连续，更正指向原通报"),
    remedy=gettext_lazy("已发布的通报不能改号。请停止写入，从最近的备份恢复。"),
)
def bulletins(run: Run) -> Iterator[Found]:
    """Published bulletins of a unit and year are numbered without gaps; a correction says what it corrects."""
    numbers: dict[tuple[int, int], set[int]] = {}
    for bulletin in Bulletin.objects.filter(state=BulletinState.PUBLISHED).order_by("pk"):
        if bulletin.year is not None and bulletin.number is not None:  # the database sees to it
            numbers.setdefault((bulletin.unit_id, bulletin.year), set()).add(bulletin.number)
        if (bulletin.correction > 0) != (bulletin.corrects_id is not None):
            yield Found(_("通报 %(id)s") % {"id": bulletin.pk}, _("更正没有指向原通报"), bulletin.pk)
    for (unit_id, year), found in numbers.items():
        missing = sorted(set(range(1, max(found) + 1)) - found)
        if missing:
            words = {"year": year, "numbers": "、".join(map(str, missing))}
            text = _("%(year)s 年缺少第 %(numbers)s 期") % words
            yield Found(_("团组织 %(id)s 的通报") % {"id": unit_id}, text, unit_id)


@check(
    "report-signatures",
    "J1",
    gettext_lazy("确认、签收都写明是谁"),
    remedy=gettext_lazy("请核对操作记录，由该单位重新确认或签收。"),
)
def signatures(run: Run) -> Iterator[Found]:
    """Who confirms a weekly report or signs for a bulletin is known."""
    reports = WeeklyReport.objects.filter(confirmed_at__isnull=False, confirmed_by__isnull=True)
    signed = BulletinRecipient.objects.filter(received_at__isnull=False, received_by__isnull=True)
    for found, word in ((reports, _("周报告")), (signed, _("通报签收"))):
        for pk in found.order_by("pk").values_list("pk", flat=True):
            yield Found(f"{word} {pk}", _("有时间，没有办理人"), pk)


@check(
    "hand-ins-decided",
    "F2",
    gettext_lazy("接收、退回的材料有时间"),
    remedy=gettext_lazy("请核对操作记录；材料本身不会改变。"),
)
def decided(run: Run) -> Iterator[Found]:
    """What is accepted or returned says when; what waits doesn't."""
    wrong = Q(state=HandInState.HANDED, decided_at__isnull=False)
    wrong |= Q(state__in=[HandInState.ACCEPTED, HandInState.RETURNED], decided_at__isnull=True)
    for pk in HandIn.objects.filter(wrong).order_by("pk").values_list("pk", flat=True).iterator():
        yield Found(_("报送材料 %(id)s") % {"id": pk}, _("状态与办理时间不符"), pk)


@check("stored-files", "Q6 C6", gettext_lazy("报送材料和抽查照片的文件都在，内容没有改变"), remedy=FILES)
def files(run: Run) -> Iterator[Found]:
    """Every row has its file; with `files` it is read and its digest compared too."""
    folder = Path(settings.MEDIA_ROOT) / "hand_ins"
    for hand_in in HandIn.objects.order_by("pk").iterator():
        place = _("报送材料 %(id)s") % {"id": hand_in.pk}
        if not (folder / hand_in.stored_name).is_file():
            yield Found(place, _("文件不见了"), hand_in.pk)
        elif run.files:
            try:
                hand_in_files.read(hand_in)
            except FileDamaged:
                yield Found(place, _("文件打不开，或与报送时不同"), hand_in.pk)
    there = {name for name, _path in photo_files.names()}
    photos = CheckPhoto.objects.filter(deleted_at__isnull=True).order_by("pk")
    for pk, name in photos.values_list("pk", "stored_name").iterator():
        if name not in there:
            yield Found(_("抽查照片 %(id)s") % {"id": pk}, _("文件不见了"), pk)


@check(
    "corrections",
    "R4",
    gettext_lazy("被更正的通报是同一单位已发布的通报"),
    remedy=gettext_lazy("请停止写入，从最近的备份恢复。"),
)
def corrected(run: Run) -> Iterator[Found]:
    """A correction corrects a published bulletin of the same unit."""
    proper = Bulletin.objects.filter(
        pk=OuterRef("corrects"), unit=OuterRef("unit"), state=BulletinState.PUBLISHED
    )
    wrong = Bulletin.objects.filter(corrects__isnull=False).filter(~Exists(proper) | Q(corrects=F("pk")))
    for pk in wrong.order_by("pk").values_list("pk", flat=True):
        yield Found(_("通报 %(id)s") % {"id": pk}, _("更正的不是本单位已发布的通报"), pk)


CHECKS: tuple[Check, ...] = (bulletins, corrected, signatures, decided, files)
