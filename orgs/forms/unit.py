"""Forms about units: create, rename, move, merge, close. The operations decide; these only shape the input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.choices import LONGEST_CODE, LONGEST_NAME
from orgs.forms.reasons import reason_field
from orgs.http import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import OrgUnit, UnitKind

MOST_CANDIDATES = 20


class VersionedForm(forms.Form):
    """Carries the version of the unit the person saw (C3)."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class CreateUnitForm(forms.Form):
    """A new unit below a given one."""

    kind = forms.ChoiceField(label=_("类型"))
    name = forms.CharField(
        label=_("全称"), max_length=LONGEST_NAME, error_messages={"required": _("请填写全称。")}
    )
    code = forms.CharField(
        label=_("代码"),
        max_length=LONGEST_CODE,
        help_text=_("全平台唯一，用于导入和核对"),
        error_messages={"required": _("请填写代码。")},
    )
    short_name = forms.CharField(label=_("简称"), max_length=60, required=False)
    intake_year = forms.IntegerField(
        label=_("入学年级"),
        min_value=1950,
        max_value=2100,
        required=False,
        help_text=_("班级团支部必填，如 2013"),
    )
    opened_on = forms.DateField(
        label=_("成立日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, kinds: Iterable[UnitKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.pk, kind.name) for kind in kinds]  # type: ignore[attr-defined]


class RenameUnitForm(VersionedForm):
    name = forms.CharField(
        label=_("新全称"), max_length=LONGEST_NAME, error_messages={"required": _("请填写新的全称。")}
    )
    short_name = forms.CharField(label=_("简称"), max_length=60, required=False)
    reason = reason_field()


class MoveUnitForm(VersionedForm):
    """Where to: chosen from the list, or, without script, found by the text typed."""

    parent = forms.CharField(label=_("新的上级"), required=False, widget=forms.HiddenInput)
    parent_q = forms.CharField(required=False, max_length=LONGEST_NAME)
    reason = reason_field()

    def __init__(self, *args: Any, candidates: Any = None, **kwargs: Any) -> None:
        """`candidates` are the units the person may choose from, as a queryset."""
        super().__init__(*args, **kwargs)
        self.candidates = candidates

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["target"] = self._chosen(values.get("parent", ""), values.get("parent_q", "").strip())
        return values

    def _chosen(self, pk: str, text: str) -> OrgUnit | None:
        if whole_number(pk) is not None:
            found: OrgUnit | None = self.candidates.filter(pk=whole_number(pk)).first()
            if found is None:
                self.add_error("parent", _("找不到这个团组织，请重新选择。"))
            return found
        if not text:
            self.add_error("parent", _("请选择团组织。"))
            return None
        matches = self.candidates.best_matches(text, MOST_CANDIDATES)
        exact = [unit for unit in matches if text in {unit.name, unit.short_name, unit.code}] or matches
        if len(exact) != 1:
            message = (
                _("没有找到，请换一个关键字。") if not exact else _("找到几个同类名称，请写全称或代码。")
            )
            self.add_error("parent", message)
            return None
        only: OrgUnit = exact[0]
        return only


class MergeUnitForm(MoveUnitForm):
    """Into which unit: chosen like a superior."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].label = _("并入的团组织")


class ChangeKindForm(VersionedForm):
    """Another kind, of those the superior may have below it."""

    kind_id = forms.ChoiceField(label=_("新的类型"))
    reason = reason_field()

    def __init__(self, *args: Any, kinds: Iterable[UnitKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind_id"].choices = [(kind.pk, kind.name) for kind in kinds]  # type: ignore[attr-defined]


class CloseUnitForm(VersionedForm):
    reason = reason_field()
