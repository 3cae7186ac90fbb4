"""What the page 需核实 shows: lines with their grounds, the filter, and the same as rows of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.forms.radar import RadarForm
from accounts.operations import duplicates, findings
from accounts.operations.duplicates import LEAST_CONTACTS, FindingKind, Scope
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.permissions import REVIEW
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import QueryDict

    from accounts.operations.duplicates import Finding
    from orgs.models import AuditEntry, User

SHOWN_UNITS = 20
GROUNDS = {
    FindingKind.ABOVE_BASE: gettext_lazy("口径：微信个人号的联系人数与本单位登记的现有团员数比较。联系人含毕业生、青年的，属正常情况。"),
    FindingKind.ALIKE: gettext_lazy("口径：同一上级、同一平台，三个以上单位的联系人数和群个数都相同（联系人数不少于%(n)d人）。"),
    FindingKind.ONE_MOBILE: gettext_lazy("口径：在任管理员的手机相同，涉及三个以上单位。不显示姓名和号码；一人兼管多个账号的，属正常情况。"),
    FindingKind.CLAIMED_TWICE: gettext_lazy("口径：待审核的收集表填报了其他单位已登记或也在填报的账号。确属本单位的，可提出争议。"),
    FindingKind.ABOVE_CAP: gettext_lazy("口径：同一单位在该平台登记的账号数超过平台每个团组织的上限。"),
}  # fmt: skip
LABELS = (gettext_lazy("类别"), gettext_lazy("团组织"), gettext_lazy("上级"), gettext_lazy("内容"), gettext_lazy("数字"), gettext_lazy("涉及的单位"), gettext_lazy("范围外单位数"), gettext_lazy("口径"), gettext_lazy("核实情况"))  # fmt: skip
COLUMNS = ("kind", "unit", "superior", "what", "numbers", "units", "n_outside", "grounds", "settled")


@dataclass(frozen=True, slots=True)
class Line:
    """One finding as the list shows it, and who settled it."""

    finding: Finding
    grounds: str
    entry: AuditEntry | None
    unit_url: str  # "" where the reader doesn't see the unit
    account_url: str
    may_settle: bool = True  # what concerns the reader's own unit is for a superior

    @property
    def units(self) -> list[tuple[str, str]]:
        """Name and address of the first units; all of them are the reader's."""
        return [(unit.name, unit.get_absolute_url()) for unit in self.finding.units[:SHOWN_UNITS]]

    @property
    def n_more(self) -> int:
        return max(0, len(self.finding.units) - SHOWN_UNITS)

    def cells(self) -> list[str]:
        """The line as a row of a file."""
        finding, entry = self.finding, self.entry
        said = f"{clock.local(entry.at):%Y-%m-%d} {entry.reason}" if entry else ""
        return [
            str(finding.kind.label),
            finding.unit.name,
            finding.unit.parent.name if finding.unit.parent else "",
            finding.what,
            "，".join(f"{label} {value}" for label, value in finding.numbers),
            "、".join(unit.name for unit in finding.units),
            str(finding.n_outside),
            self.grounds,
            said,
        ]


@dataclass(slots=True)
class Radar:
    """The list as the address asks for it."""

    form: RadarForm
    unit: OrgUnit | None
    has_no_unit: bool  # a unit was asked for and is not there
    lines: list[Line] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    n_settled: int = 0

    @property
    def is_filtered(self) -> bool:
        return self.has_no_unit or self.unit is not None or bool(self.form.data.get("kind"))


def radar(user: User, asked: QueryDict, whole: UnitsInCharge, unit: OrgUnit | None) -> Radar:
    """What to verify in `whole`, or in the unit of it that was asked for; settled ones only on demand."""
    form = RadarForm(asked)
    chosen = form.cleaned_data if form.is_valid() else {}
    asks = bool(asked.get("unit") or asked.get("unit_q", "").strip())
    found = Radar(form, unit, has_no_unit=asks and unit is None)
    if found.has_no_unit:
        return found
    scope = Scope(whole, UnitsInCharge.below(unit) if unit else whole)
    kinds = [FindingKind(chosen["kind"])] if chosen.get("kind") else list(FindingKind)
    seen = duplicates.find(scope, kinds)
    entries = findings.settled(seen.findings, user.units_in_charge().allowing(REVIEW))
    found.lines = [
        _line(each, entries.get(each.digest), whole, may_settle=not findings.is_about_own(each, by=user))
        for each in seen.findings
        if chosen.get("settled") or each.digest not in entries
    ]
    found.n_settled = len(entries)
    found.cut = [str(kind.label) for kind in seen.cut]
    return found


def rows(lines: list[Line]) -> Iterator[list[str]]:
    """Rows of the file."""
    return (line.cells() for line in lines)


def _line(finding: Finding, entry: AuditEntry | None, whole: UnitsInCharge, *, may_settle: bool) -> Line:
    account_url = reverse("accounts:show-account", args=[finding.account_id]) if finding.account_id else ""
    return Line(
        finding,
        str(GROUNDS[finding.kind]) % {"n": LEAST_CONTACTS},
        entry,
        finding.unit.get_absolute_url() if whole.covers(finding.unit) else "",
        account_url,
        may_settle,
    )
