"""统计接口: credentials are kept and removed by the unit; every morning a job fetches yesterday's numbers."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import EDIT_REGISTRY
from reporting.choices import CollectorService
from reporting.collectors import FETCH, CollectorError
from reporting.exceptions import ReportingError
from reporting.models import Collector, Statistic

if TYPE_CHECKING:
    from orgs.models import Job, User

TASK = "reporting.fetch_statistics"
LONGEST_SECRET = 300
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{3,80}", re.ASCII)
_SECRET = re.compile(r"[\x21-\x7e]{6,300}", re.ASCII)


@transaction.atomic
def connect(unit: OrgUnit, service: str, identifier: str, secret: str, *, by: User) -> Collector:
    """Keep the credentials of the own unit; those of the same platform are replaced. Raises NotAllowed, ReportingError."""
    if unit.pk not in by.units_in_charge().allowing(EDIT_REGISTRY).own_unit_ids() or not unit.is_open:
        raise NotAllowed
    if service not in CollectorService.values:
        raise ReportingError(_("请选择平台。"))
    if not _IDENTIFIER.fullmatch(identifier.strip()):
        raise ReportingError(_("应用编号只能是字母、数字、横线和下划线，请核对。"))
    if not _SECRET.fullmatch(secret.strip()):
        raise ReportingError(_("密钥不能有空格和中文，请重新粘贴。"))
    OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
    facts = {"identifier": identifier.strip(), "secret": secret.strip(), "saved_at": clock.now()}
    facts |= {"saved_by": by, "fetched_at": None, "problem": ""}
    made, _is_new = Collector.objects.update_or_create(unit=unit, service=service, defaults=facts)
    ledger.record("collector.saved", made, by=by, unit=unit, service=service)
    return made


@transaction.atomic
def remove(collector_id: int, *, by: User) -> None:
    """Forget the credentials; the numbers stay. Raises Collector.DoesNotExist outside the own units."""
    found = Collector.objects.actionable_by(by).select_for_update(of=("self",)).get(pk=collector_id)
    ledger.record("collector.removed", found, by=by, unit=found.unit, service=found.service)
    found.delete()


def order(collector_id: int, *, by: User) -> Job:
    """Fetch now: once in ten minutes, whoever asks."""
    found = Collector.objects.actionable_by(by).get(pk=collector_id)
    return _enqueue(found, clock.now().strftime("%Y%m%d%H%M")[:-1], by=by)


def enqueue_all() -> list[Job]:
    """Every morning: one job for each unit's platform."""
    known = Collector.objects.filter(unit__is_open=True).order_by("pk")
    return [_enqueue(each, f"{clock.today():%Y%m%d}-daily", by=None) for each in known]


def fetch_in_job(job_id: int) -> None:
    """Do the work of a job row; what went wrong on the platform's side stands beside the credentials, in words."""
    ledger.run(job_id, _fetch)


def _enqueue(found: Collector, when: str, *, by: User | None) -> Job:
    return ledger.enqueue(TASK, key=f"fetch-{found.pk}-{when}", by=by, collector=found.pk)


def _fetch(job: Job) -> dict[str, object]:
    found = Collector.objects.filter(pk=job.params["collector"]).first()
    if found is None:
        return {"n_values": 0}
    day = clock.today() - timedelta(days=1)
    try:
        values = FETCH[found.service](found.identifier, found.secret, day)
    except CollectorError as error:
        _tell(found, error.message)
        return {"n_values": 0}
    _keep(found, day, values)
    return {"n_values": len(values)}


@transaction.atomic
def _keep(found: Collector, day: date, values: dict[str, int]) -> None:
    """What came for the credentials that were asked with; those that were replaced meanwhile say nothing of these."""
    Statistic.objects.update_or_create(
        unit_id=found.unit_id,
        service=found.service,
        identifier=found.identifier,
        day=day,
        defaults={"values": values, "fetched_at": clock.now()},
    )
    _tell(found, "")


def _tell(found: Collector, problem: str) -> None:
    same = Collector.objects.filter(pk=found.pk, saved_at=found.saved_at)
    same.update(fetched_at=clock.now(), problem=problem[:200])
