"""Offices and people: nobody holds one in a unit that is no more, and personal data opens with the keys at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import F
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.choices import Role
from orgs.kernel.crypto import KeyMissing, blind_index, decrypt, encrypted_fields
from orgs.kernel.integrity import Check, Found, check
from orgs.models import Appointment, User
from orgs.querysets.people import MOBILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.integrity import Run

TRIED = 50  # rows at either end of each encrypted column: the oldest and the newest key


@check(
    "offices-of-closed",
    "T10",
    gettext_lazy("已撤销的团组织没有在任人员"),
    remedy=gettext_lazy("请在“人员”页结束任职；撤销有误的，恢复该团组织。"),
)
def offices_of_closed(run: Run) -> Iterator[Found]:
    """An office ends with its unit, at the latest on the day of closing."""
    found = Appointment.objects.filter(unit__is_open=False).filter(
        models.Q(ends_on__isnull=True) | models.Q(ends_on__gt=F("unit__closed_on"))
    )
    for pk, unit_id in found.order_by("pk").values_list("pk", "unit_id").iterator():
        yield Found(_("职务 %(id)s") % {"id": pk}, _("所在团组织 %(id)s 已撤销") % {"id": unit_id}, pk)


@check(
    "unknown-roles",
    "S3",
    gettext_lazy("每个职务的角色和部门是已知的"),
    remedy=gettext_lazy("未知角色没有任何权限。请结束该任职，重新任命。"),
)
def unknown_roles(run: Run) -> Iterator[Found]:
    """A role that the table of permissions doesn't know lets nobody do anything."""
    found = Appointment.objects.exclude(role__in=Role.values).order_by("pk")
    for pk, role in found.values_list("pk", "role").iterator():
        yield Found(_("职务 %(id)s") % {"id": pk}, _("未知角色“%(role)s”") % {"role": role}, pk)


@check(
    "field-keys",
    "B1 E1",
    gettext_lazy("个人信息能用现有密钥打开"),
    remedy=gettext_lazy("请把写入时使用的密钥加回 FIELD_KEYS（放在最后），重启后再检查。"),
)
def field_keys(run: Run) -> Iterator[Found]:
    """The oldest and newest values of every encrypted column open with one of FIELD_KEYS."""
    for model in apps.get_models():
        for field in encrypted_fields(model):
            yield from _closed_tokens(model, str(field.name))


def _closed_tokens(model: type[models.Model], name: str) -> Iterator[Found]:
    tokens: Any = model._base_manager.annotate(token=Cast(name, models.TextField()))
    tokens = tokens.exclude(token="").exclude(token__isnull=True).values_list("pk", "token")
    seen = dict([*tokens.order_by("pk")[:TRIED], *tokens.order_by("-pk")[:TRIED]])
    for pk, token in seen.items():
        try:
            decrypt(token)
        except KeyMissing:
            place = _("%(model)s %(id)s") % {"model": model._meta.verbose_name, "id": pk}
            yield Found(place, _("“%(field)s”打不开：缺少密钥") % {"field": name}, pk)


@check(
    "mobile-index",
    "A4",
    gettext_lazy("手机号索引与手机号一致"),
    remedy=gettext_lazy(
        "索引不符的人不能用手机号登录。请核对 BLIND_INDEX_KEY；只有个别人不符时，由上级重新填写手机号。"
    ),
)
def mobile_index(run: Run) -> Iterator[Found]:
    """The index by which a mobile is found is that of the mobile, for the oldest and newest users."""
    users: Any = User.objects.exclude(mobile_index__isnull=True).annotate(
        token=Cast("mobile", models.TextField())
    )
    users = users.values_list("pk", "mobile_index", "token").order_by("pk")
    for pk, index, token in {*users[:TRIED], *users.reverse()[:TRIED]}:
        try:
            is_same = index == blind_index(decrypt(token) if token else "", MOBILE)
        except KeyMissing:
            continue  # told by field-keys
        if not is_same:
            yield Found(_("用户 %(id)s") % {"id": pk}, _("手机号索引不符"), pk)


CHECKS: tuple[Check, ...] = (offices_of_closed, unknown_roles, field_keys, mobile_index)
