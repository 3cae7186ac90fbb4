"""Checks that every table of validity rows needs: no two at once, and the present row says what the current version says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F, Q, Window
from django.db.models.functions import Lead
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel.integrity import Found, check, rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db import models

    from orgs.kernel.integrity import Check, Run
    from orgs.kernel.versions import Version

ASK = gettext_lazy("版本由系统写入，不能手工修改。请停止写入，从最近的备份恢复，并把检查结果交给维护人员。")


def key_of(model: type[Version]) -> tuple[str, ...]:
    """The fields that name what a version is about: those of its `one_current` constraint."""
    return next(each.fields for each in model._meta.constraints if each.name.endswith("_one_current"))  # type: ignore[attr-defined]


def overlaps(name: str, *models_: type[Version]) -> Check:
    """Of one thing, at most one version is valid at any moment, and each ends after it began."""

    @check(name, "T12 R4", gettext_lazy("同一对象的版本首尾不重叠"), remedy=ASK)
    def find(run: Run) -> Iterator[Found]:
        for model in models_:
            yield from _overlapping(model)

    return find


def _overlapping(model: type[Version]) -> Iterator[Found]:
    key = key_of(model)
    order = [F("valid_from").asc(), F("pk").asc()]
    following = Window(Lead("valid_from"), partition_by=[F(each) for each in key], order_by=order)
    torn = model.objects.annotate(following=following).filter(
        Q(valid_to__lte=F("valid_from"))
        | Q(following__isnull=False, valid_to__isnull=True)
        | Q(following__lt=F("valid_to"))
    )
    for pk, since in torn.order_by("pk").values_list("pk", "valid_from").iterator():
        where = _("%(model)s %(id)s") % {"model": model._meta.db_table, "id": pk}
        yield Found(where, _("自 %(at)s 起的版本与后一个版本重叠") % {"at": since.isoformat()}, pk)


def lagging(
    present: type[models.Model], version: type[Version], facts: Iterable[str], *, where: str = ""
) -> Iterator[Found]:
    """Rows of `present` without a current version that says the same; `facts` are columns that both tables have.

    `where` narrows the rows down, as SQL of ours over `p`.
    """
    quote = connection.ops.quote_name
    (key,) = key_of(version)
    # As SQL: the ORM has no comparison in which NULL equals NULL.
    equals = "IS NOT DISTINCT FROM" if connection.vendor == "postgresql" else "IS"
    same = " AND ".join(f"v.{quote(each)} {equals} p.{quote(each)}" for each in facts)
    primary = quote(str(present._meta.pk.column))
    points_there = str(version._meta.get_field(key).column)  # type: ignore[union-attr]  # a foreign key
    statement = (
        f"SELECT p.{primary} FROM {quote(present._meta.db_table)} p WHERE NOT EXISTS"  # noqa: S608 - names of the models
        f" (SELECT 1 FROM {quote(version._meta.db_table)} v"
        f" WHERE v.{quote(points_there)} = p.{primary} AND v.valid_to IS NULL AND {same})"
        f"{' AND ' + where if where else ''} ORDER BY p.{primary}"
    )
    for (pk,) in rows(statement):
        place = _("%(model)s %(id)s") % {"model": present._meta.verbose_name, "id": pk}
        yield Found(place, _("没有与现状一致的版本"), pk)


__all__ = ["ASK", "key_of", "lagging", "overlaps"]
