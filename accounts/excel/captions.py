"""How the columns of a form are called in a file: the labels of its field list, and the shorter words people write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from accounts.excel.columns import ADMINISTRATOR, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from accounts.excel.columns import Column
    from accounts.field_lists import Field

NOISE = re.compile(r"[\s（）()\-—－_:：、·]+")
LEAST_CAPTIONS = 3  # a row with so many of the form's captions is meant as its header
UNIT_CAPTIONS = {
    "组织代码": "unit_code", "代码": "unit_code", "团组织代码": "unit_code",
    "组织全称": "unit_path", "组织路径": "unit_path",
    "填报单位": "unit_name", "团组织": "unit_name", "单位": "unit_name",
    "上级组织": "unit_parent", "上级": "unit_parent",
    "填报人": "filled_by",
    "序号": "", "层级": "", "审核状态": "", "提交时间": "",
}  # fmt: skip
_SHORT_GROUPS = {ADMINISTRATOR: "管理员"}
# Words for the same thing, the first one the lists' own mostly. A list that has two of them keeps them apart.
_ALIKE = (
    ("微信昵称", "昵称"),
    ("微信群讨论组个数", "微信群个数", "群个数"),
    ("QQ号", "QQ"),
    ("手机", "手机号", "手机号码"),
    ("电子邮箱", "邮箱", "电子邮件"),
)
_FIRST_WORD = {word: words[0] for words in _ALIKE for word in words}


def key_of(text: str) -> str:
    """A caption without what people add to it: blanks, brackets, hyphens."""
    return NOISE.sub("", text)


class FormCaptions:
    """Finds the field a caption means. Where no caption repeats, a flat header may leave the group out."""

    def __init__(self, columns: Sequence[Column], title: str = "") -> None:
        self.columns, self.title = columns, title
        self.labels = {column.code: column.label for column in columns}
        self.own_codes = tuple(column.code for column in columns if not column.repeats)
        self.has_administrators = any(column.repeats for column in columns)
        self.least = min(LEAST_CAPTIONS, len(columns))
        self._groups = {key_of(column.group): column.group for column in columns if column.group}
        self._groups |= {short: group for group, short in _SHORT_GROUPS.items() if group in self.groups}
        named = {(column.group, key_of(column.caption)): column.code for column in columns}
        self._fields = {
            (group, _FIRST_WORD.get(key, key)): code for (group, key), code in named.items()
        } | named
        bare = {key for _group, key in named}
        self._bare = (
            {key: code for (_group, key), code in self._fields.items()} if len(bare) == len(columns) else {}
        )

    @classmethod
    def of(cls, fields: Sequence[Field], title: str = "") -> FormCaptions:
        """The captions of a field list."""
        return cls(columns_of(fields), title)

    @property
    def groups(self) -> list[str]:
        """The headings of the upper header row, in order."""
        return list(dict.fromkeys(column.group for column in self.columns if column.group))

    def group(self, text: str) -> str | None:
        """The group a cell of the upper header row names."""
        return self._groups.get(key_of(text))

    def below(self, group: str, text: str) -> str | None:
        """The field of this caption under a group; a column without a group may stand beside one."""
        key = key_of(text)
        return self._find(group, key) or self._find("", key)

    def flat(self, text: str) -> str | None:
        """The field or unit column of a caption in one flat row; "" for one that says nothing new, None if unknown."""
        key = key_of(text)
        for prefix, group in self._groups.items():
            if key.startswith(prefix) and (code := self._find(group, key.removeprefix(prefix))):
                return code
        code = self.alone(text)
        return self._bare.get(key) or self._bare.get(_FIRST_WORD.get(key, key)) if code is None else code

    def alone(self, text: str) -> str | None:
        """The same for a caption of two header rows over which no group stands."""
        key = key_of(text)
        return UNIT_CAPTIONS[key] if key in UNIT_CAPTIONS else self._find("", key)

    def heads(self, texts: Iterable[str]) -> bool:
        """Whether a row may be the upper one of two header rows: it names a group or a unit column."""
        return any(key_of(text) in UNIT_CAPTIONS or self.group(text) is not None for text in texts if text)

    def label(self, code: str, *, is_flat: bool) -> str:
        """How a message calls a column that is missing."""
        label = self.labels[code]
        for group, short in _SHORT_GROUPS.items() if is_flat else ():
            label = label.replace(group, short)
        return label

    def _find(self, group: str, key: str) -> str | None:
        return self._fields.get((group, key)) or self._fields.get((group, _FIRST_WORD.get(key, key)))
