"""删除个人信息: whom, why; and what was done before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from config.erasure import erasing
from orgs.exceptions import NotAllowed, OrgsError
from orgs.models import Erasure
from orgs.permissions import ERASE_PERSON, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 30


class ErasureForm(forms.Form):
    """The mobile or user name stays out of the address and is forgotten with the person."""

    who = forms.CharField(
        label=gettext_lazy("手机号或用户名"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填写手机号或用户名。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("删除原因"),
        max_length=200,
        help_text=gettext_lazy("如“本人申请”。不要写姓名和手机号。"),
        error_messages={"required": gettext_lazy("请填写删除原因。")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_certain = forms.BooleanField(
        label=gettext_lazy("我已核对，删除后不能恢复"),
        error_messages={"required": gettext_lazy("请先核对，再勾选。")},
    )


@login_required
@require_http_methods(["GET", "POST"])
def erase_person(request: LeagueRequest) -> HttpResponse:
    """Ask for the erasure of one person; below, those asked for in the own units with what was done."""
    if not may_anywhere(request.user, ERASE_PERSON):
        raise NotAllowed
    form = ErasureForm(request.POST or None)
    if form.is_valid():
        facts = form.cleaned_data
        try:
            erasing.ask(facts["who"], reason=facts["reason"], by=request.user)
            messages.success(request, _("已开始删除，结果显示在下面。"))
            return redirect("erase-person")
        except OrgsError as error:
            form.add_error(None, error.message)
    done = Erasure.objects.actionable_by(request.user, ERASE_PERSON).for_list()
    page = Paginator(done, PER_PAGE).get_page(request.GET.get("page"))
    status = 422 if form.is_bound else 200
    return render(request, "config/erase_person.html", {"form": form, "page": page}, status=status)
