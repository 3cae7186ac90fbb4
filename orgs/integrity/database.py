"""The database itself: immutability, references, and the ledger of jobs and audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.choices import JobState
from orgs.kernel import triggers
from orgs.kernel.integrity import Check, Found, check, rows
from orgs.models import AuditEntry, Job
from orgs.operations import audit_chain
from orgs.operations.ledger import PART_OF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.integrity import Run

    Reference = models.ForeignKey[models.Model, models.Model]

APPS = ("orgs", "accounts", "reporting", "scoring")


@check(
    "triggers",
    "R4 F4 Q6",
    gettext_lazy("不可更改的表有触发器保护"),
    remedy=gettext_lazy("请运行 manage.py migrate，触发器会重新建立；之后查明是谁、何时去掉的。"),
)
def immutability(run: Run) -> Iterator[Found]:
    """Closed weeks, final sheets, published bulletins and the audit ledger withstand any SQL."""
    for lacking in triggers.missing(connection):
        yield Found(_("数据库"), _("缺少保护：%(trigger)s") % {"trigger": lacking}, lacking)


@check(
    "references",
    "T11",
    gettext_lazy("引用的记录都在"),
    remedy=gettext_lazy("有记录被绕过系统删除。请停止写入，从最近的备份恢复。"),
)
def references(run: Run) -> Iterator[Found]:
    """Every foreign key leads to a row; those that the database doesn't enforce are looked up here."""
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.local_concrete_fields:
                if isinstance(field, models.ForeignKey) and not _is_enforced(field):
                    yield from _dangling(model, field)


def _is_enforced(field: Reference) -> bool:
    # SQLite enforces too, but only on connections that switched it on.
    constraint: bool = field.db_constraint  # type: ignore[attr-defined]  # the stubs forgot it
    return constraint and connection.vendor != "sqlite"


def _dangling(model: type[models.Model], field: Reference) -> Iterator[Found]:
    quote = connection.ops.quote_name
    target = field.target_field
    there, column = target.model._meta.db_table, quote(str(field.column))
    statement = (
        f"SELECT DISTINCT a.{column} FROM {quote(model._meta.db_table)} a"  # noqa: S608 - quoted names of the models
        f" LEFT JOIN {quote(there)} b ON b.{quote(str(target.column))} = a.{column}"
        f" WHERE a.{column} IS NOT NULL AND b.{quote(str(target.column))} IS NULL ORDER BY 1"
    )
    for (key,) in rows(statement):
        text = _("引用了不存在的 %(there)s %(key)s") % {"there": there, "key": key}
        yield Found(f"{model._meta.db_table}.{field.column}", text, key)


@check(
    "audit-lines",
    "J1",
    gettext_lazy("每条操作记录都有动作和对象"),
    remedy=gettext_lazy("操作记录只增不改。请保存数据库日志，查明这些记录从哪里来。"),
)
def audit(run: Run) -> Iterator[Found]:
    """A line of the ledger says what was done to what."""
    for pk in (
        AuditEntry.objects.filter(Q(verb="") | Q(object_type="")).order_by("pk").values_list("pk", flat=True)
    ):
        yield Found(_("操作记录 %(id)s") % {"id": pk}, _("没有动作或对象"), pk)


@check(
    "jobs",
    "J3",
    gettext_lazy("后台任务的状态与时间一致"),
    remedy=gettext_lazy("请用 manage.py job retry 重新办理该任务，或用 manage.py job cancel 取消。"),
)
def jobs(run: Run) -> Iterator[Found]:
    """What is done or failed has an end, what runs has a beginning, and nothing is done more than whole."""
    ended = Q(state__in=[JobState.DONE, JobState.FAILED], finished_at__isnull=True)
    running = Q(state=JobState.RUNNING, heartbeat_at__isnull=True)
    unknown = ~Q(state__in=JobState.values)
    for pk, state in Job.objects.filter(ended | running | unknown).order_by("pk").values_list("pk", "state"):
        yield Found(_("后台任务 %(id)s") % {"id": pk}, _("状态“%(state)s”缺少时间") % {"state": state}, pk)
    wholes = set(Job.objects.values_list("pk", flat=True))
    parts = Job.objects.filter(**{f"params__{PART_OF}__isnull": False}).order_by("pk")
    for pk, params in parts.values_list("pk", "params"):
        if params[PART_OF] not in wholes:
            yield Found(_("后台任务 %(id)s") % {"id": pk}, _("所属的任务不存在"), pk)


@check(
    "audit-chain",
    "J2",
    gettext_lazy("操作记录链完整，没有记录被改动"),
    remedy=gettext_lazy(
        "有人绕过系统改动了操作记录。请保存数据库日志，与备份中的同一条记录比较，查明是谁、何时改动。"
    ),
)
def chain(run: Run) -> Iterator[Found]:
    """Every sealed line of the ledger is as it was sealed."""
    for each in audit_chain.verify():
        place = _("操作记录 %(id)s") % {"id": each.entry_id} if each.entry_id else _("操作记录链")
        yield Found(place, each.text, each.entry_id or each.number)


CHECKS: tuple[Check, ...] = (immutability, references, audit, chain, jobs)
