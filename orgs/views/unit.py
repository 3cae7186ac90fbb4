"""The page of one unit, and its changes: create below, rename, move, close, record a base."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orgs import naming, panels
from orgs.exceptions import NotAllowed, OrgsError
from orgs.forms.unit import CloseUnitForm, CreateUnitForm, MoveUnitForm, RecordBaseForm, RenameUnitForm
from orgs.http import whole_number
from orgs.models import Appointment, OrgUnit, UnitBase, UnitKind
from orgs.operations import bases, tree, upper
from orgs.operations.moves import change_of_move
from orgs.permissions import EDIT_UNITS, may

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from orgs.querysets.scope import UnitsInCharge

CHILDREN_PER_PAGE = 100
MOST_PEOPLE = 20


@login_required
@require_safe
def show_unit(request: LeagueRequest, pk: int) -> HttpResponse:
    """Head, way up, children a hundred a page; upper apps add their panels and tabs (orgs/panels.py)."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user).with_path(), pk=pk)
    in_charge = request.user.units_in_charge()
    text = request.GET.get("q", "").strip()
    children = OrgUnit.objects.visible_to(request.user).children_of(unit).matching(text)
    listed = children.select_related("kind").with_child_counts().in_official_order()
    page = Paginator(listed, CHILDREN_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "unit": unit,
        "crumbs": _crumbs(unit, in_charge),
        "page": page,
        "text": text,
        "bases": UnitBase.objects.visible_to(request.user).filter(unit=unit).order_by("measure"),
        "people": Appointment.objects.visible_to(request.user)
        .in_force()
        .filter(unit=unit)
        .select_related("user")
        .order_by("-is_principal", "pk")[:MOST_PEOPLE],
        "former_names": sorted(set(unit.versions.exclude(name=unit.name).values_list("name", flat=True))),
        "may_edit": in_charge.allowing(EDIT_UNITS).covers(unit) and unit.is_open,
        # Nobody moves or closes the own unit: that is the superior's matter.
        "may_relocate": unit.parent is not None and in_charge.allowing(EDIT_UNITS).covers(unit.parent),
        "tabs": [(_("下级组织"), unit.get_absolute_url(), True)]
        + [(tab.label, tab.url, False) for tab in panels.tabs_of(request.user, unit)],
        "panels": panels.panels_of(request.user, unit, page.object_list),
    }
    return render(request, "orgs/unit/show.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def create_unit(request: LeagueRequest, pk: int) -> HttpResponse:
    """A new unit below this one."""
    parent = _editable(request, pk)
    kinds = UnitKind.objects.filter(pk__in=parent.kind.allowed_children)
    next_code = naming.child_code(
        parent.code, OrgUnit.objects.visible_to(request.user).filter(parent=parent).count() + 1
    )
    form = CreateUnitForm(request.POST or None, kinds=kinds, initial={"code": next_code})
    work = partial(tree.create_unit, parent, by=request.user)
    return _answer(request, form, work, parent, _("新增下级团组织"), _("已新增。"))


@login_required
@require_http_methods(["GET", "POST"])
def rename_unit(request: LeagueRequest, pk: int) -> HttpResponse:
    """更名; the former name stays findable."""
    unit = _editable(request, pk)
    initial = {"name": unit.name, "short_name": unit.short_name, "version": unit.version}
    form = RenameUnitForm(request.POST or None, initial=initial)
    work = partial(tree.rename_unit, unit, by=request.user)
    return _answer(request, form, work, unit, _("更名"), _("名称已更改，原名称仍可搜索。"))


@login_required
@require_http_methods(["GET", "POST"])
def move_unit(request: LeagueRequest, pk: int) -> HttpResponse:
    """调整上级, after a look at what goes along."""
    unit = _editable(request, pk)
    candidates = OrgUnit.objects.actionable_by(request.user, EDIT_UNITS)
    picked = candidates.filter(pk=whole_number(request.GET.get("parent"))).first()
    form = MoveUnitForm(request.POST or None, candidates=candidates, initial={"version": unit.version})
    effects = upper.preview(change_of_move(unit, None, by=request.user))
    extra = {"effects": effects, "picked": picked, "n_below": unit.get_descendant_count()}

    def work(*, target: OrgUnit, reason: str, version: int, **_rest: object) -> OrgUnit:
        return tree.move_unit(unit, target, reason=reason, by=request.user, version=version)

    return _answer(request, form, work, unit, _("调整上级"), _("上级已调整。"), "orgs/unit/move.html", extra)


@login_required
@require_http_methods(["GET", "POST"])
def close_unit(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤销; refused while something is open below."""
    unit = _editable(request, pk)
    form = CloseUnitForm(request.POST or None, initial={"version": unit.version})
    effects = upper.preview(tree.change_of_closing([unit], by=request.user))
    n_open = OrgUnit.objects.visible_to(request.user).children_of(unit).count()
    extra = {"effects": effects, "n_open": n_open}

    def work(*, reason: str, **_rest: object) -> OrgUnit:
        tree.close_units([unit], reason=reason, by=request.user)
        return unit

    return _answer(request, form, work, unit, _("撤销"), _("已撤销。"), "orgs/unit/close.html", extra)


@login_required
@require_http_methods(["GET", "POST"])
def record_base(request: LeagueRequest, pk: int) -> HttpResponse:
    """底数 of this unit."""
    unit = _editable(request, pk)
    form = RecordBaseForm(request.POST or None)

    def work(**values: object) -> OrgUnit:
        bases.record_base(unit, by=request.user, **values)  # type: ignore[arg-type]
        return unit

    return _answer(request, form, work, unit, _("登记底数"), _("底数已登记。"))


def _editable(request: LeagueRequest, pk: int) -> OrgUnit:
    """The unit if the person sees it (else 404) and may change it (else 403)."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user).with_path(), pk=pk)
    if not may(request.user, EDIT_UNITS, unit):
        raise NotAllowed
    return unit


def _answer(
    request: LeagueRequest,
    form: Form,
    work: Callable[..., OrgUnit],
    unit: OrgUnit,
    heading: str,
    done: str,
    template: str = "orgs/unit/form.html",
    extra: dict[str, object] | None = None,
) -> HttpResponse:
    """Do the work of a valid form and go to the unit's page, or show the form, with what the operation refuses in words."""
    if form.is_valid():
        try:
            changed = work(**form.cleaned_data)
            messages.success(request, done)
            return redirect(changed)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
    crumbs = [
        *_crumbs(unit, request.user.units_in_charge())[:-1],
        (unit.name, unit.get_absolute_url()),
        (heading, ""),
    ]
    context = {"form": form, "unit": unit, "heading": heading, "crumbs": crumbs, **(extra or {})}
    return render(request, template, context, status=422 if form.errors else 200)


def _crumbs(unit: OrgUnit, in_charge: UnitsInCharge) -> list[tuple[str, str]]:
    """The way up; superiors above the own scope are named without a link."""
    superiors = []
    superior = unit.parent
    while superior is not None:
        url = reverse("orgs:show-unit", args=[superior.pk]) if in_charge.covers(superior) else ""
        superiors.insert(0, (superior.name, url))
        superior = superior.parent
    return [*superiors, (unit.name, "")]
