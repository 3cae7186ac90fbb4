"""Bench `erasure`: one person who has left is erased from a nation: asked for, looked for everywhere, taken out.

There is no bar: it is a job of its own, seldom asked for. `locked_seconds` is how long others wait for it on SQLite.
"""

from __future__ import annotations

import io
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from django.test.utils import override_settings

from accounts.models import SubmissionRow
from config.bench import Figure, nation, peak_mib, stopwatch
from config.erasure import erasing
from orgs.choices import Kind
from orgs.kernel import clock, sealed
from orgs.models import Appointment, OrgUnit, User

if TYPE_CHECKING:
    from collections.abc import Callable

FORMS, FILES, FILE_BYTES = 20, 20, 1024 * 1024


def run(nodes: int) -> list[Figure]:
    """Seconds of asking, of the whole and of the part under the lock; MiB; what was found."""
    nation.build(nodes)
    # SECURITY: never the files of the portal whose settings these are.
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder, override_settings(MEDIA_ROOT=folder):
        _fill(Path(folder))
        person = _who_has_left()
        locked: list[float] = []
        by = User.objects.get(username=nation.NATIONAL)
        peak_mib(anew=True)
        before = peak_mib()
        with stopwatch() as asking:
            erasure = erasing.ask(person.mobile, reason="本人申请", by=by, enqueued=False)
        with stopwatch() as watch, patch.object(erasing, "_change", _timed(erasing._change, locked)):
            erasure = erasing.carry_out(erasure.pk)
        peak = peak_mib()
    return [
        Figure("units", OrgUnit.objects.count()),
        Figure("rows", sum(erasure.result["changed"].values()), FORMS, at_least=True),
        Figure("ask_seconds", asking.seconds),
        Figure("seconds", watch.seconds),
        Figure("locked_seconds", sum(locked)),
        Figure("peak_mib", peak),
        Figure("peak_before_mib", before),
    ]


def _who_has_left() -> User:
    """Somebody of a township, named in the forms of some of its branches."""
    post = Appointment.objects.filter(unit__kind=Kind.TOWNSHIP).order_by("pk")[0]
    day = clock.today() - timedelta(days=1)
    Appointment.objects.filter(user=post.user_id).update(starts_on=day, ends_on=day)
    user = post.user
    told = {"admin_name": user.name, "admin_mobile": user.mobile, "admin_wechat": f"wx_of_{user.pk}_left"}
    for row in SubmissionRow.objects.order_by("pk")[:FORMS]:
        row.personal = told
        row.save(update_fields=["personal"])
    return user


def _fill(folder: Path) -> None:
    """Papers in which nobody is named."""
    for number in range(FILES):
        sealed.write(folder / "hand_ins" / f"{number:032x}.bin", io.BytesIO(bytes(FILE_BYTES)))


def _timed(work: Callable[..., object], seconds: list[float]) -> Callable[..., object]:
    def timed(*arguments: object) -> object:
        began = time.perf_counter()
        try:
            return work(*arguments)
        finally:
            seconds.append(time.perf_counter() - began)

    return timed
