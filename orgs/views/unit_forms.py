"""What the pages that change a unit share: who may, the way to them, a form that answers, the regular name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from orgs import naming
from orgs.exceptions import NotAllowed, OrgsError
from orgs.models import OrgUnit
from orgs.pages.unit_head import crumbs_of
from orgs.permissions import EDIT_UNITS, may

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.forms import Form
    from django.http import HttpResponse, QueryDict

    from orgs.http import LeagueRequest
    from orgs.models import UnitKind

REGULAR = "regular"  # name of the button that writes the regular name into the form


def visible(request: LeagueRequest, pk: int) -> OrgUnit:
    """The unit if the person sees it, else 404."""
    unit: OrgUnit = get_object_or_404(OrgUnit.objects.visible_to(request.user).with_path(), pk=pk)
    return unit


def editable(request: LeagueRequest, pk: int) -> OrgUnit:
    """The unit if the person sees it (else 404) and may change it (else 403)."""
    unit = visible(request, pk)
    if not may(request.user, EDIT_UNITS, unit):
        raise NotAllowed
    return unit


def answer(
    request: LeagueRequest,
    form: Form,
    work: Callable[..., OrgUnit],
    unit: OrgUnit,
    heading: str,
    done: str,
    template: str = "orgs/unit/form.html",
    extra: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Do the work of a valid form and go to the unit's page, or show the form, with what the operation refuses in words."""
    if REGULAR not in request.POST and form.is_valid():
        try:
            changed = work(**form.cleaned_data)
            messages.success(request, done)
            return redirect(changed)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
    context = {
        "form": form,
        "unit": unit,
        "heading": heading,
        "crumbs": crumbs_to(request, unit, heading),
        **(extra or {}),
    }
    is_refused = bool(form.errors) and REGULAR not in request.POST
    return render(request, template, context, status=422 if is_refused else 200)


def regularised(request: LeagueRequest, regular: Callable[[str], str]) -> QueryDict | None:
    """What was posted, for a form; with the regular name in it where the person tapped the button for it."""
    if request.method != "POST":
        return None
    if REGULAR not in request.POST:
        return request.POST
    data = request.POST.copy()
    data["name"] = regular(data.get("name", "").strip())
    return data


def regular_name(kind: UnitKind, name: str, parent: OrgUnit | None) -> str:
    """The name the rule of the kind proposes (UNI-3.2b)."""
    return naming.regular_name(kind.naming_rule, name=name, parent=parent.name if parent else "")


def flag_irregular(request: LeagueRequest, unit: OrgUnit) -> None:
    """A name off the rule is told after saving, never refused."""
    regular = regular_name(unit.kind, unit.name, unit.parent)
    if regular != unit.name:
        messages.warning(
            request,
            _("名称与规范写法“%(regular)s”不一致，已按填写的保存；需要时可再更名。") % {"regular": regular},
        )


def crumbs_to(request: LeagueRequest, unit: OrgUnit, heading: str) -> list[tuple[str, str]]:
    """The way up, the unit, and the page about it."""
    above = crumbs_of(unit, request.user.units_in_charge())[:-1]
    return [*above, (unit.name, unit.get_absolute_url()), (heading, "")]
