"""Closed weeks: complete, without gaps, adding up, and as they were published (R1, R2, R3, R4, R5, R7, C5)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from django.db.models import Count, F, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.choices import JobState
from orgs.kernel.integrity import Check, Found, check, rows
from orgs.models import AuditEntry
from reporting.choices import WeekState
from reporting.figures import ADDITIVE
from reporting.models import ClosedWeek, WeekUnit
from reporting.rollup import content_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.integrity import Run

RESTORE = gettext_lazy("已结的周不能重算。请停止写入，从最近的备份恢复；已经公布的，用“更正”发布新的一版。")


def _week(header: ClosedWeek) -> str:
    return _("%(week)s 第 %(edition)s 版") % {"week": header.week, "edition": header.edition}


def _looked_at(run: Run) -> list[ClosedWeek]:
    """The newest editions that are added up and digested again; the run says how many."""
    newest = ClosedWeek.objects.published().order_by("-starts_on", "-edition")
    return list(newest[: run.weeks] if run.weeks else newest)


@check(
    "week-gaps",
    "R5",
    gettext_lazy("已结的周从第一周起没有空缺"),
    remedy=gettext_lazy("请运行 manage.py catch_up。"),
)
def gaps(run: Run) -> Iterator[Found]:
    """Between the first published week and the last there is no week that isn't."""
    weeks = sorted({header.week for header in ClosedWeek.objects.published()})
    for earlier, later in pairwise(weeks):
        if earlier.next() != later:
            text = _("之后缺少已结的周，下一个是 %(week)s") % {"week": later}
            yield Found(str(earlier), text, str(earlier))


@check("week-editions", "R5", gettext_lazy("每周的版次从 1 起连续，周一与周号相符"), remedy=RESTORE)
def editions(run: Run) -> Iterator[Found]:
    """Editions of a week count from one; its first day is that of the week it names."""
    known: dict[object, list[ClosedWeek]] = {}
    for header in ClosedWeek.objects.order_by("year", "number", "edition"):
        known.setdefault(header.week, []).append(header)
    for headers in known.values():
        for n, header in enumerate(headers, 1):
            if header.edition != n or header.starts_on != header.week.starts_on:
                yield Found(_week(header), _("版次不连续，或首日与周号不符"), header.pk)


@check("week-rows", "C5 R4", gettext_lazy("已结的周行数齐全，有汇总时间和校验值"), remedy=RESTORE)
def week_rows(run: Run) -> Iterator[Found]:
    """As many rows as were published; a week that is not closed has none that count, unless it is being closed."""
    n_rows = (
        WeekUnit.objects.filter(week=OuterRef("pk")).order_by().values("week").annotate(n=Count("unit_id"))
    )
    for header in ClosedWeek.objects.annotate(n_rows=Subquery(n_rows.values("n"))).select_related("job"):
        n: int = header.n_rows or 0  # type: ignore[attr-defined]  # as annotated
        if header.state == WeekState.CLOSED:
            if n != header.n_units or not header.content_hash or header.closed_at is None:
                words = {"said": header.n_units, "n": n}
                yield Found(
                    _week(header), _("应有 %(said)s 行，实有 %(n)s 行，或缺少校验值") % words, header.pk
                )
        elif n and not (header.job and header.job.state == JobState.RUNNING):
            yield Found(_week(header), _("没有结周，却留下 %(n)s 行") % {"n": n}, header.pk)


@check("week-audit", "J1", gettext_lazy("每个已结的周有一条操作记录，校验值相同"), remedy=RESTORE)
def week_audit(run: Run) -> Iterator[Found]:
    """Publishing was written down once, with the digest that the week still has."""
    noted: dict[str, list[object]] = {}
    lines = AuditEntry.objects.filter(verb="week.closed", object_type=ClosedWeek._meta.label_lower)
    for object_id, detail in lines.values_list("object_id", "body__detail"):
        noted.setdefault(object_id, []).append((detail or {}).get("hash"))
    for header in ClosedWeek.objects.published():
        if noted.get(str(header.pk)) != [header.content_hash]:
            yield Found(_week(header), _("结周的操作记录缺少、重复，或校验值不同"), header.pk)


@check("week-digest", "R4", gettext_lazy("已结的周与公布时的校验值相符"), remedy=RESTORE)
def digests(run: Run) -> Iterator[Found]:
    """Every figure of the week is as it was published."""
    for header in _looked_at(run):
        if content_hash(header) != header.content_hash:
            yield Found(_week(header), _("内容与公布时的校验值不符"), header.pk)


# The national office stands above the forest: all provinces are below it.
ABOVE = (
    "CASE WHEN parent_id IS NULL AND kind_id <> 'national' THEN (SELECT MIN(n.unit_id) FROM reporting_weekunit n"
    " WHERE n.week_id = %s AND n.kind_id = 'national') ELSE parent_id END"
)


@check("week-sums", "R1", gettext_lazy("上级的数等于本级加各下级"), remedy=RESTORE)
def sums(run: Run) -> Iterator[Found]:
    """For every unit and additive figure: own + the children's."""
    rest = ", ".join(f"sub_{name} - own_{name} AS {name}" for name in ADDITIVE)
    below = ", ".join(f"-sub_{name}" for name in ADDITIVE)
    differs = " OR ".join(f"SUM({name}) <> 0" for name in ADDITIVE)
    # One pass and one sort: SQLite would look through all superiors for each unit of a join.
    statement = (
        f"WITH part AS (SELECT unit_id, code, {rest} FROM reporting_weekunit WHERE week_id = %s"  # noqa: S608 - names of ours
        f" UNION ALL SELECT {ABOVE}, NULL, {below} FROM reporting_weekunit WHERE week_id = %s)"
        f" SELECT unit_id, MAX(code) FROM part GROUP BY unit_id"
        f" HAVING MAX(code) IS NOT NULL AND ({differs}) ORDER BY unit_id"
    )
    for header in _looked_at(run):
        for unit_id, code in rows(statement, [header.pk] * 3):
            place = _("%(week)s 团组织 %(id)s（%(code)s）") % {
                "week": _week(header),
                "id": unit_id,
                "code": code,
            }
            yield Found(place, _("本级与各下级之和不等于合计"), unit_id)


@check(
    "week-persons", "R3", gettext_lazy("管理员人数不多于本级与各下级之和，不少于其中任何一个"), remedy=RESTORE
)
def persons(run: Run) -> Iterator[Found]:
    """Persons are counted once in a subtree: never more than the sum, never fewer than one part has, and a branch's own.

    That they are counted by distinct key is proved in tests/reporting/test_rollup_persons.py; here nothing is read but
    the week. Editions from before persons were counted have no figure.
    """
    statement = (
        "WITH part AS (SELECT unit_id, code, sub_admin_persons AS said, own_admin_persons AS n"  # noqa: S608 - names of ours
        "  FROM reporting_weekunit WHERE week_id = %s AND sub_admin_persons IS NOT NULL"
        f" UNION ALL SELECT {ABOVE}, NULL, NULL, sub_admin_persons FROM reporting_weekunit WHERE week_id = %s)"
        " SELECT unit_id, MAX(code) FROM part GROUP BY unit_id"
        " HAVING MAX(said) > SUM(n) OR MAX(said) < MAX(n) ORDER BY unit_id"
    )
    for header in _looked_at(run):
        for unit_id, code in rows(statement, [header.pk] * 3):
            words = {"week": _week(header), "id": unit_id, "code": code}
            place = _("%(week)s 团组织 %(id)s（%(code)s）") % words
            yield Found(place, _("管理员人数与本级、各下级的人数矛盾"), unit_id)


@check("week-totals", "R2", gettext_lazy("各省合计等于逐个团组织相加"), remedy=RESTORE)
def totals(run: Run) -> Iterator[Found]:
    """All provinces together are the flat sum of all own figures below the national office, computed without the tree."""
    flat = ", ".join(
        f"SUM(own_{name}) - SUM(CASE WHEN parent_id IS NULL THEN sub_{name} ELSE 0 END)" for name in ADDITIVE
    )
    statement = f"SELECT {flat} FROM reporting_weekunit WHERE week_id = %s AND kind_id <> 'national'"  # noqa: S608 - names of ours
    for header in _looked_at(run):
        for row in rows(statement, [header.pk]):
            wrong = [name for name, difference in zip(ADDITIVE, row, strict=True) if difference]
            if wrong:
                text = _("合计与逐个相加不符：%(names)s") % {"names": "、".join(wrong)}
                yield Found(_week(header), text, header.pk)


@check("week-superiors", "R7", gettext_lazy("周内每个团组织的上级也在该周"), remedy=RESTORE)
def superiors(run: Run) -> Iterator[Found]:
    """A row's superior stands in the same edition, one step higher."""
    statement = (
        "SELECT w.week_id, w.unit_id FROM reporting_weekunit w LEFT JOIN reporting_weekunit p"
        " ON p.week_id = w.week_id AND p.unit_id = w.parent_id"
        " WHERE w.week_id = %s AND w.parent_id IS NOT NULL AND (p.unit_id IS NULL OR p.depth <> w.depth - 1)"
        " ORDER BY w.unit_id"
    )
    for header in _looked_at(run):
        for _week_id, unit_id in rows(statement, [header.pk]):
            place = _("%(week)s 团组织 %(id)s") % {"week": _week(header), "id": unit_id}
            yield Found(place, _("上级不在该周，或层级不符"), unit_id)


@check("coverage-parts", "R7 R8", gettext_lazy("覆盖率的分子不为负，不大于登记的覆盖数"), remedy=RESTORE)
def coverage(run: Run) -> Iterator[Found]:
    """min(covered, base) is never more than covered, and nothing is below zero."""
    for header in _looked_at(run):
        found = WeekUnit.objects.for_week(header.pk)
        wrong = found.filter(sub_covered_capped__lt=0) | found.filter(
            sub_covered_capped__gt=F("sub_covered_members")
        )
        for unit_id in wrong.order_by("unit_id").values_list("unit_id", flat=True).iterator():
            place = _("%(week)s 团组织 %(id)s") % {"week": _week(header), "id": unit_id}
            yield Found(place, _("覆盖率的分子不合理"), unit_id)


CHECKS: tuple[Check, ...] = (
    *(gaps, editions, week_rows, week_audit, digests, sums, persons, totals, superiors, coverage),
)
