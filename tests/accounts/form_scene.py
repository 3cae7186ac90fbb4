"""The collection form of one unit, brought into a state, and what may be tried on its pages; for test_form_table.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.choices import ReturnReason
from accounts.models import (
    Account,
    Administratorship,
    CellReturn,
    CollectionRound,
    Expected,
    Extension,
    Package,
    RegistryEvent,
    ReviewStep,
    Submission,
    SubmissionRow,
)
from accounts.operations import collection, extensions, review, rounds
from accounts.operations.rounds import PhasePlan
from orgs.choices import NotificationKind
from orgs.kernel import clock
from orgs.models import AuditEntry, Notification, User
from tests.accounts.form_table import SIBLING, UNIT
from tests.accounts.forms import KINDS, fresh, launch, row
from tests.accounts.test_upload_rows import LAW1, book, line

NOWHERE = 999_999
KEPT = (
    *(Submission, SubmissionRow, ReviewStep, CellReturn, CollectionRound, Expected, Extension, Package),
    *(Account, Administratorship, RegistryEvent, Notification),
)
CONFIRM = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>((?:(?!</form>).)*确认导入.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="(?!csrf)(\w+)" value="([^"]*)"')
HOUR = timedelta(hours=1)


@dataclass
class Scene:
    """The unit's form in one state, who tries something, and what stood before anybody did."""

    world: object
    cast: object
    round: CollectionRound
    extension: Extension | None = None
    expected_id: int = 0
    form_id: int = NOWHERE
    row_id: int = NOWHERE
    version: int = 0
    deadline_at: datetime | None = None
    before: str = ""
    was: dict[str, list] = field(default_factory=dict)
    beside: list = field(default_factory=list)

    @property
    def form(self) -> Submission | None:
        return Submission.objects.filter(round=self.round, unit=self.world.ids[UNIT]).first()

    @property
    def expected(self) -> Expected:
        """What the round expects of the unit; a standing one expects nothing before a change has begun."""
        found = Expected.objects.filter(round=self.round, unit=self.world.ids[UNIT]).first()
        return found or Expected(round=self.round, unit_id=self.world.ids[UNIT])

    def settle(self) -> Scene:
        """What the cells lean on, read once: each cell is taken back."""
        form, self.expected_id = self.form, self.expected.pk
        if form is not None:
            self.form_id, self.version, self.row_id = form.pk, form.version, form.rows.first().pk
        self.deadline_at = self.expected.deadline_at
        self.before, self.was, self.beside = self.stands(), everything(), next_door(self)
        return self

    def stands(self) -> str:
        """What stands now, in the words of the table."""
        form, expected = self.form, self.expected
        desk = f"@{form.desk.code}" if form and form.desk else ""
        told = Notification.objects.filter(kind=NotificationKind.REMINDED)
        marks = {
            "registered": Account.objects.filter(unit=expected.unit_id).exists(),
            "locked": bool(form) and form.rows.filter(accepted_at__isnull=False).exists(),
            "late": bool(form) and form.is_late,
            "exempt": bool(expected.exempt_reason),
            "asked": self.extension is None
            and Extension.objects.filter(expected__unit=expected.unit_id).exists(),
            "postponed": self.deadline_at not in {None, expected.deadline_at},
            "told": told.exists(),
            "reported": Package.objects.filter(round=self.round).exists(),
            "revealed": AuditEntry.objects.filter(verb="personal.revealed").exists(),
        }
        return " ".join(
            [(form.status if form else "missing") + desk, *(mark for mark, is_so in marks.items() if is_so)]
        )


# --- states ----------------------------------------------------------------------------------------
def typed(unit) -> list:
    return [row(unit, 1), row(unit, 2, contacts=12)]


def hand_in(scene: Scene) -> Submission:
    unit = scene.world[UNIT]
    version = scene.form.version if scene.form else 0
    given = {"version": version, "idempotency_key": "built", "by": scene.cast["secretary"]}
    collection.submit(scene.round, unit, typed(unit), **given)
    return scene.form


def build(state: str, world, cast, *, asks: bool) -> Scene:
    scene = Scene(world, cast, _round(state, world, cast))
    _neighbour(scene)
    if asks:
        until = scene.expected.deadline_at + timedelta(days=3)
        scene.extension = extensions.ask_extension(
            scene.expected, reason="支书在外实习", until=until, by=cast["secretary"]
        )
    bring(scene, state.removeprefix("closed_"))
    if state.startswith("closed"):
        rounds.close_round(scene.round, by=cast["province"])
    return scene


def bring(scene: Scene, state: str) -> None:
    cast = scene.cast
    if state in {"draft", "late", "closed"}:
        unit = scene.world[UNIT]
        version = scene.form.version if scene.form else 0
        collection.save_draft(scene.round, unit, typed(unit), version=version, by=cast["secretary"])
    elif state == "exempt":
        rounds.exempt(scene.expected, reason="毕业班", by=cast["college"])
    elif state in {"on_colleges_desk", "on_universitys_desk", "returned", "approved"}:
        form = hand_in(scene)
        if state == "returned":
            review.return_submission(
                form.pk, version=form.version, by=cast["college"], reasons=[ReturnReason.NICKNAME]
            )
        for key in {"on_universitys_desk": ["college"], "approved": ["college", "university"]}.get(state, ()):
            review.approve(form.pk, version=fresh(form).version, by=cast[key])


def _round(state: str, world, cast) -> CollectionRound:
    now = clock.now()
    if state == "late":
        return launch(world, cast, deadline_at=now + HOUR)
    if state != "not_open":
        return launch(world, cast)
    phases = [
        PhasePlan("2013级", now - HOUR, now + timedelta(days=5), intake_years=(2013,)),
        PhasePlan("2012级", now + timedelta(days=1), now + timedelta(days=9), intake_years=(2012,)),
    ]
    return launch(world, cast, phases=phases, kinds=KINDS)


def _neighbour(scene: Scene) -> None:
    """The form of the branch next door, on the college's desk: nothing that is done to the unit may touch it."""
    unit, by = scene.world[SIBLING], User.objects.get(username="sibling")
    collection.submit(scene.round, unit, [row(unit, 7)], version=0, idempotency_key="next", by=by)


# --- actions ---------------------------------------------------------------------------------------
def _posted(scene: Scene) -> dict[str, object]:
    rows = typed(scene.world[UNIT])
    data: dict[str, object] = {"version": scene.version, "n_rows": len(rows), "page": "page", "draft": "1"}
    for at, each in enumerate(rows):
        data |= {f"r{at}-{code}": value for code, value in (each.values | each.personal).items()}
    return data


def _of_expected(name: str, data: Callable[[Scene], dict] | None = None):
    def act(scene: Scene, client: Client):
        url = reverse(f"accounts:{name}", args=[scene.expected_id])
        return client.get(url) if data is None else client.post(url, data(scene))

    return act


def _of_form(name: str, **data: object):
    def act(scene: Scene, client: Client):
        url = reverse(f"accounts:{name}", args=[scene.form_id])
        return client.post(url, {"version": scene.version} | data)

    return act


def read_review(scene: Scene, client: Client):
    return client.get(reverse("accounts:list-review"), {"id": scene.form_id})


def approve_many(scene: Scene, client: Client):
    picked = {"pick": f"{scene.form_id}:{scene.version}", "confirm": "1"}
    return client.post(reverse("accounts:approve-many"), picked)


def remind(scene: Scene, client: Client):
    return client.post(reverse("accounts:remind"), {"round": scene.round.pk, "unit": scene.world.ids[UNIT]})


def report_package(scene: Scene, client: Client):
    url = reverse("accounts:report-package", args=[scene.round.pk, scene.world.ids["hnu"]])
    return client.post(url, {"confirm": "1", "note": "其余下周补齐"})


def reveal_cell(scene: Scene, client: Client):
    pk = scene.form.rows.first().pk if scene.form else NOWHERE
    return client.post(reverse("accounts:reveal-cell", args=[pk, "admin_mobile"]))


def decide_extension(scene: Scene, client: Client):
    url = reverse("accounts:decide-extension", args=[scene.extension.pk])
    return client.post(url, {"grant": "1", "remark": ""})


def upload(scene: Scene, client: Client):
    file = SimpleUploadedFile("收集表.xlsx", FILE)
    seen = client.post(reverse("accounts:upload-annex"), {"round": scene.round.pk, "file": file}, follow=True)
    confirm = CONFIRM.search(seen.content.decode())
    if seen.status_code != 200 or confirm is None:
        return seen
    return client.post(confirm[1], dict(HIDDEN.findall(confirm[2])))


def start_change(scene: Scene, client: Client):
    return client.post(reverse("accounts:start-change", args=[scene.round.pk, scene.world.ids[UNIT]]))


CHANGES = {"start_change": start_change}
FILE = book(line(LAW1))
BY_DAY = (date(2026, 12, 24)).isoformat()
ACTIONS: dict[str, Callable] = {
    "read": _of_expected("fill-form"),
    "save": _of_expected("fill-form", _posted),
    "autosave": _of_expected("autosave", _posted),
    "submit": _of_expected("check-form", lambda scene: {"version": scene.version, "key": "from-page"}),
    "ask_extension": _of_expected(
        "ask-extension", lambda scene: {"until_on": BY_DAY, "reason": "支书在外实习"}
    ),
    "read_review": read_review,
    "approve": _of_form("approve"),
    "partly": _of_form("return-form", cells=["1:contacts"], accept=["0"], **{"why-1:contacts": "请核对"}),
    "return": _of_form("return-form", reasons=["nickname"]),
    "undo": _of_form("undo-review"),
    "approve_many": approve_many,
    "exempt": _of_expected("exempt", lambda scene: {"reason": "毕业班"}),
    "decide_extension": decide_extension,
    "remind": remind,
    "report_package": report_package,
    "reveal_cell": reveal_cell,
    "upload": upload,
}


# --- what stands --------------------------------------------------------------------------------
def everything() -> dict[str, list]:
    """All that a refusal must leave alone. That a file was received and checked is written down either way."""
    found = {model.__name__: list(model.objects.order_by("pk").values_list()) for model in KEPT}
    lines = AuditEntry.objects.exclude(verb__startswith="upload.").order_by("pk")
    return found | {"AuditEntry": list(lines.values_list())}


def next_door(scene: Scene) -> list:
    unit = scene.world.ids[SIBLING]
    by_form = [SubmissionRow, ReviewStep, CellReturn]
    kept = [
        list(model.objects.filter(submission__unit=unit).order_by("pk").values_list()) for model in by_form
    ]
    own = [Submission, Expected, Account]
    return kept + [list(model.objects.filter(unit=unit).order_by("pk").values_list()) for model in own]
