"""What is typed into a form, and how saved rows read in the words of the model; for test_form_machine.py."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from accounts.field_lists import RowInput
from tests.accounts.form_things import (
    NICKNAMES,
    SHARED,
    Block,
    Person,
)

NEXT_DOOR = "hnu-law-1301"
ROUNDS = ("round", "standing")
FILLERS = ("university", "college", "secretary")
REVIEWERS = ("college", "university", "province", "outsider")
RARELY = [False] * 11 + [True]

people = st.lists(
    st.builds(Person, st.integers(1, 4), st.sampled_from(["12345678", "87654321"])),
    min_size=1,
    max_size=2,
    unique_by=lambda each: each.n,
)
contacts = st.sampled_from([0, 7, 30, 41, 0, 7, 30, 41, None])


@st.composite
def filled_in(draw) -> list[tuple]:
    """What somebody types: one to three accounts; number 0 is an id that both units claim."""
    numbers = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True))
    nickname = st.sampled_from(list(NICKNAMES))
    return [(n, draw(nickname), draw(contacts), tuple(draw(people))) for n in numbers]


def identifier(unit: str, n: int) -> str:
    return f"wx_{unit.replace('-', '_')}_{n}" if n else SHARED


def typed_rows(blocks, accepted: dict[tuple, int] | None = None) -> list[RowInput]:
    rows = []
    for block in blocks:
        for at, person in enumerate(block.people):
            values = {
                "account_id": block.identifier,
                "account_nickname": block.nickname,
                "groups": 1,
                "contacts": "很多" if block.contacts is None else block.contacts,
            }
            personal = {
                "admin_name": f"管理员{'甲乙丙丁'[person.n - 1]}",
                "admin_wechat": f"admin_{person.n}_wx",
                "admin_nickname": "小管",
                "admin_qq": person.qq,
                "admin_mobile": person.mobile,
            }
            rows.append(
                RowInput(
                    {} if at else values,
                    personal,
                    continues=at > 0,
                    account_id=None if at else block.account,
                    accepted_id=(accepted or {}).get((block.identifier, person.n)),
                )
            )
    return rows


def blocks_of(rows) -> tuple[Block, ...]:
    """Saved rows in the words of the model."""
    found: list[Block] = []
    for row in rows:
        mobile, qq = row.personal.get("admin_mobile") or "", row.personal.get("admin_qq") or ""
        person = (Person(int(mobile) - 13900000000, qq),) if mobile else ()
        if row.continues:
            found[-1] = replace(found[-1], people=found[-1].people + person)
            continue
        count = row.values.get("contacts")
        found.append(
            Block(
                row.values.get("account_id") or "",
                row.values.get("account_nickname") or "",
                count if isinstance(count, int) else None,
                person,
                row.account_id,
            )
        )
    return tuple(found)
