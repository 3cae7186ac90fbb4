"""URLs of reporting."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, register_converter

from orgs.kernel.clock import Week
from reporting.views import duties, rows, unit_week, weekly


class WeekConverter:
    """A week in an address: 2026-W46. A week the year doesn't have is no address."""

    regex = r"\d{4}-W\d{2}"

    def to_python(self, value: str) -> Week:
        return Week.parse(value)

    def to_url(self, value: Week | str) -> str:
        return str(value)


register_converter(WeekConverter, "week")

app_name = "reporting"

_demands: list[URLPattern | URLResolver] = [
    path("demands/", duties.list_demands, name="list-demands"),
    path("demands/new/", duties.choose_administrator, name="choose-administrator"),
    path("demands/new/<int:term_pk>/", duties.new_demand, name="new-demand"),
    path("demands/<int:pk>/", duties.show_demand, name="show-demand"),
    path("demands/<int:pk>/meet/", duties.meet_demand, name="meet-demand"),
    path("demands/<int:pk>/withdraw/", duties.withdraw_demand, name="withdraw-demand"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("weekly/", weekly.weekly, name="weekly"),
    path("weekly/unit/<int:unit_pk>/", unit_week.show_latest, name="show-latest-week"),
    path("weekly/<week:week>/<int:unit_pk>/", unit_week.show, name="show-unit-week"),
    path("weekly/<week:week>/<int:unit_pk>/rows/<slug:figure>/", rows.show, name="show-rows"),
    *_demands,
]
