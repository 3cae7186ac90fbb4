"""The operation: ask for the erasure of a person, and carry it out."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.operations.registry import retention
from config.erasure import files, persons, places
from orgs.exceptions import InvalidUnit, NotAllowed
from orgs.kernel import clock
from orgs.kernel.forgetting import forget
from orgs.kernel.moments import one_moment
from orgs.models import AuditBody, Erasure, OrgUnit, SavedView, SecondFactor, User
from orgs.operations import audit_chain, ledger, throttle, tokens
from orgs.permissions import ERASE_PERSON

if TYPE_CHECKING:
    from config.erasure.persons import Person
    from orgs.kernel.forgetting import Words
    from orgs.models import Job

TASK = "config.erase_person"
Named = dict[tuple[places.Place, tuple[str, ...]], list[Any]]  # (model, fields) -> keys of rows


@dataclass(slots=True)
class Found:
    """What was erased, and what stays because it is final."""

    changed: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    lines: list[int] = field(default_factory=list)  # of the audit ledger


@transaction.atomic
def ask(who: str, *, reason: str, by: User, enqueued: bool = True) -> Erasure:
    """删除个人信息 of the person with this mobile or user name; a job does it. Raises NotAllowed, InvalidUnit.

    No office may be in force any more: an account without an administrator, or a desk without a person, is nobody's wish.
    """
    person, unit = within_reach(who, by=by)
    _ensure_has_left(person)
    ensure_reason(reason)
    erasure = Erasure.objects.create(
        unit=unit, who=who.strip(), reason=reason.strip()[:200], asked_by=by, asked_at=clock.now()
    )
    ledger.record("person.erasure_asked", erasure, by=by, unit=unit, reason=erasure.reason)
    if enqueued:
        ledger.enqueue(TASK, key=f"{TASK}:{erasure.pk}", by=by, erasure_id=erasure.pk)
    return erasure


def within_reach(who: str, *, by: User) -> tuple[Person, OrgUnit]:
    """The person, and the unit for which `by` acts: all that the person was must lie below it."""
    in_charge = by.units_in_charge().allowing(ERASE_PERSON)
    widest = in_charge.widest()
    if widest is None:
        raise NotAllowed
    person = persons.find(who)
    unit_ids = person.unit_ids()
    inside = set(OrgUnit.objects.within(in_charge).filter(pk__in=unit_ids).values_list("pk", flat=True))
    if not inside:
        raise InvalidUnit(_("没有找到这个人，请核对手机号或用户名。"))
    if unit_ids - inside:
        raise InvalidUnit(_("这个人还在其他地方任过职，请联系上级团委办理。"))
    return person, OrgUnit.objects.get(pk=widest.unit_id)


def ensure_reason(reason: str) -> None:
    """Raises InvalidUnit without one."""
    if not reason.strip():
        raise InvalidUnit(_("请填写原因。"))


def _ensure_has_left(person: Person) -> None:
    if any(user.is_staff or user.is_superuser for user in person.users):
        raise InvalidUnit(_("系统维护账户不能在这里删除。"))
    if person.appointments.in_force().exists():
        raise InvalidUnit(_("这个人还在任职，请先在“人员与邀请码”办理离任或交接。"))
    if person.terms.in_office().exists():
        raise InvalidUnit(_("这个人还是账号或群的管理员，请先更换管理员。"))
    if person.invitations.usable().exists():
        raise InvalidUnit(_("给这个人的邀请码还没有使用，请先撤销。"))


def run_erase(job_id: int) -> None:
    """The job."""
    ledger.run(job_id, _work)


def _work(job: Job) -> dict[str, object]:
    erasure = carry_out(int(job.params["erasure_id"]))
    return {"erasure_id": erasure.pk}


def carry_out(erasure_id: int) -> Erasure:
    """Erase the person from registers, forms, notes, messages, the bodies of the ledger, and files; once.

    Everything is looked through first, at one moment and while others go on writing (on SQLite a transaction would keep
    the only lock for minutes); what was found is read again under the lock, and changed. Closed weeks, published
    bulletins, final sheets and registered papers stay: `kept` says where something is left.
    """
    erasure = Erasure.objects.get(pk=erasure_id)
    if erasure.done_at is not None:
        return erasure
    with one_moment(connection):
        person = persons.find(erasure.who)
        _ensure_has_left(person)
        words = persons.words(person)
        named = _named(words)
        papers = files.naming(words)
    return _change(erasure_id, words, named, papers)


def _named(words: Words) -> Named:
    """Where a word of the person stands."""
    named: Named = defaultdict(list)
    for place in places.places():
        for pk, values in place.rows(words):
            named[place, tuple(values)].append(pk)
    return named


@transaction.atomic
def _change(erasure_id: int, words: Words, named: Named, papers: files.Papers) -> Erasure:
    erasure = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure_id)
    if erasure.done_at is not None:
        return erasure
    person = persons.find(erasure.who)
    _ensure_has_left(person)
    audit_chain.seal()
    found = Found()
    unit_ids, user_ids = person.unit_ids(), {user.pk for user in person.users}
    for (place, names), pks in named.items():
        for rows in places.chunks(place.read(pks, names)):
            near = place.near([pk for pk, _values in rows], unit_ids, user_ids)
            for pk, values in rows:
                _clean(place, pk, values, words, found, is_near=pk in near)
    _forget_registers(person, found)
    found.kept[_("附件")] += papers.n_left
    return _note(erasure, found, files.forget(papers))


def _clean(
    place: places.Place, pk: Any, values: dict[str, Any], words: Words, found: Found, *, is_near: bool
) -> None:
    # Whose mobile stands there, of them the words are; where it is another's, a name is that person's too.
    text = str(values)
    is_own = bool(words.everywhere.search(text))
    is_another = place.is_sealed(values) and words.names_another(text)
    pattern = words.pattern(is_near=is_own or (is_near and not is_another))
    changes = {name: forget(value, pattern) for name, value in values.items() if value}
    changes = {name: value for name, value in changes.items() if value != values[name]}
    if not changes:
        return
    if place.model is AuditBody:
        changes |= {"salt": "", "erased_at": clock.now()}
        found.lines.append(pk)
    try:
        with transaction.atomic():
            place.model._base_manager.filter(pk=pk).update(**changes)
    except IntegrityError as error:
        if not str(error).startswith("immutable: "):
            raise
        found.kept[place.label] += 1
        return
    found.changed[place.label] += 1


def _forget_registers(person: Person, found: Found) -> None:
    """The rows that are the person's own: the term, the invitation and the user stay as numbers, nobody knows of whom."""
    found.changed[_("管理员任职")] += retention.forget(person.terms)
    empty = {"name": "", "mobile": "", "mobile_index": ""}
    # By key: emptied of the index they would not be found again.
    invitations = person.invitations.filter(pk__in=list(person.invitations.values_list("pk", flat=True)))
    found.changed[_("邀请码")] += invitations.update(**empty)
    for user in person.users:
        throttle.lift(user)
        tokens.revoke_all(user)
        SecondFactor.objects.filter(user=user).delete()
        SavedView.objects.filter(user=user).delete()
        user.username, user.name, user.mobile, user.mobile_index = f"erased-{user.pk}", "", "", None
        user.email, user.is_active = "", False
        user.set_unusable_password()
        user.save()
        found.changed[_("用户")] += 1


def _note(erasure: Erasure, found: Found, n_files: int) -> Erasure:
    for other in Erasure.objects.filter(done_at=None).exclude(pk=erasure.pk):
        # Asked for twice: the other has nothing left to find.
        if other.who == erasure.who:
            other.who, other.done_at = "", clock.now()
            other.save(update_fields=["who", "done_at"])
    counts = {"changed": +found.changed, "kept": +found.kept}
    erasure.who, erasure.done_at = "", clock.now()
    erasure.result = {**{name: dict(each) for name, each in counts.items()}, "files": n_files}
    erasure.save(update_fields=["who", "done_at", "result"])
    ledger.record(
        audit_chain.ERASED,
        erasure,
        by=erasure.asked_by,
        unit=erasure.unit,
        reason=erasure.reason,
        **{audit_chain.ERASED_LINES: found.lines},
        rows=found.changed.total(),
        kept=found.kept.total(),
        files=n_files,
    )
    return erasure
