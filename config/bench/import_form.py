"""A collection form of many rows: file -> checked -> handed in, against django-import-export's default on the same file.

Ours reads the file, finds units, checks every cell, finds doubts, and hands the forms in with desk, time line and audit.
The yardstick loads such a workbook and saves its rows one by one, every model cleaned, and does no more than that. It
takes the same time for each row, so it is measured on the first rows only; the ratio is one of rows per second.
"""

from __future__ import annotations

import io
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tablib
from django.db import connection
from django.test.utils import override_settings
from import_export import fields, resources, widgets
from rustpy_xlsxwriter import FastExcel

from accounts.excel.collection_form import CODE_COLUMN, DETAIL_SHEET, AnnexRow, AnnexUnit
from accounts.excel.columns import COLUMNS
from accounts.models import CollectionRound, FieldList, Submission, SubmissionRow
from accounts.operations import upload
from accounts.operations.rounds import launch_round
from config.bench import Figure, generate_province, peak_mib, stopwatch
from orgs.choices import Kind
from orgs.kernel import clock
from orgs.models import OrgUnit, User

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BAR = 8.0
FLOOR_ROWS = 2_000
ROWS_PER_UNIT = 4  # two accounts, each with two administrators
COLLEGES, CLASSES = 10, 50
PERSONAL = {"admin_name", "admin_wechat", "admin_nickname", "admin_qq", "admin_mobile"}
CAPTIONS = [*(column.label for column in COLUMNS), CODE_COLUMN[1]]


def run(size: int) -> list[Figure]:
    """Seconds and rows per second of both, their ratio, MiB of this process, and how many statements a form takes."""
    with override_settings(DEBUG=False):  # which would keep every statement
        return _measured(-(-size // ROWS_PER_UNIT))


def _measured(n_units: int) -> list[Figure]:
    generate_province.province(-(-n_units // (COLLEGES * CLASSES)), COLLEGES, CLASSES)
    round, by = _round()
    branches = OrgUnit.objects.filter(kind=Kind.CLASS_BRANCH, code__startswith=generate_province.CODE)
    units = list(branches.order_by("pk")[:n_units])
    data, few = _file(units), units[: FLOOR_ROWS // ROWS_PER_UNIT]
    _analyse()
    peak_mib(anew=True)
    before = peak_mib()
    with stopwatch() as checking:
        found = upload.preview(data, "收集表.xlsx", round=round, by=by)
    with stopwatch() as importing, _counted() as queries:
        upload.take_in(found, round=round, by=by)
    peak = peak_mib()
    if found.errors or Submission.objects.count() != len(units):
        raise AssertionError(found.errors[:3])
    SubmissionRow.objects.all().delete()
    _analyse()
    sample = _file(few)
    with stopwatch() as floor:
        _by_default(sample)
    seconds = checking.seconds + importing.seconds
    ours, default = (len(units) * ROWS_PER_UNIT / seconds, len(few) * ROWS_PER_UNIT / floor.seconds)
    return [
        Figure("seconds", seconds),
        Figure("floor_seconds", floor.seconds),
        Figure("floor_rows", len(few) * ROWS_PER_UNIT),
        Figure("rows_per_second", ours),
        Figure("floor_rows_per_second", default),
        Figure("ratio", ours / default, BAR, at_least=True),
        Figure("peak_mib", peak),
        Figure("peak_before_mib", before),
        Figure("check_seconds", checking.seconds),
        Figure("import_seconds", importing.seconds),
        Figure("statements_per_form", queries[0] / len(units)),
    ]


def _analyse() -> None:
    """What a running database does by itself after a while: without it both sides are planned for empty tables."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def _counted() -> Iterator[list[int]]:
    """How many statements a block sends, without keeping them."""
    counter = [0]

    def count(execute: Any, *statement: Any) -> Any:
        counter[0] += 1
        return execute(*statement)

    with connection.execute_wrapper(count):
        yield counter


def _round() -> tuple[CollectionRound, User]:
    now = clock.now()
    by = User.objects.get(username=generate_province.CODE)
    round = launch_round(
        OrgUnit.objects.get(code=generate_province.CODE),
        title="2026年秋季微信及管理员信息收集",
        field_list=FieldList.objects.get(code="UNI-A"),
        kinds=(Kind.CLASS_BRANCH,),
        opens_at=now - timedelta(days=1),
        deadline_at=now + timedelta(days=9),
        by=by,
    )
    return round, by


def _file(units: Sequence[OrgUnit]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        target = Path(folder) / "a.xlsx"
        FastExcel(str(target), columns=CAPTIONS).sheet(DETAIL_SHEET, _records(units)).save()
        return target.read_bytes()


def _records(units: Sequence[OrgUnit]) -> Iterator[dict[str, str | None]]:
    """One flat header row, so that both sides read the same sheet."""
    for unit in units:
        for row in _rows(unit):
            cells = (
                None if row.continues and not column.repeats else str(row.cells[column.code])
                for column in COLUMNS
            )
            yield dict(zip(CAPTIONS, [*cells, unit.code], strict=True))


def _rows(unit: OrgUnit) -> Iterator[AnnexRow]:
    whose = AnnexUnit(unit.code, unit.name)
    for at in range(ROWS_PER_UNIT):
        number = unit.pk * ROWS_PER_UNIT + at
        cells: dict[str, str | int | None] = {
            "account_id": f"branch_{number:07d}",
            "account_nickname": f"第一大学{unit.name}微信群",
            "groups": 1,
            "contacts": 30,
            "admin_name": f"管理员{at}",
            "admin_wechat": f"admin_{number:07d}",
            "admin_nickname": "小管",
            "admin_qq": str(100_000 + number),
            "admin_mobile": f"138{number:08d}",
        }
        yield AnnexRow(cells, continues=at % 2 == 1, unit=whose)


class _DefaultResource(resources.ModelResource):
    """What django-import-export does by itself: find, clean and save row by row."""

    submission = fields.Field(
        attribute="submission",
        column_name="组织代码",
        widget=widgets.ForeignKeyWidget(Submission, "unit__code"),
    )
    position = fields.Field(attribute="position", column_name="position", widget=widgets.IntegerWidget())
    values = fields.Field(attribute="values", column_name="values", widget=widgets.JSONWidget())
    personal = fields.Field(attribute="personal", column_name="personal", widget=widgets.JSONWidget())

    class Meta:
        model = SubmissionRow
        import_id_fields = ("submission", "position")
        fields = ("submission", "position", "values", "personal")
        clean_model_instances = True
        store_row_values = False


def _by_default(data: bytes) -> None:
    """The same workbook by tablib and the resource; what maps columns to the two JSON fields is given to it."""
    table = tablib.Dataset().load(io.BytesIO(data), format="xlsx")
    found = _DefaultResource().import_data(_shaped(table), dry_run=False, raise_errors=True)
    if found.totals["new"] != len(table):
        raise AssertionError(found.totals)


def _shaped(table: Any) -> tablib.Dataset:
    captions = {f"{column.group}-{column.caption}": column.code for column in COLUMNS}
    shaped = tablib.Dataset(headers=["组织代码", "position", "values", "personal"])
    widget = widgets.JSONWidget()
    for at, row in enumerate(table.dict):
        cells = {code: row[caption] for caption, code in captions.items()}
        values = {code: text for code, text in cells.items() if code not in PERSONAL}
        personal = {code: text for code, text in cells.items() if code in PERSONAL}
        shaped.append([row["组织代码"], at % ROWS_PER_UNIT, widget.render(values), widget.render(personal)])
    return shaped
