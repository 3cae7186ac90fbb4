"""The lists of reports, bulletins and demands for a file: what the page shows, all its pages. Persons are masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.kernel.crypto import mask_name
from orgs.kernel.numbers import ratio
from orgs.kernel.plot import tenths
from orgs.operations.exporting import FileTable
from reporting.operations import week_files
from reporting.pages import editions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from orgs.kernel.clock import Week
    from orgs.operations.exporting import Cell
    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import Bulletin, ClosedWeek
    from reporting.pages import bulletins, duties, notices, recipients, reports, week_list
    from reporting.punctuality import Punctuality


def of_reports(found: reports.ReportList) -> FileTable:
    """周报报送 of one week."""
    labels = [
        _("单位"), _("状态"), _("确认时间"), _("确认人"), _("覆盖率下降说明"), _("备注"), _("注销说明（条）"),
        _("第一责任人、联络员"), _("最近提醒"),
    ]  # fmt: skip
    return FileTable.listed(
        _("周报报送%(week)s") % {"week": found.week},
        labels,
        [_report(line) for line in found.lines],
        heading=_("%(unit)s　%(year)d年%(week)s")
        % {"unit": found.unit.name, "year": found.week.year, "week": found.week.label},
    )


def of_year(found: reports.YearList) -> FileTable:
    """周报报送情况 of one year; of a unit that no week was asked of, the counts are empty."""
    labels = [_("单位"), _("应报（周）"), _("按时"), _("迟报"), _("未报"), _("按时率（%）")]
    rows: list[list[Cell]] = [[each.unit.name, *_punctual(each.found)] for each in found.shown]
    heading = _("%(unit)s　%(year)d年") % {"unit": found.unit.name, "year": found.year}
    return FileTable.listed(_("%(year)d年周报报送情况") % {"year": found.year}, labels, rows, heading=heading)


def of_weeks(lines: Iterable[week_list.WeekLine]) -> FileTable:
    """周次和版次, the newest first; an edition that is being added up has no number of units."""
    labels = [_("周次"), _("起"), _("止"), _("版次"), _("状态"), _("发布时间"), _("更正原因"), _("单位数")]
    rows: list[list[Cell]] = []
    for line in lines:
        days = [str(line.week), line.week.starts_on.isoformat(), line.week.ends_on.isoformat()]
        if line.job:
            rows.append([*days, None, line.job.get_state_display(), None, None, None])
        rows += [
            [*days, each.edition, _("已发布"), _moment(each.closed_at), each.reason or None, each.n_units]
            for each in line.editions
        ]
    return FileTable.listed(_("周次和版次%(day)s") % {"day": f"{clock.today():%Y%m%d}"}, labels, rows)


def of_editions(week: Week, found: editions.WholeComparison) -> FileTable:
    """两版比较: a row per figure that differs, of the whole first, then unit by unit."""
    numbers = {"before": found.before.edition, "after": found.after.edition}
    labels = [
        _("单位"), _("口径"), _("指标"), _("第%(before)d版") % numbers, _("第%(after)d版") % numbers, _("变化"),
    ]  # fmt: skip
    heading = _("%(year)d年%(week)s　更正：%(reason)s") % {
        "year": week.year,
        "week": week.label,
        "reason": found.after.reason,
    }
    name = week_files.comparison_name(found.before, found.after)
    return FileTable(name, labels, _differing(found), found.n_rows, heading)


def of_two_editions(before: ClosedWeek, after: ClosedWeek, in_charge: UnitsInCharge) -> FileTable:
    """The same, of what a person may export."""
    return of_editions(after.week, editions.between(before, after, in_charge))


def _differing(found: editions.WholeComparison) -> Iterator[list[Cell]]:
    for each in found.totals:
        yield [found.unit_name, _("本级及所属"), *_difference(each)]
    for unit in found.units:
        for each in unit.differences:
            yield [unit.name, _("本级"), *_difference(each)]


def _difference(each: editions.Difference) -> list[Cell]:
    is_known = each.before is not None and each.after is not None
    return [
        each.label,
        each.before,
        each.after,
        (each.after or 0) - (each.before or 0) if is_known else None,
    ]


def of_bulletins(lines: Iterable[bulletins.Line]) -> FileTable:
    """通报, as the archive lists them."""
    labels = [
        _("标题"), _("文号"), _("状态"), _("发布单位"), _("发布日期"), _("周次"), _("版次"), _("已签收（个）"),
        _("送达（个）"),
    ]  # fmt: skip
    return FileTable.listed(
        _("通报%(day)s") % {"day": f"{clock.today():%Y%m%d}"}, labels, [_bulletin(each) for each in lines]
    )


def of_notices(lines: Iterable[notices.Line]) -> FileTable:
    """通知, as the list has them; who has signed stands for those who write for the unit."""
    labels = [
        _("标题"), _("状态"), _("发布单位"), _("发布时间"), _("签收截止"), _("已签收（个）"), _("送达（个）"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            each.notice.title,
            each.notice.get_state_display(),
            each.notice.unit.name,
            _moment(each.notice.published_at),
            _moment(each.notice.sign_by),
            each.n_signed if each.n_recipients is not None and each.notice.must_sign else None,
            each.n_recipients,
        ]
        for each in lines
    ]
    return FileTable.listed(_("通知%(day)s") % {"day": f"{clock.today():%Y%m%d}"}, labels, rows)


def of_recipients(bulletin: Bulletin, number: str, lines: Iterable[recipients.Line]) -> FileTable:
    """签收情况 of one bulletin, the missing first."""
    labels = [_("团组织"), _("上级"), _("签收"), _("签收时间"), _("签收人"), _("最近提醒")]
    listed = [_recipient(line) for line in lines]
    heading = f"{bulletin.title}　{number}"
    return FileTable.listed(_("签收情况_%(number)s") % {"number": number}, labels, listed, heading=heading)


def of_demands(lines: Iterable[duties.Line]) -> FileTable:
    """更换要求, the open ones by their deadline first."""
    labels = [
        _("团组织"), _("上级"), _("管理员"), _("账号、群"), _("状态"), _("办理期限"), _("提出单位"), _("提出时间"),
        _("理由"),
    ]  # fmt: skip
    name = _("更换要求%(day)s") % {"day": f"{clock.today():%Y%m%d}"}
    return FileTable.listed(name, labels, [_demand(line) for line in lines])


def _report(line: reports.Line) -> list[Cell]:
    report = line.report if line.state.is_confirmed else None
    people = [f"{mask_name(each.name)}（{each.short_role}）" for each in line.contacts]
    return [
        line.unit.name,
        line.state.label,
        _moment(report.confirmed_at if report else None),
        mask_name(report.confirmed_by.display_name) if report and report.confirmed_by else None,
        line.drop or None,
        (line.report.remark if line.report else "") or None,
        line.n_closings or None,
        "、".join(people) or _("未登记"),
        _moment(line.reminded_at),
    ]


def _punctual(counted: Punctuality | None) -> list[Cell]:
    if counted is None:
        return [None] * 5
    share = ratio(counted.on_time, counted.asked)
    return [
        counted.asked,
        counted.on_time,
        counted.late,
        counted.missing,
        None if share is None else tenths(share * 100),
    ]


def _bulletin(line: bulletins.Line) -> list[Cell]:
    bulletin, is_published = line.bulletin, bool(line.number)
    day = f"{clock.local(bulletin.published_at):%Y-%m-%d}" if bulletin.published_at else None
    return [
        bulletin.title,
        line.number or None,
        line.state,
        bulletin.unit.name,
        day,
        str(bulletin.closed_week.week),
        bulletin.closed_week.edition,
        bulletin.n_signed if is_published else None,  # type: ignore[attr-defined]
        bulletin.n_recipients if is_published else None,  # type: ignore[attr-defined]
    ]


def _recipient(line: recipients.Line) -> list[Cell]:
    row = line.row
    return [
        row.unit.name,
        row.unit.parent.name if row.unit.parent else None,
        _("已签收") if row.received_at else _("未签收"),
        _moment(row.received_at),
        mask_name(row.received_by.display_name) if row.received_by else None,
        _moment(line.reminded_at),
    ]


def _demand(line: duties.Line) -> list[Cell]:
    demand = line.demand
    return [
        demand.unit.name,
        demand.unit.parent.name if demand.unit.parent else None,
        line.person,
        line.channel,
        line.label,
        demand.due_on.isoformat(),
        demand.demanded_by_unit.name,
        f"{clock.local(demand.demanded_at):%Y-%m-%d}",
        demand.reason,
    ]


def _moment(at: datetime | None) -> str | None:
    return f"{clock.local(at):%Y-%m-%d %H:%M}" if at else None
