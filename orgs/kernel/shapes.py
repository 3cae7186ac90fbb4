"""What a file may hold, said once: the same shapes check what was read and write the JSON Schema that editors use.

A shape has `check(value, key, findings)`, which reports every problem with its key and the remedy, and `schema()`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orgs.kernel.yaml_text import Document

Schema = dict[str, object]
# Written with escapes (\\0, \\ud800), these pass a YAML reader; no database takes them all.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: line, key, and what to do about it."""

    line: int
    key: str
    text: str

    def __str__(self) -> str:
        line = _("第%d行") % self.line if self.line else ""
        where = " ".join(part for part in (line, self.key) if part)
        return f"{where}：{self.text}" if where else self.text


@dataclass(slots=True)
class Findings:
    """Collects problems instead of stopping at the first."""

    document: Document
    problems: list[Problem] = field(default_factory=list)

    def add(self, key: str, text: str) -> None:
        self.problems.append(Problem(self.document.line_of(key), key, text))


class Shape(Protocol):
    def check(self, value: object, key: str, findings: Findings) -> None: ...
    def schema(self) -> Schema: ...


@dataclass(frozen=True, slots=True)
class Anything:
    """Checked elsewhere: the part of a record that its cases describe."""

    def check(self, value: object, key: str, findings: Findings) -> None:
        return

    def schema(self) -> Schema:
        return {}


@dataclass(frozen=True, slots=True)
class Text:
    """Words of at most so many characters; `pattern` where not everything goes, `hint` says then what does."""

    longest: int
    pattern: str = ""
    hint: object = ""  # words, translated when they are shown

    def check(self, value: object, key: str, findings: Findings) -> None:
        if not isinstance(value, str):
            findings.add(key, _("应为文字，请填写；数字请加引号。"))
        elif not value.strip():
            findings.add(key, _("不能为空，请填写，或删去这一项。"))
        elif _UNSTORABLE.search(value):
            findings.add(key, _("含有不能保存的控制字符，请删去。"))
        elif len(value) > self.longest:
            findings.add(key, _("最多%(n)d个字，请缩短。") % {"n": self.longest})
        elif self.pattern and not re.fullmatch(self.pattern, value):
            findings.add(key, str(self.hint))

    def schema(self) -> Schema:
        pattern = f"^{self.pattern}$" if self.pattern else r"\S"
        return {"type": "string", "minLength": 1, "maxLength": self.longest, "pattern": pattern}


@dataclass(frozen=True, slots=True)
class Whole:
    least: int
    most: int

    def check(self, value: object, key: str, findings: Findings) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            text = _("应为 %(least)d 到 %(most)d 的整数，不加引号。")
            findings.add(key, text % {"least": self.least, "most": self.most})

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Amount:
    """A whole number, or a decimal in quotes: a bare 0.9 would be a binary fraction."""

    PATTERN = r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?"

    def check(self, value: object, key: str, findings: Findings) -> None:
        is_whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
        if not is_whole and not (isinstance(value, str) and re.fullmatch(self.PATTERN, value)):
            findings.add(key, _('应为不小于 0 的数；小数请加引号，如 "0.9"。'))

    def schema(self) -> Schema:
        whole = {"type": "integer", "minimum": 0, "maximum": 10**9 - 1}
        return {"anyOf": [whole, {"type": "string", "pattern": f"^{self.PATTERN}$"}]}


@dataclass(frozen=True, slots=True)
class Points:
    """Points of an assessment, also negative, in steps of 0.1: a whole number, or a decimal in quotes."""

    PATTERN = r"-?(0|[1-9][0-9]{0,2})(\.[0-9]0?)?"

    def check(self, value: object, key: str, findings: Findings) -> None:
        is_whole = isinstance(value, int) and not isinstance(value, bool) and -1000 < value < 1000
        if not is_whole and not (isinstance(value, str) and re.fullmatch(self.PATTERN, value)):
            findings.add(key, _('应为分值，步长 0.1；小数请写成带引号的数字，如 "0.5"。'))

    def schema(self) -> Schema:
        whole = {"type": "integer", "minimum": -999, "maximum": 999}
        return {"anyOf": [whole, {"type": "string", "pattern": f"^{self.PATTERN}$"}]}


@dataclass(frozen=True, slots=True)
class Flag:
    def check(self, value: object, key: str, findings: Findings) -> None:
        if not isinstance(value, bool):
            findings.add(key, _("应为 true 或 false。"))

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these words."""

    allowed: tuple[str, ...]

    def check(self, value: object, key: str, findings: Findings) -> None:
        if value not in self.allowed:
            near = difflib.get_close_matches(str(value), self.allowed, n=1)
            words = near[0] if near else "、".join(self.allowed)
            text = _("“%(value)s”不在可选值内，请改为：%(allowed)s。")
            findings.add(key, text % {"value": value, "allowed": words})

    def schema(self) -> Schema:
        return {"enum": list(self.allowed)}


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, or a minute of a day, on the clocks of Shanghai."""

    PATTERN = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2})?"
    only_days: bool = False

    def check(self, value: object, key: str, findings: Findings) -> None:
        try:
            if not isinstance(value, str) or not re.fullmatch(self._pattern(), value):
                raise ValueError(value)
            datetime.fromisoformat(value)
        except ValueError:
            findings.add(key, _("应为日期，如 2013-09-20；需要时写到分钟，如 2013-09-20 12:00。"))

    def _pattern(self) -> str:
        return self.PATTERN.partition("(")[0] if self.only_days else self.PATTERN

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{self._pattern()}$"}


@dataclass(frozen=True, slots=True)
class Many:
    """A list of at least one; the same only once where it is of words or numbers."""

    item: Shape
    most: int = 200
    is_set: bool = True

    def check(self, value: object, key: str, findings: Findings) -> None:
        if not isinstance(value, list) or not value:
            findings.add(key, _("应为列表，至少一项，如 [a, b]；没有就删去这一项。"))
            return
        if len(value) > self.most:
            findings.add(key, _("最多%(n)d项，请减少。") % {"n": self.most})
        for n, each in enumerate(value, 1):
            self.item.check(each, f"{key}[{n}]", findings)
            if self.is_set and each in value[: n - 1]:
                findings.add(f"{key}[{n}]", _("重复了，请删去一个。"))

    def schema(self) -> Schema:
        rows: Schema = {"type": "array", "minItems": 1, "maxItems": self.most, "items": self.item.schema()}
        return rows | ({"uniqueItems": True} if self.is_set else {})


@dataclass(frozen=True, slots=True)
class Row:
    """A list of so many values, each of its own shape."""

    items: tuple[Shape, ...]
    hint: object

    def check(self, value: object, key: str, findings: Findings) -> None:
        if not isinstance(value, list) or len(value) != len(self.items):
            findings.add(key, str(self.hint))
            return
        for n, (each, shape) in enumerate(zip(value, self.items, strict=True), 1):
            shape.check(each, f"{key}[{n}]", findings)

    def schema(self) -> Schema:
        n = len(self.items)
        shapes = [each.schema() for each in self.items]
        return {"type": "array", "minItems": n, "maxItems": n, "prefixItems": shapes}


@dataclass(frozen=True, slots=True)
class OrNull:
    """A value of the shape, or null."""

    item: Shape

    def check(self, value: object, key: str, findings: Findings) -> None:
        if value is not None:
            self.item.check(value, key, findings)

    def schema(self) -> Schema:
        return {"anyOf": [{"type": "null"}, self.item.schema()]}


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping whose keys are the writer's own: keys by a pattern, values of one shape."""

    key_pattern: str
    hint: object
    item: Shape

    def check(self, value: object, key: str, findings: Findings) -> None:
        if not isinstance(value, dict) or not value:
            findings.add(key, _("应为“名称: 内容”的列表，至少一行。"))
            return
        for name, each in value.items():
            at = f"{key}.{name}"
            if re.fullmatch(self.key_pattern, name):
                self.item.check(each, at, findings)
            else:
                findings.add(at, str(self.hint))

    def schema(self) -> Schema:
        names = {"pattern": f"^{self.key_pattern}$"}
        item = self.item.schema()
        return {"type": "object", "minProperties": 1, "propertyNames": names, "additionalProperties": item}


@dataclass(frozen=True, slots=True)
class Either:
    """A text of one shape, or a mapping of another."""

    text: Shape
    record: Shape

    def check(self, value: object, key: str, findings: Findings) -> None:
        (self.record if isinstance(value, dict) else self.text).check(value, key, findings)

    def schema(self) -> Schema:
        return {"anyOf": [self.text.schema(), self.record.schema()]}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a record: its shape, what it means, whether it must be there."""

    shape: Shape
    words: object
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys. `cases` says which record the key `part` holds, by the word at the key `tag`.

    Of `either`, keys that say the same in different ways, there is exactly one.
    """

    keys: Mapping[str, Key]
    tag: str = ""
    part: str = ""
    cases: Mapping[str, Record] = field(default_factory=dict)
    either: tuple[str, ...] = ()

    def check(self, value: object, key: str, findings: Findings) -> None:
        if not isinstance(value, dict):
            findings.add(key, _("格式不对，请按“键: 值”填写。"))
            return
        for name in value.keys() - self.keys.keys():
            self._unknown(f"{key}.{name}".lstrip("."), name, findings)
        for name, each in self.keys.items():
            at = f"{key}.{name}".lstrip(".")
            if name in value:
                self._shape(name, value).check(value[name], at, findings)
            elif each.is_required:
                findings.add(at, _("缺少这一项，请补充：%s。") % each.words)
        self._only_one(value, key, findings)

    def _only_one(self, value: Mapping[str, object], key: str, findings: Findings) -> None:
        written = [name for name in self.either if name in value]
        if self.either and not written:
            at = f"{key}.{self.either[0]}".lstrip(".")
            findings.add(at, _("缺少这一项，请在 %s 中填写一个。") % "、".join(self.either))
        for name in written[1:]:
            at = f"{key}.{name}".lstrip(".")
            findings.add(at, _("%s 只能写一个，请删去其他的。") % "、".join(self.either))

    def _shape(self, name: str, value: Mapping[str, object]) -> Shape:
        case = self.cases.get(str(value.get(self.tag))) if name == self.part else None
        return case or self.keys[name].shape

    def _unknown(self, at: str, name: str, findings: Findings) -> None:
        near = difflib.get_close_matches(name, self.keys, n=1)
        if near:
            findings.add(at, _("没有这个键，是否应为 %s？") % near[0])
        else:
            findings.add(at, _("没有这个键，请删去；可用：%s。") % "、".join(self.keys))

    def schema(self) -> Schema:
        written: Schema = {
            "type": "object",
            "additionalProperties": False,
            "required": _required(self.keys),
            "properties": {
                name: {**each.shape.schema(), "description": str(each.words)}
                for name, each in self.keys.items()
            },
        }
        if self.either:
            written["oneOf"] = [{"required": [name]} for name in self.either]
        if self.cases:
            written["allOf"] = [
                {
                    "if": {"properties": {self.tag: {"const": word}}, "required": [self.tag]},
                    "then": {"properties": {self.part: case.schema()}},
                }
                for word, case in self.cases.items()
            ]
        return written


def _required(keys: Mapping[str, Key]) -> Sequence[str]:
    return [name for name, each in keys.items() if each.is_required]
