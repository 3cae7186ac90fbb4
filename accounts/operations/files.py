"""Files that a job has written: encrypted at rest below MEDIA_ROOT, for the person who asked, gone after a day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings

from orgs.choices import JobState
from orgs.kernel import clock, sealed
from orgs.models import Job

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "annex"
KEPT_FOR = timedelta(hours=24)


def keep(job: Job, source: IO[bytes]) -> str:
    """Encrypt a finished file to disk, piece by piece; returns the sha256 of what was written."""
    return sealed.write(_path(job.pk), source)


def pieces(job: Job) -> Iterator[bytes]:
    """The file, piece by piece."""
    return sealed.pieces(_path(job.pk))


def is_there(job: Job) -> bool:
    """The file is written, less than a day old, and on disk."""
    if job.state != JobState.DONE or job.finished_at is None or job.finished_at < clock.now() - KEPT_FOR:
        return False
    return _path(job.pk).exists()


def purge() -> int:
    """Delete what is older than a day, or belongs to no job; returns how many."""
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    paths = {int(path.stem): path for path in folder.glob("*.bin") if path.stem.isdigit()}
    recent = Job.objects.filter(pk__in=paths, finished_at__gte=clock.now() - KEPT_FOR)
    kept = set(recent.values_list("pk", flat=True))
    running = set(Job.objects.unfinished().values_list("pk", flat=True))
    gone = [path for pk, path in paths.items() if pk not in kept | running]
    gone += [path for path in folder.glob("*.part") if path.stem.isdigit() and int(path.stem) not in running]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _path(job_id: int) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / f"{job_id}.bin"
