"""周通报: draft from a closed week, save, refresh, publish with a number, correct. A published one never changes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import PUBLISH_BULLETIN
from reporting import bulletin_quotes, bulletin_words, scopes
from reporting import bulletin_tables as tables
from reporting.bulletin_figures import Figures
from reporting.choices import BulletinState
from reporting.exceptions import ReportingError
from reporting.models import Bulletin, ClosedWeek
from reporting.operations import bulletin_figures, bulletin_notices, bulletin_recipients

if TYPE_CHECKING:
    from orgs.models import User

LONGEST_TITLE, LONGEST_TEXT, LONGEST_REASON = 120, 10_000, 200


@dataclass(frozen=True, slots=True)
class Recipients:
    """To whom: direct subordinates or the whole subtree, of these kinds and lines; empty means every one."""

    depth: str = bulletin_recipients.DIRECT
    kinds: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person changes in a draft: a paragraph of `text` a line, the keys of the tables shown."""

    title: str
    text: str
    tables: list[str]
    scope: str
    recipients: Recipients


@transaction.atomic
def draft(unit: OrgUnit, closed: ClosedWeek, *, scope: str = scopes.ALL, by: User) -> Bulletin:
    """生成通报: the unit's draft about this week, or the one it is writing already. Raises NotAllowed, ReportingError.

    A week that has been reported on in the same scope is corrected, not reported a second time.
    """
    lines = list(_lines(by, unit))
    _lock_unit(unit.pk)
    number = _published_number(unit, closed, scope, lines)
    if number:
        raise ReportingError(
            _("这一周的通报已经发布（%(number)s）。如需更正，请打开该通报后点“更正”。") % {"number": number}
        )
    found = Bulletin.objects.drafts().about(unit, closed).order_by("-closed_week__edition").first()
    if found is None:
        facts = _generated(unit, closed, scope, lines)
        found = Bulletin.objects.create(
            unit=unit, closed_week=closed, created_by=by, created_at=clock.now(), **facts
        )
        ledger.record("bulletin.drafted", found, by=by, week=str(closed.week), edition=closed.edition)
    elif not Bulletin.objects.actionable_by(by).filter(pk=found.pk).exists():
        raise ReportingError(_("本单位已有人在起草这一周的通报，等发布或删除后再起草。"))
    return found


@transaction.atomic
def save_draft(bulletin_id: int, edit: Edit, *, version: int, by: User) -> Bulletin:
    """Keep what was edited. Raises Conflict when somebody saved meanwhile: then nothing is written."""
    bulletin = _locked(bulletin_id, version, by=by)
    shown = [key for key in tables.TITLES if key in edit.tables]
    body = bulletin.body | {"text": edit.text.strip(), "tables": shown}
    bulletin.title, bulletin.body = _checked_title(edit.title), body | {"recipients": asdict(edit.recipients)}
    if len(edit.text) > LONGEST_TEXT:
        raise ReportingError(_("正文不能超过%(n)d个字，请删减。") % {"n": LONGEST_TEXT})
    if edit.scope != body["scope"]:
        _refigure(bulletin, bulletin.closed_week, edit.scope)
    _write(bulletin, "title", "body", "figures")
    ledger.record("bulletin.saved", bulletin, by=by)
    return bulletin


@transaction.atomic
def refresh(bulletin_id: int, *, version: int, is_text_reset: bool = False, by: User) -> Bulletin:
    """更新数据: figures of the newest edition. Edited text stays unless it is to be generated anew.

    Raises Conflict, and ReportingError where the unit has another draft about this week.
    """
    _lock_unit_of(bulletin_id, by=by)
    bulletin = _locked(bulletin_id, version, by=by)
    others = Bulletin.objects.drafts().about(bulletin.unit, bulletin.closed_week).exclude(pk=bulletin.pk)
    if others.exists():
        raise ReportingError(_("本单位这一周另有一份草稿，请先发布或删除其中一份，再更新数据。"))
    if is_text_reset:
        bulletin.body = bulletin.body | {"text": bulletin_quotes.standing(bulletin.body)}
    _refigure(bulletin, _newest_edition(bulletin.closed_week), bulletin.body["scope"])
    _write(bulletin, "closed_week", "body", "figures")
    ledger.record("bulletin.refreshed", bulletin, by=by, edition=bulletin.closed_week.edition)
    return bulletin


@transaction.atomic
def discard(bulletin_id: int, *, by: User) -> None:
    """Delete a draft, with what was told about it."""
    bulletin = _locked(bulletin_id, None, by=by)
    ledger.record("bulletin.discarded", bulletin, by=by, week=str(bulletin.closed_week.week))
    bulletin.delete()


@transaction.atomic
def publish(bulletin_id: int, *, version: int, by: User) -> Bulletin:
    """发布: number of the unit and year, date, recipients, messages; figures are frozen as they were previewed.

    Raises Conflict when the draft was saved since the preview, ReportingError where a newer edition of the week exists,
    the week has been published in the same scope under another number, nobody would receive it, or somebody named has
    not been told (SUP-2.1.2, BULLETIN_NOTICE).
    """
    _lock_unit_of(bulletin_id, by=by)
    bulletin = _locked(bulletin_id, version, by=by)
    if _newest_edition(bulletin.closed_week) != bulletin.closed_week:
        raise ReportingError(_("这一周已有更正版，请先点“更新数据”，核对后再发布。"))
    _require_other_scope(bulletin)
    bulletin_notices.require_told(bulletin)
    now = clock.now()
    bulletin.year, bulletin.number, bulletin.correction = _number(bulletin, clock.local(now).year)
    bulletin.published_by, bulletin.published_at, bulletin.state = by, now, BulletinState.PUBLISHED
    bulletin.search_text = _search_text(bulletin)
    bulletin.body = bulletin.body | {"issuer": bulletin.unit.name}
    number = bulletin_words.number_text(bulletin.year, bulletin.number, bulletin.correction)
    text = _("%(number)s《%(title)s》已发布，请签收。") % {"number": number, "title": bulletin.title}
    n_recipients = bulletin_recipients.send(bulletin, text)
    fields = ("year", "number", "correction", "published_by", "published_at", "state", "search_text", "body")
    _write(bulletin, *fields)
    ledger.record("bulletin.published", bulletin, by=by, number=bulletin.number, n_recipients=n_recipients)
    return bulletin


@transaction.atomic
def correct(bulletin_id: int, *, reason: str, by: User) -> Bulletin:
    """更正: a new draft with the number of the one it corrects, on the newest edition; the old one stays as it is.

    Text that people had written is taken over. Raises ReportingError.
    """
    _lock_unit_of(bulletin_id, by=by)
    old = (
        Bulletin.objects.actionable_by(by)
        .published()
        .select_related("unit", "closed_week")
        .get(pk=bulletin_id)
    )
    why = " ".join(reason.split())
    if not why or len(why) > LONGEST_REASON:
        raise ReportingError(_("请填写更正原因，不超过%(n)d个字。") % {"n": LONGEST_REASON})
    if old.corrections.published().exists():
        raise ReportingError(_("这份通报已有更正，请打开最新的一份再更正。"))
    closed = _newest_edition(old.closed_week)
    if Bulletin.objects.drafts().about(old.unit, closed).exists():
        raise ReportingError(_("这一周的通报草稿还没有发布，请先发布或删除草稿。"))
    facts = _generated(old.unit, closed, old.body["scope"], old.body["lines"])
    body = old.body | {"generated": facts["body"]["generated"]}
    if bulletin_quotes.is_untouched(old.body):
        body |= {"text": bulletin_quotes.standing(body)}
    new = Bulletin.objects.create(
        unit=old.unit, closed_week=closed, created_by=by, created_at=clock.now(), corrects=old, reason=why,
        year=old.year, number=old.number, correction=old.correction + 1, title=old.title,
        body=body, figures=facts["figures"],
    )  # fmt: skip
    ledger.record("bulletin.corrected", new, by=by, reason=why, corrects=old.pk)
    return new


def _lines(by: User, unit: OrgUnit) -> tuple[str, ...]:
    """The lines within which the person writes for the unit, () for all of them. Raises NotAllowed."""
    spans = by.units_in_charge().allowing(PUBLISH_BULLETIN).spans
    own = [span for span in spans if span.unit_id == unit.pk]
    if not own:
        raise NotAllowed
    return () if any(not span.lines for span in own) else own[0].lines


def _generated(unit: OrgUnit, closed: ClosedWeek, scope: str, lines: list[str]) -> dict[str, Any]:
    """Title, body and figures of a fresh draft. Raises ReportingError where the unit had nobody below it then."""
    figures = _figures(unit, closed, scope, lines)
    kinds = sorted({each.kind for each in figures.units}) if scope != scopes.ALL else []
    text = bulletin_words.draft(figures)
    body = {
        "scope": scope,
        "lines": list(lines),
        "text": text,
        "generated": text,
        "tables": list(tables.TITLES),
        "recipients": asdict(Recipients(kinds=kinds)),
    }
    return {"title": bulletin_words.title(closed, scope), "body": body, "figures": figures.as_json()}


def _figures(unit: OrgUnit, closed: ClosedWeek, scope: str, lines: list[str]) -> Figures:
    figures = bulletin_figures.read(closed, unit, scope=scope, lines=lines)
    if figures is None or not figures.units:
        raise ReportingError(_("这一周没有本单位所属团组织的数据，不能生成通报。请选择其他周次或范围。"))
    return figures


def _refigure(bulletin: Bulletin, closed: ClosedWeek, scope: str) -> None:
    """New figures and generated text; text that nobody has edited follows."""
    body = bulletin.body
    figures = _figures(bulletin.unit, closed, scope, body["lines"])
    generated = bulletin_words.draft(figures)
    is_untouched = bulletin_quotes.is_untouched(body)
    text = bulletin_quotes.standing(body, generated) if is_untouched else body["text"]
    bulletin.body = body | {"scope": scope, "generated": generated, "text": text}
    bulletin.closed_week, bulletin.figures = closed, figures.as_json()


def _lock_unit(unit_id: int) -> None:
    """Drafts and numbers run per unit: whoever begins, renews or publishes one comes after the other."""
    OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit_id)


def _lock_unit_of(bulletin_id: int, *, by: User) -> None:
    """Before the bulletin itself, always in this order."""
    _lock_unit(Bulletin.objects.actionable_by(by).values_list("unit_id", flat=True).get(pk=bulletin_id))


def _published_number(
    unit: OrgUnit, closed: ClosedWeek, scope: str, lines: list[str], *, but: Bulletin | None = None
) -> str:
    """Under which number the unit has published this week in this scope; "" where it has not, or under that of `but`."""
    for each in Bulletin.objects.standing().about(unit, closed):
        is_same_number = but is not None and (each.year, each.number) == (but.year, but.number)
        if (each.body.get("scope"), each.body.get("lines")) == (scope, lines) and not is_same_number:
            return bulletin_words.number_text(each.year, each.number, each.correction)
    return ""


def _require_other_scope(bulletin: Bulletin) -> None:
    """The scope may have been changed since the draft was begun; a correction keeps its number."""
    body, closed = bulletin.body, bulletin.closed_week
    number = _published_number(bulletin.unit, closed, body["scope"], body["lines"], but=bulletin)
    if number:
        raise ReportingError(
            _("这一周同一范围的通报已经发布（%(number)s）。请改选范围，或删除草稿后打开该通报点“更正”。")
            % {"number": number}
        )


def _locked(bulletin_id: int, version: int | None, *, by: User) -> Bulletin:
    """The draft for writing, as the person saw it. Raises Conflict, IllegalMove for a published one."""
    rows = Bulletin.objects.actionable_by(by).select_for_update(of=("self",))
    bulletin = rows.select_related("unit", "closed_week").get(pk=bulletin_id)
    if bulletin.state != BulletinState.DRAFT:
        raise IllegalMove(_("这份通报已经发布，不能再改；如需更正，请点“更正”。"))
    if version is not None and bulletin.version != version:
        raise Conflict(_("这份草稿刚才已被他人修改，请核对现在的内容。"))
    return bulletin


def _write(bulletin: Bulletin, *changed: str) -> None:
    bulletin.version += 1
    bulletin.save(update_fields=[*changed, "version"])


def _newest_edition(closed: ClosedWeek) -> ClosedWeek:
    return ClosedWeek.objects.published().of_week(closed.week)[0]


def _number(bulletin: Bulletin, year: int) -> tuple[int, int, int]:
    """(year, number, correction): the next of the unit and year, or the number of the one it corrects."""
    of_unit = Bulletin.objects.published().filter(unit=bulletin.unit)
    corrected = bulletin.corrects
    # What is corrected was published, so it is numbered: the database sees to it.
    if corrected is not None and corrected.year is not None and corrected.number is not None:
        year, number = corrected.year, corrected.number
        last = of_unit.filter(year=year, number=number).aggregate(last=Max("correction"))["last"]
        return year, number, last + 1
    last = of_unit.filter(year=year).aggregate(last=Max("number"))["last"]
    return year, (last or 0) + 1, 0


def _search_text(bulletin: Bulletin) -> str:
    number = bulletin_words.number_text(bulletin.year, bulletin.number, bulletin.correction)
    names = [each["name"] for each in bulletin.figures["units"]]
    return "\n".join([bulletin.title, number, bulletin.unit.name, bulletin.body["text"], *names]).lower()


def _checked_title(title: str) -> str:
    found = " ".join(title.split())
    if not found or len(found) > LONGEST_TITLE:
        raise ReportingError(_("请填写标题，不超过%(n)d个字。") % {"n": LONGEST_TITLE})
    return found
