"""A notice through the pages: drafted as the form sends it, published, signed for."""

from __future__ import annotations

from django.urls import reverse

from reporting.models import Notice

TEXT = "请各单位于本周五前完成自查，\n并签收本通知。"


def written(**changes) -> dict[str, object]:
    """What the form sends."""
    return {"title": "关于做好自查的通知", "text": TEXT, "must_sign": "on", "version": 0} | changes


def drafted(client, **changes) -> Notice:
    """A new draft of the person's committee."""
    answer = client.post(reverse("reporting:new-notice"), written(**changes))
    assert answer.status_code == 302, answer.text
    return Notice.objects.get(pk=int(answer.url.rstrip("/").rpartition("/")[2]))


def act(client, step: str, notice: Notice, **data):
    """A step with the version that the page shows; the answer page."""
    notice.refresh_from_db()
    given = {"version": notice.version} | data
    return client.post(reverse(f"reporting:{step}-notice", args=[notice.pk]), given, follow=True)


def published(client, **changes) -> Notice:
    """Drafted and published."""
    found = drafted(client, **changes)
    answer = act(client, "publish", found)
    assert "已发布。" in answer.text, answer.text
    found.refresh_from_db()
    return found


def codes(notice: Notice) -> set[str]:
    """The units it went to."""
    return set(notice.recipients.values_list("unit__code", flat=True))
