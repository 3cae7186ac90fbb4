"""URLs of 内容供给, 报送 and 定向消息."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reporting.views import contributions, materials, messages

patterns: list[URLPattern | URLResolver] = [
    path("materials/", materials.list_materials, name="list-materials"),
    path("materials/new/", materials.new_material, name="new-material"),
    path("materials/<int:pk>/", materials.show_material, name="show-material"),
    path("materials/<int:pk>/withdraw/", materials.withdraw_material, name="withdraw-material"),
    path("contributions/", contributions.list_contributions, name="list-contributions"),
    path("contributions/new/", contributions.new_contribution, name="new-contribution"),
    path("contributions/units/", contributions.list_contributing_units, name="list-contributing-units"),
    path("contributions/<int:pk>/", contributions.show_contribution, name="show-contribution"),
    path("contributions/<int:pk>/adopt/", contributions.adopt_contribution, name="adopt-contribution"),
    path("contributions/<int:pk>/note/", contributions.note_contribution, name="note-contribution"),
    path("bulletins/<int:pk>/quote/", contributions.quote_contributions, name="quote-contributions"),
    path("messages/directed/", messages.list_directed, name="list-directed"),
    path("messages/directed/new/", messages.new_directed, name="new-directed"),
    path("messages/directed/<int:pk>/", messages.show_directed, name="show-directed"),
    path("messages/directed/<int:pk>/answer/", messages.answer_directed, name="answer-directed"),
]
