"""What a pack holds once it is read and checked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from orgs.kernel.yaml_text import Document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Phase:
    """阶段: a stretch of the notice's schedule."""

    code: str
    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    clause: str


# What a demand and the requirement that keeps it have under the same name, apart from the code.
FACTS = (
    "title", "clause", "kind", "target", "rule", "is_hard", "starts_at", "deadline_at", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Demand:
    """要求: whom it asks, what it looks at, until when; `at` is its key in the file."""

    code: str
    title: str
    clause: str
    kind: str
    phase: str
    target: dict[str, Any]
    rule: dict[str, Any]
    is_hard: bool
    starts_at: datetime | None
    deadline_at: datetime | None
    note: str
    at: str

    @property
    def clauses(self) -> list[str]:
        """Every clause it comes from, the leading one first."""
        return [self.clause, *self.rule.get("also", ())]


@dataclass(frozen=True, slots=True)
class Round:
    """收集任务 that the notice asks for: data for whoever launches it, nothing is launched by loading."""

    title: str
    form: str
    clause: str
    phase: str
    target: dict[str, Any]
    opens_at: datetime | None
    deadline_at: datetime
    at: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One notice: document, phases, demands in the order in which they are judged, rounds; `source` is the file."""

    code: str
    title: str
    number: str
    issuer: str
    issued_on: date
    contact: str
    unit: str
    clauses: dict[str, str]
    phases: tuple[Phase, ...]
    demands: tuple[Demand, ...]
    rounds: tuple[Round, ...]
    source: str = field(repr=False)
    document: Document = field(repr=False, compare=False)

    def digest(self) -> str:
        """What makes two files the same, whatever their layout and comments."""
        content = asdict(replace(self, source="", document=Document()))
        for row in (*content["demands"], *content["rounds"]):
            del row["at"]
        text = json.dumps(content, default=str, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def contact_line(contact: Mapping[str, Any]) -> str:
    """联系方式 in one line, as the version keeps it."""
    telephone = contact.get("telephone")
    parts = [
        contact.get("office"),
        _("电话 %s") % telephone if telephone else "",
        "、".join(contact.get("emails", ())),
        contact.get("address"),
    ]
    return "；".join(str(part) for part in parts if part)
