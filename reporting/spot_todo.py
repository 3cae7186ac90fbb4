"""Home page lines about 抽查: samples to record, checks to count again, objections to decide, results one may object to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.permissions import DRAW, FILL, RECORD_CHECK
from orgs.todo import Todo
from reporting.choices import CheckKind
from reporting.models import DrawItem, Objection, SpotCheck, VerifiedCount

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from orgs.models import User


def counted(user: User) -> dict[str, QuerySet[Any]]:
    """What waits for the person, and of the very units they answer for the results within the window."""
    in_charge = user.units_in_charge()
    deciding, filling = (in_charge.allowing(verb) for verb in (DRAW, FILL))
    found: dict[str, QuerySet[Any]] = {}
    if in_charge.allowing(RECORD_CHECK).spans or filling.spans:
        found["to_record"] = DrawItem.objects.readable_by(user).assigned_to(user).running().open()
        found["to_recheck"] = Objection.objects.to_recheck_by(user)
    if deciding.spans:
        own = Q(check_made__checked_by=user) | Q(count_made__verified_by=user)
        others = Objection.objects.within(deciding).waiting().exclude(own)
        found["to_arrange"] = others.filter(second_inspector__isnull=True)
        found["to_decide"] = others.rechecked()
    if filling.spans:
        since = clock.day_start(clock.today() - timedelta(days=settings.OBJECTION_DAYS))
        free = {"unit_id__in": filling.own_unit_ids(), "objections__isnull": True, "second_of__isnull": True}
        checks = SpotCheck.objects.valid().filter(kind=CheckKind.POSTS, checked_at__gte=since)
        found["to_object"] = checks.filter(**free)
        found["to_object_counts"] = VerifiedCount.objects.valid().filter(verified_at__gte=since, **free)
    return found


def lines(n: dict[str, int]) -> list[Todo]:
    """The lines of what was `counted`."""
    own, objections = reverse("reporting:list-own-samples"), reverse("reporting:list-objections")
    known = (
        ("to_record", _("抽查样本待登记"), _("去登记"), own, _("待登记")),
        ("to_recheck", _("抽查异议待复核"), _("去复核"), f"{objections}?state=mine", _("待复核")),
        ("to_arrange", _("抽查异议待安排复核"), _("去安排"), f"{objections}?state=waiting", _("待安排")),
        ("to_decide", _("抽查异议待裁定"), _("去裁定"), f"{objections}?state=waiting", _("待裁定")),
    )
    found = [
        Todo(label, action, url, n[key], tone="warn", status=status)
        for key, label, action, url, status in known
        if n.get(key)
    ]
    n_results = n.get("to_object", 0) + n.get("to_object_counts", 0)
    if n_results:
        detail = _("登记后%(n)d天内可以提出异议") % {"n": settings.OBJECTION_DAYS}
        words, url = _("本单位有新的抽查结果"), reverse("orgs:list-messages")
        found.append(Todo(words, _("去查看"), url, n_results, detail=detail, status=_("可提异议")))
    return found
