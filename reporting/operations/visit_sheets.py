"""走访记录: what was seen on a visit, by the sheet of RUR-3. What was not looked at stays empty: empty is not none."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.operations import ledger
from reporting.choices import DutyKind
from reporting.exceptions import ReportingError
from reporting.models import VisitSheet
from reporting.operations.supervision import locked_for_superior, require_held
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from datetime import date

    from orgs.models import User

LONGEST_CONTENT, LONGEST_FINDING = 200, 300
LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Seen:
    """Groups built, youth in touch, content and frequency, activities on and offline (RUR-3)."""

    groups_built: int | None = None
    youth_in_touch: int | None = None
    posts_per_week: int | None = None
    content: str = ""
    online_activities: int | None = None
    offline_activities: int | None = None
    finding: str = ""


@transaction.atomic
def record(duty_id: int, seen: Seen, *, held_on: date | None, version: int, by: User) -> VisitSheet:
    """Keep the sheet of a visit, the last word counts until the visit is closed.

    Raises NotAllowed, IllegalMove for a visit that is closed, Conflict, ReportingError for an empty sheet.
    """
    duty = locked_for_superior(duty_id, version, by=by)
    if duty.kind != DutyKind.VISIT:
        raise ReportingError(_("只有实地走访才填写走访记录。"))
    facts = asdict(seen)
    facts["content"] = checked(seen.content, label=_("发布内容"), longest=LONGEST_CONTENT)
    facts["finding"] = checked(seen.finding, label=_("走访意见"), longest=LONGEST_FINDING)
    if all(value in {None, ""} for value in facts.values()):
        raise ReportingError(_("走访记录是空的，请至少填写一项。"))
    duty.held_on = require_held(held_on)
    sheet, _created = VisitSheet.objects.update_or_create(duty=duty, defaults=facts)
    duty.version += 1
    duty.save(update_fields=["held_on", "version"])
    ledger.record("duty.visited", duty, by=by)
    return sheet
