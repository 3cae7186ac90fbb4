"""One masked cell of a submitted form, shown in full to a reviewer: logged, and at most 60 an hour and person (B2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import SubmissionStatus
from accounts.exceptions import AccountsError
from accounts.field_lists import read_fields
from accounts.models import Submission, SubmissionRow
from orgs.exceptions import NotAllowed
from orgs.operations import reveals
from orgs.permissions import REVEAL, may

if TYPE_CHECKING:
    from orgs.models import User


@transaction.atomic
def reveal_cell(row_id: int, code: str, *, by: User) -> str:
    """The full text of one personal cell; the audit line says which, never what."""
    forms = Submission.objects.visible_to(by).exclude(status=SubmissionStatus.DRAFT)
    row = SubmissionRow.objects.select_related("submission__unit", "submission__round__field_list").get(
        pk=row_id, submission__in=forms
    )
    if not may(by, REVEAL, row.submission.unit):
        raise NotAllowed
    fields = read_fields(row.submission.round.field_list.fields)
    if code not in {each.code for each in fields if each.personal}:
        raise AccountsError(_("没有这一项信息，请刷新页面。"))
    if row.personal is None:
        raise AccountsError(_("这份收集表中的个人信息已按期清除。"))
    unit = row.submission.unit
    reveals.record(row.submission, unit=unit, purpose=_("审核收集表"), by=by, field=code, row=row.pk)
    return str((row.personal or {}).get(code) or "")
