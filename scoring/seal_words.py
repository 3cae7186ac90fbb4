"""What differs between two contents of a sheet, named so that a person finds the row. Pure."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PARTS = {
    "scheme": gettext_lazy("考评方案"),
    "sheet": gettext_lazy("考评表"),
    "scores": gettext_lazy("评分点"),
    "consequences": gettext_lazy("考评标记和结果运用"),
    "decisions": gettext_lazy("党组会决定"),
    "objections": gettext_lazy("异议"),
    "evidence": gettext_lazy("佐证材料"),
}
FIELDS = {
    "self_points": gettext_lazy("自评得分"),
    "computed_points": gettext_lazy("系统计算"),
    "arithmetic": gettext_lazy("得分依据"),
    "assessed_points": gettext_lazy("考评得分"),
    "reason": gettext_lazy("理由（内容）"),
    "total_points": gettext_lazy("总分"),
    "grade": gettext_lazy("等次"),
    "overall": gettext_lazy("总体评价"),
    "title": gettext_lazy("材料名称"),
    "trigger": gettext_lazy("触发的记录"),
    "text": gettext_lazy("异议内容"),
    "answer": gettext_lazy("答复"),
    "state": gettext_lazy("状态"),
    "record_number": gettext_lazy("会议纪要号"),
}
MOST = 40  # characters of a value that are shown


def differences(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """One sentence per value that isn't what it was: where it stands, what it was, what it is."""
    return _walk("", before, now)


def _walk(path: str, before: Any, now: Any) -> list[str]:
    if before == now:
        return []
    if isinstance(before, dict) and isinstance(now, dict) and not path.endswith(_name("arithmetic")):
        keys = sorted(before.keys() | now.keys())
        return [words for key in keys for words in _walk(_joined(path, key), before.get(key), now.get(key))]
    if isinstance(before, list) and isinstance(now, list):
        longest = max(len(before), len(now))
        pairs = [(_at(before, n), _at(now, n)) for n in range(longest)]
        return [words for n, (a, b) in enumerate(pairs, 1) for words in _walk(f"{path} {n}", a, b)]
    return [_("%(where)s：定稿时为%(before)s，现在为%(now)s") % _words(path, before, now)]


def _words(path: str, before: Any, now: Any) -> dict[str, str]:
    return {"where": path, "before": _shown(before), "now": _shown(now)}


def _joined(path: str, key: str) -> str:
    return f"{path} {_name(key)}".strip()


def _name(key: str) -> str:
    return str(PARTS.get(key) or FIELDS.get(key) or key)


def _at(rows: list[Any], n: int) -> Any:
    return rows[n] if n < len(rows) else None


def _shown(value: Any) -> str:
    if value is None:
        return _("空")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return f"“{text[:MOST]}{'…' if len(text) > MOST else ''}”"
