"""URLs of 督导台账."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reporting.views import supervision, supervision_steps

patterns: list[URLPattern | URLResolver] = [
    path("supervision/", supervision.list_duties, name="list-duties"),
    path("supervision/new/", supervision.new_duty, name="new-duty"),
    path("supervision/visits/", supervision.list_visits, name="list-visits"),
    path("supervision/<int:pk>/", supervision.show_duty, name="show-duty"),
    path("supervision/<int:pk>/answer/", supervision_steps.answer_duty, name="answer-duty"),
    path("supervision/<int:pk>/back/", supervision_steps.send_back_duty, name="send-back-duty"),
    path("supervision/<int:pk>/close/", supervision_steps.close_duty, name="close-duty"),
    path("supervision/<int:pk>/withdraw/", supervision_steps.withdraw_duty, name="withdraw-duty"),
    path("supervision/<int:pk>/visit/", supervision_steps.record_visit, name="record-visit"),
    path("orgs/<int:pk>/supervision/", supervision.list_unit_duties, name="list-unit-duties"),
]
