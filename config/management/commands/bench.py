"""`manage.py bench NAME [--json] [--size N]`: measures ratios in a scratch database of the configured engine."""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.db import connection

from config.bench import Figure, export, import_form, rollup, tree_insert, tree_load

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable, Iterator

LARGEST = 665_276


def _rollup(size: int) -> list[Figure]:
    """The figures of the weekly close as this command shows them; the bar stands on the ratio."""
    found = rollup.run(size, connection.vendor)
    bars = {"ratio": rollup.BAR}
    return [
        Figure(name, float(value), bars.get(name))
        for name, value in found.items()
        if isinstance(value, (int, float)) and name != "bar"
    ]


# name: (what to run, rows if --size is not given)
BENCHES: dict[str, tuple[Callable[[int], list[Figure]], int]] = {
    "tree_load": (tree_load.run, LARGEST),
    "tree_insert": (tree_insert.run, LARGEST),
    "rollup": (_rollup, 120_000),
    "import_form": (import_form.run, 20_000),
    "export": (export.run, 100_000),
}


class Command(BaseCommand):
    """Exit code 1 if a bar is missed. The database of the portal is not touched."""

    help = "性能基准：在临时数据库中测量，不动现有数据。名称：" + "、".join(BENCHES)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(BENCHES))
        parser.add_argument("--json", action="store_true", help="以 JSON 输出结果")
        parser.add_argument("--size", type=int, default=0, help="行数（默认按基准）")

    def handle(self, *args: Any, **options: Any) -> None:
        run, size = BENCHES[options["name"]]
        with scratch_database():
            figures = run(options["size"] or size)
        if options["json"]:
            found = {figure.name: round(figure.value, 3) for figure in figures}
            self.stdout.write(
                json.dumps({"bench": options["name"], "engine": connection.vendor, "figures": found})
            )
        else:
            self._print(figures)
        if not all(figure.is_met for figure in figures):
            raise SystemExit(1)

    def _print(self, figures: list[Figure]) -> None:
        for figure in figures:
            bar = (
                ""
                if figure.bar is None
                else f"（线 {figure.bar:g}，{'达到' if figure.is_met else '未达到'}）"
            )
            self.stdout.write(f"{figure.name}: {figure.value:,.3f}{bar}")


@contextmanager
def scratch_database() -> Iterator[None]:
    """An empty, migrated database of the configured engine, gone afterwards."""
    name = connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        is_file = connection.vendor == "sqlite"
        scratch = str(Path(folder) / "bench.sqlite3") if is_file else f"bench_{name}"
        connection.settings_dict["TEST"]["NAME"] = scratch
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)
