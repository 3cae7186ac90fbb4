"""B5, J1: an operation in which a person changes something writes a line of the audit ledger, itself or by what it calls."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from orgs.models import AuditEntry
from tests.architecture.doors import APPS
from tests.architecture.form_guess import forms_of, typed
from tests.architecture.openings import openings
from tests.architecture.silent_addresses import SILENT_ADDRESSES
from tests.architecture.statements import taken_back, written
from tests.architecture.test_urls import lineage  # noqa: F401 - a fixture

ROOT = Path(settings.BASE_DIR)
WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
}
RECORDS = {"ledger.record", "ledger.record_many", "ledger.record_about", "reveals.record"}
# One's own drafts, views and reading marks; jobs, whose work is noted when it is done; parts of operations that note.
UNNOTED = {
    "orgs.invitations.take_key",
    "orgs.jobs.begin_anew",
    "orgs.ledger.add",
    "orgs.ledger.enqueue",
    "orgs.ledger.record",
    "orgs.ledger.record_about",
    "orgs.ledger.record_many",
    "orgs.saved_views.delete_view",
    "orgs.saved_views.save_view",
    "accounts.clean_forms.enqueue_clean",
    "accounts.collection.locked",
    "accounts.collection.save_draft",
    "accounts.review_turns.add_step",
    "reporting.base_corrections.take",
    "reporting.collectors.order",
    "reporting.judging.enqueue_judging",
    "reporting.messages.open_message",
    "reporting.pack_trials.try_out",
    "reporting.trial_jobs.order",
    "reporting.week_files.table",
    "reporting.weekly.catch_up",
    "reporting.weekly.close_now",
    "reporting.weekly.enqueue_close",
    "scoring.sheets.enqueue_compute",
    "scoring.trial_jobs.order",
    "scoring.year_files.write_into",
    "scoring.year_files.zipped",
}
Place = tuple[Path, str]  # file, function


def name_of(call: ast.Call) -> str:
    """`f`, `module.f`, or `.f` of anything else."""
    if isinstance(call.func, ast.Name):
        return call.func.id
    if isinstance(call.func, ast.Attribute):
        owner = call.func.value
        return f"{owner.id if isinstance(owner, ast.Name) else ''}.{call.func.attr}"
    return ""


@cache
def functions() -> dict[Place, ast.FunctionDef]:
    files = [path for app in APPS for path in sorted((ROOT / app / "operations").rglob("*.py"))]
    files += sorted((ROOT / "config" / "erasure").glob("*.py"))
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in files}
    return {
        (path, node.name): node
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }


@cache
def calls(place: Place) -> frozenset[str]:
    return frozenset(name_of(node) for node in ast.walk(functions()[place]) if isinstance(node, ast.Call))


@cache
def by_name() -> dict[str, list[Place]]:
    found = defaultdict(list)
    for place in functions():
        found[place[1]].append(place)
    return found


def called(place: Place) -> list[Place]:
    found = []
    for name in calls(place):
        owner, _dot, last = name.rpartition(".")
        known = by_name().get(last, [])
        if "." not in name:
            found += [each for each in known if each[0] == place[0]] or known
        elif owner:
            found += [each for each in known if owner in {each[0].stem, each[0].parent.name}]
    return found


def reached(place: Place) -> set[str]:
    """Everything that is called from here on."""
    seen, waiting, names = set(), [place], set()
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.add(each)
            names |= calls(each)
            waiting += called(each)
    return names


def writes(names: set[str]) -> bool:
    return any("." in name and name.rpartition(".")[2] in WRITES for name in names)


def label(place: Place) -> str:
    return f"{place[0].relative_to(ROOT).parts[0]}.{place[0].stem}.{place[1]}"


def test_every_operation_of_a_person_that_writes_is_noted():
    of_persons = [
        place
        for place, node in functions().items()
        if not place[1].startswith("_")
        and "by" in {each.arg for each in [*node.args.args, *node.args.kwonlyargs]}
    ]
    assert len(of_persons) > 300
    unnoted = {label(each) for each in of_persons if writes(names := reached(each)) and not names & RECORDS}
    assert unnoted == UNNOTED


# What is about nobody but oneself, or about a job: jobs, messages, marks of reading, the ledger itself.
BESIDE = {"orgs_auditentry", "orgs_auditbody", "orgs_auditlink", "orgs_job", "orgs_notification"}
UNNOTED_ADDRESSES = {
    # one's own draft, and what opens one; a trial
    "accounts:autosave",
    "accounts:fill-form",
    "accounts:fill-grid",
    "accounts:start-change",
    "scoring:try-scheme",
    # refused in the middle: what was begun is taken back with the transaction
    "accounts:ask-extension",
    "orgs:reset-second-factor",
    "reporting:record-sample",
}
# Looking and reminding are noted each time, and change nothing but messages.
NOTED_EACH_TIME = {
    "accounts:check-account",
    "accounts:export-in-full",
    "accounts:remind",
    "accounts:reveal",
    "accounts:reveal-cell",
    "reporting:remind-bulletin-recipients",
    "reporting:remind-notice-recipients",
    "reporting:remind-reports",
    "reporting:remind-units",
    "reporting:tell-named",
}


def domain_tables() -> set[str]:
    return {model._meta.db_table for app in APPS for model in apps.get_app_config(app).get_models()} - BESIDE


def sent(client: Client, address: str, data: dict[str, object]) -> tuple[set[str], int]:
    """The tables of ours that a request writes, and how many lines of the ledger carry its number."""
    with written() as seen:
        answer = client.post(address, data)
    lines = AuditEntry.objects.filter(request_id=answer["X-Request-ID"]).count()
    return seen.tables & domain_tables(), lines


@pytest.mark.long
@pytest.mark.once
@pytest.mark.django_db
def test_what_an_address_writes_is_noted_under_its_request_and_a_repeat_is_not(world, cast, lineage):  # noqa: F811
    unnoted, repeated, silent = {}, {}, set()
    for opening in openings(world, cast, lineage, "post"):
        client = Client(raise_request_exception=False)
        client.force_login(cast[opening.key])
        own = opening.row.data or {}
        with taken_back():
            shown = client.get(opening.address) if "get" in opening.row.methods else None
            for form in forms_of(shown) if shown else []:
                own = typed(form) | own
            tables, lines = sent(client, opening.address, own)
            tables_again, lines_again = sent(client, opening.address, own)
        silent |= set() if tables else {opening.name}
        if tables and not lines:
            unnoted[opening.name] = tables
        if not tables_again and lines_again:
            repeated[opening.name] = lines_again
    assert (set(unnoted), set(repeated), silent) == (UNNOTED_ADDRESSES, NOTED_EACH_TIME, SILENT_ADDRESSES), (
        unnoted,
        repeated,
    )
