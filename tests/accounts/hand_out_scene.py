"""A hand-out of the province, and files that hold its accounts."""

from __future__ import annotations

import io

from openpyxl import Workbook

from accounts.excel import hand_out_table
from accounts.models import HandedAccount, HandOut, Platform
from accounts.operations import hand_outs, hand_outs_import

HEADER = ("团组织代码", "团组织", "用户名", "初始密码")
SECRET = "Zk7-first-Pass"


def make(world, cast, code: str = "hi", key: str = "province", title: str = "高校团委微博账号") -> HandOut:
    platform = Platform.objects.get(pk="weibo_sina")
    return hand_outs.create_hand_out(world[code], platform=platform, title=title, source="WB-4", by=cast[key])


def csv_of(*lines: tuple[str, ...], header: tuple[str, ...] = HEADER) -> bytes:
    return "\n".join(",".join(line) for line in (header, *lines)).encode()


def xlsx_of(*lines: tuple[object, ...], header: tuple[str, ...] = HEADER) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for line in (header, *lines):
        book.active.append(line)
    book.save(file)
    return file.getvalue()


def book_of(sheets: dict[str, list[tuple[object, ...]]], *, hidden: str = "") -> bytes:
    """A workbook of several sheets, one of them hidden."""
    book, file = Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
        for line in lines:
            sheet.append(line)
    book.save(file)
    return file.getvalue()


def imported(hand_out: HandOut, by, *lines, header=HEADER) -> hand_outs_import.Imported:
    """What the import of these lines, as CSV, says."""
    table = hand_out_table.read(csv_of(*lines, header=header), "账号.csv")
    return hand_outs_import.import_accounts(hand_out, table, by=by)


def handed_to(world, cast, code: str = "hnu", *, secret: str = SECRET, name: str = "") -> HandedAccount:
    """One sealed account for the unit."""
    hand_out = HandOut.objects.first() or make(world, cast)
    user_name = name or f"wb_{code}".replace("-", "_")
    imported(hand_out, cast["province"], (code, "", user_name, secret))
    return HandedAccount.objects.get(hand_out=hand_out, user_name=user_name)
