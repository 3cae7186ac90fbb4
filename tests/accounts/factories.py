"""Small builders for the registry and the form: required things only, everything through the operations."""

from __future__ import annotations

from datetime import timedelta

from accounts.field_lists import RowInput
from accounts.models import CollectionRound, FieldList, Submission
from accounts.operations import collection, rounds
from orgs.kernel import clock

OFFICIAL = ("account_id", "account_nickname", "groups", "contacts")
KINDS = ("university", "college", "class_branch")


def launch(world, cast, **overrides) -> CollectionRound:
    """A round over the universities of the province, open since yesterday, due in five days."""
    facts = {
        "title": "微信及管理员信息收集",
        "field_list": FieldList.objects.get(code="UNI-A"),
        "kinds": list(KINDS),
        "intake_years": [],
        "opens_at": clock.now() - timedelta(days=1),
        "deadline_at": clock.now() + timedelta(days=5),
        "by": cast["province"],
    }
    return rounds.launch_round(world["hi"], **facts | overrides)


def main_row(linked: int | None = None, **overrides) -> RowInput:
    """One account with one administrator, in order."""
    answers = {
        "account_id": "law_1201",
        "account_nickname": "海南大学法学2012级1班团支部微信群",
        "groups": 1,
        "contacts": 41,
        "admin_name": "林某甲",
        "admin_wechat": "lin_moujia",
        "admin_nickname": "小林",
        "admin_qq": "354120768",
        "admin_mobile": "13800000123",
    } | overrides
    return RowInput(
        {code: answers[code] for code in OFFICIAL},
        {code: value for code, value in answers.items() if code not in OFFICIAL},
        account_id=linked,
    )


def further_row(**overrides) -> RowInput:
    """A further administrator of the account above."""
    return RowInput({}, main_row(**overrides).personal, continues=True)


def submit_for(round: CollectionRound, unit, by, *, rows=None, key: str = "key") -> Submission:
    """Save and submit on top of whatever is saved already."""
    saved = Submission.objects.filter(round=round, unit=unit).first()
    if rows is None:
        rows = [
            main_row(
                account_id=f"wx_{unit.code.replace('-', '_')}" if unit.code != "hnu-law-1201" else "law_1201"
            )
        ]
    return collection.submit(
        round, unit, rows, version=saved.version if saved else 0, idempotency_key=key, by=by
    )
