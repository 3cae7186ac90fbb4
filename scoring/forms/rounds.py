"""Input about a year's round: scheme and calendar, groups and their members, extensions, reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from orgs.kernel import clock
from scoring.operations import groups, rounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring.models import AssessmentGroup, AssessmentRound, Scheme
    from scoring.operations.groups import Candidate

_DATE = {"invalid": _("请按“年-月-日”填写，例如：2026-12-31。"), "required": _("请填写日期。")}
_NUMBER = {"required": _("请填写整数。"), "invalid": _("请填写整数。")}
_LONGEST_REASON = 200


def _date(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label, help_text=help_text, required=required, widget=widget, error_messages=_DATE
    )


def _reason(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=_LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RoundForm(forms.Form):
    """What a round is opened with; the calendar is proposed from the year (SUP-4.2)."""

    use_required_attribute = False

    scheme = forms.ChoiceField(
        label=_("考评方案"),
        help_text=_("草稿方案可以用来评分，全部核定后才能定稿"),
        error_messages={
            "required": _("请选择考评方案。"),
            "invalid_choice": _("请从列表中选择考评方案。"),
        },
    )
    year = forms.IntegerField(label=_("年度"), min_value=2010, max_value=2100, error_messages=_NUMBER)
    title = forms.CharField(label=_("名称"), max_length=120, error_messages={"required": _("请填写名称。")})
    self_until = _date(_("自评截止"), _("当天24时止；不填为当年12月31日"), required=False)
    scoring_until = _date(_("考评截止"), _("当天24时止；不填为次年1月31日"), required=False)
    objection_days = forms.IntegerField(
        label=_("异议期（天）"),
        min_value=1,
        max_value=rounds.MOST_DAYS,
        help_text=_("从告知结果之日起"),
        error_messages=_NUMBER,
    )

    def __init__(self, data: Any = None, *, schemes: Sequence[Scheme]) -> None:
        year = clock.today().year
        initial = {
            "year": year,
            "objection_days": 7,
            "title": say("%(year)s年度微信工作考评") % {"year": year},
        }
        initial |= dict(zip(("self_until", "scoring_until"), rounds.default_deadlines(year), strict=True))
        super().__init__(data, initial=initial)
        self.schemes = {str(each.pk): each for each in schemes}
        chosen: Any = self.fields["scheme"]
        chosen.choices = [(pk, self._label(each)) for pk, each in self.schemes.items()]

    def plan(self) -> rounds.Plan:
        """The plan that was typed, once the form is valid."""
        given = self.cleaned_data
        self_until, scoring_until = rounds.default_deadlines(given["year"])
        return rounds.Plan(
            scheme=self.schemes[given["scheme"]],
            year=given["year"],
            title=given["title"],
            self_until=clock.day_end(given["self_until"] or self_until),
            scoring_until=clock.day_end(given["scoring_until"] or scoring_until),
            objection_days=given["objection_days"],
        )

    @staticmethod
    def _label(scheme: Scheme) -> str:
        words = {"title": scheme.title, "version": scheme.version, "state": scheme.get_state_display()}
        return say("%(title)s 第%(version)s版（%(state)s）") % words


class StartForm(forms.Form):
    """Why the office goes on without the self-assessments that are missing."""

    use_required_attribute = False

    reason = _reason(
        _("未交自评的原因"), _("写在每张未交自评的考评表上，单位能看到；没有未交的可以不填"), required=False
    )


class ExtendForm(forms.Form):
    """Which deadline, until when, why."""

    use_required_attribute = False

    which = forms.ChoiceField(
        label=_("期限"), choices=((rounds.SELF, _("自评截止")), (rounds.SCORING, _("考评截止")))
    )
    until = _date(_("新的截止日期"), _("当天24时止"))
    reason = _reason(_("延期理由"), _("会保留在日志中"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="extend_%s")


class PeopleForm(forms.Form):
    """People of a group, one of whom leads."""

    use_required_attribute = False

    people = forms.TypedMultipleChoiceField(
        label=_("成员"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选择成员。")},
    )
    leader = forms.TypedChoiceField(
        label=_("组长"), coerce=int, error_messages={"required": _("请选择组长。")}
    )

    def set_people(self, people: Sequence[tuple[int, str]]) -> None:
        """Who can be chosen."""
        chosen: Any = self.fields["people"]
        chosen.choices = people
        leader: Any = self.fields["leader"]
        leader.choices = [("", _("请选择")), *people]


class NameGroupForm(PeopleForm):
    """A group that is named."""

    name = forms.CharField(label=_("名称"), max_length=40, required=False, help_text=_("不填按组次命名"))
    field_order = ("name", "people", "leader")

    def __init__(self, data: Any = None, *, candidates: Sequence[Candidate]) -> None:
        super().__init__(data, auto_id="named_%s")
        self.set_people(_labelled(candidates))


class DrawGroupForm(forms.Form):
    """A group that is drawn by lot."""

    use_required_attribute = False

    name = forms.CharField(label=_("名称"), max_length=40, required=False, help_text=_("不填按组次命名"))
    size = forms.IntegerField(
        label=_("抽取人数"),
        min_value=groups.FEWEST,
        max_value=groups.MOST,
        initial=groups.FEWEST,
        help_text=_("先抽中的为组长"),
        error_messages=_NUMBER,
    )
    lot = forms.TypedMultipleChoiceField(
        label=_("参加抽签的人员"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选则全部参加；名单和抽签编号会保留，可以重放"),
    )

    def __init__(self, data: Any = None, *, candidates: Sequence[Candidate]) -> None:
        super().__init__(data, auto_id="drawn_%s")
        chosen: Any = self.fields["lot"]
        chosen.choices = _labelled(candidates)


class MembersForm(PeopleForm):
    """Other people for a group that is there."""

    reason = _reason(_("更换理由"), _("会保留在日志中"))
    field_order = ("people", "leader", "reason")

    def __init__(self, data: Any = None, *, group: AssessmentGroup, candidates: Sequence[Candidate]) -> None:
        members = list(group.members.all())
        leader = next((each.user_id for each in members if each.leads), None)
        super().__init__(data, initial={"people": [each.user_id for each in members], "leader": leader})
        own = [(each.user_id, each.user.display_name) for each in members]
        self.set_people(own + _labelled(candidates))


class AssignForm(forms.Form):
    """Which sheets go to which group; an empty group takes them back."""

    group = forms.TypedChoiceField(label=_("考核小组"), coerce=int, required=False, empty_value=None)
    sheets = forms.TypedMultipleChoiceField(
        label=_("单位"), coerce=int, error_messages={"required": _("请选择要分派的单位。")}
    )

    def __init__(self, data: Any = None, *, round: AssessmentRound) -> None:
        super().__init__(data)
        chosen: Any = self.fields["group"]
        chosen.choices = [("", _("（收回，不分派）")), *round.groups.values_list("pk", "name")]
        sheets: Any = self.fields["sheets"]
        sheets.choices = [(pk, pk) for pk in round.sheets.values_list("pk", flat=True)]


def _labelled(candidates: Sequence[Candidate]) -> list[tuple[int, str]]:
    """Those who are free, with how many units they may assess."""
    text = say("%(name)s（可考评 %(n)s 个单位）")
    return [
        (each.user.pk, text % {"name": each.user.display_name, "n": len(each.unit_ids)})
        for each in candidates
        if not each.is_taken
    ]
