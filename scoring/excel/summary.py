"""汇总: the sheets of a year side by side: ranks and grades, points item by item, what follows. Rows come in as text and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import NamedTemporaryFile
from typing import IO

from openpyxl import Workbook

from scoring.excel import tables
from scoring.excel.tables import Cell

RANKED = (
    ("考评方案", 24), ("名次", 7), ("被考核单位", 34), ("单位代码", 12), ("类型", 12), ("自评得分", 9), ("考评得分", 9),
    ("等次", 9), ("状态", 10), ("否决、限制和其他后果", 46), ("单位评优资格", 24), ("负责人评优资格", 24), ("计入重点工作总分", 11),
)  # fmt: skip
FOLLOWS = (
    ("被考核单位", 34),
    ("单位代码", 12),
    ("后果", 18),
    ("依据", 12),
    ("触发记录", 50),
    ("认定情况", 24),
)
ITEM_WIDTH = 14


@dataclass(frozen=True, slots=True)
class Items:
    """The points item by item of all units assessed by one scheme."""

    scheme: str
    captions: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def write(
    ranked: Sequence[Sequence[Cell]], items: Sequence[Items], follows: Sequence[Sequence[Cell]]
) -> IO[bytes]:
    """A temporary file, deleted when closed."""
    book = Workbook()
    first = book.active
    first.title = "排名和等次"
    tables.write(first, RANKED, ranked)
    for number, each in enumerate(items, 1):
        sheet = book.create_sheet(f"逐项得分{number}")
        columns = [
            ("被考核单位", 34),
            ("单位代码", 12),
            *((caption, ITEM_WIDTH) for caption in each.captions),
        ]
        tables.write(sheet, columns, each.rows, each.scheme)
    tables.write(book.create_sheet("考评后果"), FOLLOWS, follows)
    file = NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - who asks closes it
    book.save(file)
    file.seek(0)
    return file
