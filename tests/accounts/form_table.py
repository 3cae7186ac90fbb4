"""The collection form as a table: state × action × person -> answer and what stands afterwards (C4). Written by hand.

Read as: `DOORS` says who gets as far as the action at all (`.`), for whom the form is shut (`x` = 403) and for whom it
does not exist (`-` = 404). `OUTCOMES` says what the action answers in each state to those who got that far: one answer
for all of them, or one by person with `*` for the rest. An answer is a word, and after `->` what stands then:
ok (done), no (an answer in words, nothing done), 403, 404, 409, 422. What is not named after `->` is as it was.
"""

from __future__ import annotations

from orgs.choices import Department, Role

UNIT, SIBLING = "hnu-law-1201", "hnu-law-1301"
# Who, in the order of the columns: the unit's own secretary first. The marked ones are not in the cast.
PEOPLE = (
    "secretary",
    "sibling",
    "college",
    "other_college",
    "university",
    "outsider",
    "province",
    "schools",
    "rural",
    "auditor",
    "sysadmin",
    "national",
    "departed",
    "nobody",
)
# Each with name, mobile, unit, role and department.
NEWCOMERS = {
    "sibling": ("邻班支书许", "13800000021", SIBLING, Role.SECRETARY, ""),
    "other_college": ("旅院陶", "13800000022", "hnu-tour", Role.REVIEWER, ""),
    "rural": ("农村部姜", "13800000023", "hi", Role.PROVINCE, Department.RURAL),
}

STATES = (
    "missing",
    "draft",
    "on_colleges_desk",
    "on_universitys_desk",
    "returned",
    "approved",
    "exempt",
    "not_open",
    "late",  # a draft, the deadline is over
    "closed",  # a draft, the round is closed
    "closed_on_colleges_desk",
    "closed_on_universitys_desk",
)

_FILL = ".-x-x-xx-xxx--"
_REVIEW = "xx.-.-..-xx.xx"
_SUPERIOR = "x-.-.-..-xx.--"
DOORS: dict[str, str] = {
    #                   secretary, sibling, college, other college, university, outsider, province, schools, rural,
    #                   auditor, sysadmin, national, departed, nobody
    "read": _FILL,
    "save": _FILL,
    "autosave": _FILL,
    "submit": _FILL,
    "ask_extension": _FILL,
    "read_review": _REVIEW,
    "approve": _SUPERIOR,
    "partly": _SUPERIOR,
    "return": _SUPERIOR,
    "undo": _SUPERIOR,
    "approve_many": "xx.......xx.xx",
    "exempt": _SUPERIOR,
    "decide_extension": _SUPERIOR,
    "remind": _REVIEW,
    "report_package": "----.-xx-xxx--",
    "reveal_cell": _SUPERIOR,
    "upload": ".........xx.xx",
}

DRAFT, LAW, HNU, BACK, DONE = "draft", "submitted@hnu-law", "submitted@hnu", "returned", "approved"
_NO_FORM = ("missing", "draft", "exempt", "not_open", "late", "closed")  # nothing a reviewer may see


def _each(**given: object) -> dict[str, object]:
    """`no_form` stands for every state in which there is nothing to review."""
    if "no_form" in given:
        shared = given.pop("no_form")
        given = dict.fromkeys(_NO_FORM, shared) | given
    return given


def _by_desk(at_college: str, at_university: str) -> dict[str, object]:
    return _each(
        no_form="404",
        on_colleges_desk={"college": f"ok -> {at_college}", "*": "403"},
        on_universitys_desk={"university": f"ok -> {at_university}", "*": "403"},
        returned="409",
        approved="409",
        closed_on_colleges_desk={"college": "422", "*": "403"},
        closed_on_universitys_desk={"university": "422", "*": "403"},
    )


_WORDS = "no"
_OUT_OF_REACH = dict.fromkeys(("sibling", "other_college", "outsider", "rural", "national"), _WORDS)
_IN_ITS_NAME = _OUT_OF_REACH | {"college": f"ok -> {HNU}", "*": f"ok -> {LAW}"}
_LATE_IN_ITS_NAME = _OUT_OF_REACH | {"college": f"ok -> {HNU} late", "*": f"ok -> {LAW} late"}

OUTCOMES: dict[str, dict[str, object]] = {
    "read": dict.fromkeys(STATES, "ok") | {"exempt": "403"},
    "save": {
        "missing": f"ok -> {DRAFT}",
        "draft": f"ok -> {DRAFT}",
        "on_colleges_desk": _WORDS,
        "on_universitys_desk": _WORDS,
        "returned": f"ok -> {BACK}",
        "approved": _WORDS,
        "exempt": "403",
        "not_open": "409",
        "late": f"ok -> {DRAFT}",
        "closed": f"ok -> {DRAFT}",
        "closed_on_colleges_desk": _WORDS,
        "closed_on_universitys_desk": _WORDS,
    },
    "autosave": {
        "missing": f"ok -> {DRAFT}",
        "draft": f"ok -> {DRAFT}",
        "on_colleges_desk": "409",
        "on_universitys_desk": "409",
        "returned": f"ok -> {BACK}",
        "approved": "409",
        "exempt": "403",
        "not_open": "409",
        "late": f"ok -> {DRAFT}",
        "closed": f"ok -> {DRAFT}",
        "closed_on_colleges_desk": "409",
        "closed_on_universitys_desk": "409",
    },
    "submit": {
        "missing": _WORDS,
        "draft": f"ok -> {LAW}",
        "on_colleges_desk": _WORDS,
        "on_universitys_desk": _WORDS,
        "returned": f"ok -> {LAW}",
        "approved": _WORDS,
        "exempt": "403",
        "not_open": _WORDS,
        "late": f"ok -> {LAW} late",
        "closed": _WORDS,
        "closed_on_colleges_desk": _WORDS,
        "closed_on_universitys_desk": _WORDS,
    },
    "ask_extension": {
        "missing": "ok -> missing asked",
        "draft": f"ok -> {DRAFT} asked",
        "on_colleges_desk": "422",
        "on_universitys_desk": "422",
        "returned": f"ok -> {BACK} asked",
        "approved": "422",
        "exempt": "403",
        "not_open": "ok -> missing asked",
        "late": "422",
        "closed": "422",
        "closed_on_colleges_desk": "422",
        "closed_on_universitys_desk": "422",
    },
    "read_review": _each(no_form="404", **dict.fromkeys(set(STATES) - set(_NO_FORM), "ok")),
    "approve": _by_desk(HNU, f"{DONE} registered"),
    "partly": _by_desk(f"{BACK} locked", f"{BACK} locked"),
    "return": _by_desk(BACK, BACK),
    "undo": _each(
        no_form="404",
        on_colleges_desk="409",
        on_universitys_desk={"college": f"ok -> {LAW}", "*": "409"},
        returned={"college": f"ok -> {LAW}", "*": "409"},
        approved={"university": "403", "*": "409"},
        closed_on_colleges_desk="409",
        closed_on_universitys_desk={"college": "422", "*": "409"},
    ),
    "approve_many": dict.fromkeys(STATES, _WORDS)
    | {
        "on_colleges_desk": {"college": f"ok -> {HNU}", "*": _WORDS},
        "on_universitys_desk": {"university": f"ok -> {DONE} registered", "*": _WORDS},
    },
    "exempt": {
        "missing": "ok -> missing exempt",
        "draft": f"ok -> {DRAFT} exempt",
        "on_colleges_desk": "422",
        "on_universitys_desk": "422",
        "returned": f"ok -> {BACK} exempt",
        "approved": "422",
        "exempt": "ok -> missing exempt",
        "not_open": "ok -> missing exempt",
        "late": f"ok -> {DRAFT} exempt",
        "closed": "422",
        "closed_on_colleges_desk": "422",
        "closed_on_universitys_desk": "422",
    },
    # The request was made while the form could still be asked for; `postponed`: the deadline has moved.
    "decide_extension": {
        "missing": "ok -> missing postponed",
        "draft": f"ok -> {DRAFT} postponed",
        "on_colleges_desk": "422",
        "on_universitys_desk": "422",
        "returned": f"ok -> {BACK} postponed",
        "approved": "422",
        "exempt": "422",
        "not_open": "ok -> missing postponed",
        "late": "422",
        "closed": "422",
        "closed_on_colleges_desk": "422",
        "closed_on_universitys_desk": "422",
    },
    # `told`: a message to whoever holds the form back.
    "remind": {
        "missing": "ok -> missing told",
        "draft": f"ok -> {DRAFT} told",
        "on_colleges_desk": f"ok -> {LAW} told",
        "on_universitys_desk": f"ok -> {HNU} told",
        "returned": f"ok -> {BACK} told",
        "approved": f"ok -> {DONE} registered",
        "exempt": "ok -> missing exempt",
        "not_open": "ok -> missing",
        "late": f"ok -> {DRAFT} told",
        "closed": "404",
        "closed_on_colleges_desk": "404",
        "closed_on_universitys_desk": "404",
    },
    "report_package": {
        "missing": "ok -> missing reported",
        "draft": f"ok -> {DRAFT} reported",
        "on_colleges_desk": f"ok -> {LAW} reported",
        "on_universitys_desk": f"ok -> {HNU} reported",
        "returned": f"ok -> {BACK} reported",
        "approved": f"ok -> {DONE} registered reported",
        "exempt": "ok -> missing exempt reported",
        "not_open": "ok -> missing reported",
        "late": f"ok -> {DRAFT} reported",
        "closed": f"ok -> {DRAFT} reported",
        "closed_on_colleges_desk": f"ok -> {LAW} reported",
        "closed_on_universitys_desk": f"ok -> {HNU} reported",
    },
    "reveal_cell": _each(
        no_form="404",
        on_colleges_desk=f"ok -> {LAW} revealed",
        on_universitys_desk=f"ok -> {HNU} revealed",
        returned=f"ok -> {BACK} revealed",
        approved=f"ok -> {DONE} registered revealed",
        closed_on_colleges_desk=f"ok -> {LAW} revealed",
        closed_on_universitys_desk=f"ok -> {HNU} revealed",
    ),
    "upload": dict.fromkeys(STATES, _WORDS)
    | {
        "missing": _IN_ITS_NAME,
        "draft": _IN_ITS_NAME,
        "returned": _IN_ITS_NAME,
        "late": _LATE_IN_ITS_NAME,
    },
}

# Where the door itself depends on the state: a draft is nobody's but the unit's, not even to be told it is there.
DOOR_BY_STATE: dict[tuple[str, str], str] = {
    **{("reveal_cell", state): "-" * len(PEOPLE) for state in _NO_FORM},
    **{
        (action, state): "-" * len(PEOPLE)
        for action in ("approve", "partly", "return", "undo")
        for state in ("missing", "exempt", "not_open")
    },
}

# 日常变更, a table of its own: what starting a change does to the form of the standing round.
STANDING: dict[str, str] = {
    "nothing": f"ok -> {DRAFT}",
    "draft": f"ok -> {DRAFT}",
    "on_colleges_desk": _WORDS,
    "on_universitys_desk": _WORDS,
    "returned": f"ok -> {BACK}",
    "approved": f"ok -> {DRAFT} registered",
    "closed": _WORDS,
}


def expected_of_change(state: str, person: str) -> str:
    """The answer to 登记变更: only the unit's own people start one."""
    return {".": STANDING[state], "x": "403", "-": "404"}[_FILL[PEOPLE.index(person)]]


def expected(action: str, state: str, person: str) -> str:
    """The answer of one cell, with what stands afterwards behind `->`."""
    doors = DOOR_BY_STATE.get((action, state), DOORS[action])
    door = doors[PEOPLE.index(person)]
    if door != ".":
        return {"x": "403", "-": "404"}[door]
    found = OUTCOMES[action][state]
    if isinstance(found, dict):
        found = found.get(person, found["*"])
    return str(found)
