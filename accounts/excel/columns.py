"""The columns of a form's file: those of its field list; annex UNI-A is laid down to the millimetre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts import field_lists

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.field_lists import Field

OFFICIAL, ADMINISTRATOR = "官方微信", "微信管理员"
COUNT_WIDTH, TEXT_WIDTH, NICKNAME_WIDTH = 10, 16, 30


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the paper: the field it holds, its group, its caption, its width. `repeats` for further people."""

    code: str
    group: str
    caption: str
    width: int
    is_count: bool = False
    repeats: bool = False

    @property
    def label(self) -> str:
        """The caption in one flat header row: 官方微信-微信号."""
        return f"{self.group}-{self.caption}" if self.group else self.caption


COLUMNS = (
    Column("account_id", OFFICIAL, "微信号", 16),
    Column("account_nickname", OFFICIAL, "微信昵称", 30),
    Column("groups", OFFICIAL, "微信群（讨论组）个数", 11, is_count=True),
    Column("contacts", OFFICIAL, "联系人数", 10, is_count=True),
    Column("admin_name", ADMINISTRATOR, "姓名", 11, repeats=True),
    Column("admin_wechat", ADMINISTRATOR, "微信号", 16, repeats=True),
    Column("admin_nickname", ADMINISTRATOR, "微信昵称", 16, repeats=True),
    Column("admin_qq", ADMINISTRATOR, "QQ号", 14, repeats=True),
    Column("admin_mobile", ADMINISTRATOR, "手机", 15, repeats=True),
)
_PAPER = [(column.code, column.group, column.caption) for column in COLUMNS]


def columns_of(fields: Sequence[Field]) -> tuple[Column, ...]:
    """One column per field, written and read by the same captions; those of UNI-A have the widths of the paper."""
    columns = tuple(_column(each) for each in fields)
    is_paper = [(column.code, column.group, column.caption) for column in columns] == _PAPER
    return COLUMNS if is_paper else columns


def _column(each: Field) -> Column:
    is_count = each.type == "count"
    width = COUNT_WIDTH if is_count else NICKNAME_WIDTH if each.is_wide else TEXT_WIDTH
    repeats = each.group == field_lists.ADMINISTRATOR
    return Column(each.code, each.group_title, each.label, width, is_count=is_count, repeats=repeats)
