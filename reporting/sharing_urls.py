"""URLs of 小投票, 风采展示 and 统计接口."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reporting.views import collectors, polls, showpieces

patterns: list[URLPattern | URLResolver] = [
    path("statistics/", collectors.list_collectors, name="list-collectors"),
    path("statistics/new/", collectors.new_collector, name="new-collector"),
    path("statistics/<int:pk>/fetch/", collectors.fetch_collector, name="fetch-collector"),
    path("statistics/<int:pk>/remove/", collectors.remove_collector, name="remove-collector"),
    path("polls/", polls.list_polls, name="list-polls"),
    path("polls/new/", polls.new_poll, name="new-poll"),
    path("polls/<int:pk>/", polls.show_poll, name="show-poll"),
    path("polls/<int:pk>/answer/", polls.answer_poll, name="answer-poll"),
    path("polls/<int:pk>/withdraw/", polls.withdraw_poll, name="withdraw-poll"),
    path("showcase/", showpieces.list_showpieces, name="list-showpieces"),
    path("showcase/new/", showpieces.new_showpiece, name="new-showpiece"),
    path("showcase/<int:pk>/", showpieces.show_showpiece, name="show-showpiece"),
    path("showcase/<int:pk>/pick/", showpieces.pick_showpiece, name="pick-showpiece"),
    path("showcase/<int:pk>/withdraw/", showpieces.withdraw_showpiece, name="withdraw-showpiece"),
]
