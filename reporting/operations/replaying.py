"""重放抽样: what a draw's stored frame and seed give today, against what was drawn and written down then (P2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.models import AuditEntry
from reporting import draw as arithmetic
from reporting.choices import Stratum
from reporting.operations.draws import DRAWN

if TYPE_CHECKING:
    from reporting.models import Draw


def differences(draw: Draw) -> list[str]:
    """What is not as it was drawn, in words; empty when everything is. Two statements."""
    found = []
    if arithmetic.digest(draw.frame) != draw.frame_hash:
        found.append(_("抽样框与保存的校验值不符。"))
    noted = AuditEntry.objects.filter(
        verb=DRAWN, object_type=draw._meta.label_lower, object_id=str(draw.pk)
    ).first()
    if noted is None or any(noted.detail.get(key) != value for key, value in _noted(draw).items()):
        found.append(_("编号、抽样编号、抽取数或校验值与抽取时的日志不符。"))
    if draw.share_percent is not None and draw.size != arithmetic.share_of(draw.n_frame, draw.share_percent):
        found.append(_("抽取数与保存的抽取比例不符。"))
    drawn = list(draw.items.order_by("position").values_list("group_id", "unit_id", "stratum"))
    if _again(draw) != drawn:
        found.append(_("样本与重新抽取的结果不符。"))
    return found


def _noted(draw: Draw) -> dict[str, object]:
    return {
        "number": draw.number,
        "seed": draw.seed,
        "frame_hash": draw.frame_hash,
        "size": draw.size,
    }


def _again(draw: Draw) -> list[tuple[int, int, str]]:
    """The sample as it comes out today; empty where nothing can be drawn from what is stored."""
    try:
        lines = arithmetic.lines_of(draw.frame)
        is_stratified = draw.stratum != Stratum.NONE
        drawn = arithmetic.sample(lines, draw.seed, draw.size, is_stratified=is_stratified)
    except ValueError:
        return []
    return [(line.group_id, line.unit_id, line.stratum) for line in drawn]
