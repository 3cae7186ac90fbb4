"""YAML as a person writes it: plain values and the line of every key, and nothing that surprises.

Dates, times and yes/no stay text, as in YAML 1.2 and in editors; anchors are refused, so that a small file stays small.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

import yaml
from django.utils.translation import gettext as _

LONGEST_TEXT = 200_000
SHORT_TEXT = 20_000  # twice as long as the schemes and packs that are shipped
_PREFIX = "tag:yaml.org,2002:"


class NotYaml(ValueError):
    """The text can't be read at all: `line` (0 where unknown) and what to do about it."""

    def __init__(self, line: int, text: str) -> None:
        self.line, self.text = line, text
        super().__init__(text)


@dataclass(slots=True)
class Document:
    """What a file holds, the line (from 1) of each key such as `phases[2].title`, and the keys that stand twice."""

    value: object = None
    lines: dict[str, int] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)

    def line_of(self, key: str) -> int:
        """The line of the key, or of the nearest key around it that stands in the file."""
        while key and key not in self.lines:
            key = key[: max(key.rfind("."), key.rfind("["), 0)]
        return self.lines.get(key, 1)


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise NotYaml(_line(event.start_mark), _("不能使用 & 和 * 引用，请把内容写全。"))
        if event.tag is not None:
            raise NotYaml(_line(event.start_mark), _("不能使用 ! 标记，请改为普通文字。"))
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"{_PREFIX}{_tag}", re.compile(rf"(?:{_pattern})\Z"), _first)


def read(text: str) -> Document:
    """The one document of a YAML text. Raises NotYaml with the line and the remedy."""
    if len(text) > LONGEST_TEXT:
        raise NotYaml(0, _("文件超过20万字，请分成几份。"))
    try:
        node = (_remembered if len(text) < SHORT_TEXT else _composed)(text)
        document = Document()
        if node is not None:
            document.value = _value(node, "", document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYaml(_line(mark), _("不是有效的 YAML，请检查缩进、引号和冒号。")) from error
    except yaml.YAMLError as error:
        raise NotYaml(0, _("含有不能使用的字符，请用 UTF-8 编码的纯文本。")) from error
    except RecursionError as error:
        raise NotYaml(0, _("括号嵌套过深，请检查。")) from error
    return document


def _composed(text: str) -> yaml.Node | None:
    return yaml.compose(text, Loader=_Loader)


# One text is checked, tried and stored one after the other, and reading it takes longest; nodes are never changed.
_remembered = lru_cache(maxsize=8)(_composed)


def _line(mark: object) -> int:
    """The line of a mark of either parser, from 1; 0 where there is none."""
    return int(getattr(mark, "line", -1)) + 1


def _value(node: yaml.Node, at: str, document: Document) -> object:
    document.lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, at, document)
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, f"{at}[{n}]", document) for n, each in enumerate(node.value, 1)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, at: str, document: Document) -> dict[str, object]:
    values: dict[str, object] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise NotYaml(key_node.start_mark.line + 1, _("冒号前只能是一个词，请检查括号。"))
        key = f"{at}.{key_node.value}".lstrip(".")
        if key_node.value in values:
            document.repeated.append(key)
        document.lines[key] = key_node.start_mark.line + 1
        values[key_node.value] = _value(value_node, key, document)
    return values


def _scalar(node: yaml.Node) -> object:
    text = str(node.value)
    match node.tag.removeprefix(_PREFIX):
        case "null":
            return None
        case "bool":
            return text == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
    return text
