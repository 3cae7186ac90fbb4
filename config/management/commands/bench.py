"""`manage.py bench NAME [--json] [--nodes N] [--engine …]`: measures ratios in scratch databases of one engine."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.db import connection

from config.bench import (
    campaign,
    checks,
    close_workers,
    deadline,
    erasure,
    export,
    import_form,
    migrations,
    outage,
    pages,
    rollup,
    scratch,
    sheet_files,
    tree_insert,
    tree_load,
)
from config.own_servers import NoServer
from orgs.management.command import PortalCommand

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from config.bench import Figure, Result

NATION, LARGEST_PROVINCE = 665_276, 64_095
LARGEST_EVENING = 300  # on SQLite 50


def _nothing(_results: list[Result]) -> list[Figure]:
    return []


@dataclass(frozen=True, slots=True)
class Bench:
    """What to run at each size (each in a database of its own), and what the sizes tell together."""

    run: Callable[[int], list[tuple[str, list[Figure]]]]
    sizes: Callable[[int], tuple[int, ...]]
    most: int  # where --nodes is not given
    summary: Callable[[list[Result]], list[Figure]] = _nothing
    counted: str = "nodes"
    told_apart: str = "page"  # what the lines of one size are called by
    is_migrated: bool = False  # needs a database that went through the migrations
    is_live: bool = False  # starts a portal with servers of its own: no scratch database


def _one(run: Callable[[int], list[Figure]]) -> Callable[[int], list[tuple[str, list[Figure]]]]:
    """A bench that has one line of figures for each size."""
    return lambda size: [("", run(size))]


def _alone(size: int) -> tuple[int, ...]:
    return (size,)


BENCHES: dict[str, Bench] = {
    "tree_load": Bench(_one(tree_load.run), _alone, NATION),
    "tree_insert": Bench(_one(tree_insert.run), _alone, LARGEST_PROVINCE),
    "rollup": Bench(_one(rollup.run), rollup.sizes, NATION, rollup.summary),
    "close_workers": Bench(_one(close_workers.run), _alone, NATION),
    "campaign": Bench(_one(campaign.run), _alone, NATION),
    "checks": Bench(_one(checks.run), _alone, NATION),
    "migrations": Bench(migrations.run, _alone, NATION, told_apart="step", is_migrated=True),
    "erasure": Bench(_one(erasure.run), _alone, NATION),
    "pages": Bench(pages.run, pages.sizes, NATION, pages.summary),
    "sheet_files": Bench(
        _one(sheet_files.run), sheet_files.sizes, 2_000, sheet_files.summary, counted="sheets"
    ),
    "import_form": Bench(_one(import_form.run), _alone, 20_000, counted="rows"),
    "deadline": Bench(
        _one(deadline.run), deadline.sizes, LARGEST_EVENING, counted="secretaries", is_live=True
    ),
    "outage": Bench(_one(outage.run), _alone, 30, counted="secretaries", is_live=True),
    "export": Bench(_one(export.run), export.sizes, 100_000, export.summary, counted="rows"),
}


class Command(PortalCommand):
    """Exit code 1 if a bar is missed. The database of the portal is not touched."""

    help = "性能基准：在临时数据库中测量，不动现有数据。名称：" + "、".join(BENCHES)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(BENCHES))
        parser.add_argument("--json", action="store_true", help="最后一行输出一个 JSON 对象")
        parser.add_argument(
            "--nodes", "--rows", "--size", type=int, default=0, help="团组织数或行数（默认按基准）"
        )
        parser.add_argument("--engine", choices=scratch.ENGINES, default="", help="数据库（默认按设置）")

    def handle(self, *args: Any, **options: Any) -> None:
        name, engine = options["name"], options["engine"] or connection.vendor
        if options["nodes"] < 0:
            raise CommandError("--nodes 应为正整数。")
        if engine != connection.vendor:
            self._run_elsewhere(engine, name, options)
            return
        bench = BENCHES[name]
        results: list[Result] = []
        figures: list[Figure] = []
        for size in bench.sizes(options["nodes"] or bench.most):
            with contextlib.nullcontext() if bench.is_live else scratch.database(migrated=bench.is_migrated):
                found = bench.run(size)
            for part, measured in found:
                head = {"engine": engine, bench.counted: size} | ({bench.told_apart: part} if part else {})
                results.append(head | {figure.name: _rounded(figure.value) for figure in measured})
                figures += measured
                if not options["json"]:
                    self._print(" ".join(str(each) for each in head.values()), measured)
        summary = bench.summary(results)
        if options["json"]:
            self.stdout.write(json.dumps({"bench": name, "results": results, **_told(summary)}))
        else:
            self._print(engine, summary)
        if not all(figure.is_met for figure in (*figures, *summary)):
            raise SystemExit(1)

    def _run_elsewhere(self, engine: str, name: str, options: dict[str, Any]) -> None:
        nodes = ["--nodes", str(options["nodes"])] if options["nodes"] else []
        try:
            code = scratch.run_elsewhere(engine, [name, *nodes, *(["--json"] if options["json"] else [])])
        except NoServer as error:
            raise CommandError(str(error)) from error
        if code:
            raise SystemExit(code)

    def _print(self, head: str, figures: list[Figure]) -> None:
        for figure in figures:
            bar = (
                ""
                if figure.bar is None
                else f"（线 {figure.bar:g}，{'达到' if figure.is_met else '未达到'}）"
            )
            self.stdout.write(f"{head} {figure.name}: {_rounded(figure.value):,}{bar}")


def _told(summary: list[Figure]) -> Result:
    """`ratios.weekly` and its like stand together as one object."""
    told: Result = {}
    for figure in summary:
        head, dot, name = figure.name.partition(".")
        if dot:
            group: Result = told.setdefault(head, {})  # type: ignore[assignment]
            group[name] = _rounded(figure.value)
        else:
            told[head] = _rounded(figure.value)
    return told


def _rounded(value: float) -> float:
    """Whole numbers as such."""
    return int(value) if value == int(value) else round(value, 3)
