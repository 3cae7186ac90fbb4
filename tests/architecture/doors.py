"""Reads the source as text and names what goes past a door: writes outside operations, unscoped reads in views, …

Each check takes the root of a checkout, so that the mutation tests can hold it against a spoilt copy.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

APPS = ("orgs", "accounts", "reporting", "scoring")
SCOPES = {
    "visible_to",
    "actionable_by",
    "reviewable_by",
    "addressed_to",
    "ordered_by",
    "within_reach_of",
    "within",
    "on_desks_of",
    "concerning",
    "decidable_by",
    "readable_by",
    "of_own_units",
}
# Not about units: reference tables, the weeks themselves, what a signed-in person owns.
UNSCOPED_MODELS = {"Platform", "FieldList", "UnitKind", "Scheme", "ClosedWeek", "Criterion"}
WRITES = {
    "save",
    "create",
    "bulk_create",
    "bulk_update",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
}
LONGEST_TASK = 5


def sources(root: Path, *patterns: str) -> Iterator[tuple[str, ast.Module]]:
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            if "migrations" not in path.parts:
                yield str(path.relative_to(root)), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def writes_outside_operations(root: Path) -> list[str]:
    """`.save()`, `.create()` … in the web and in reads. `dict.update` is written `d |= {}` there."""
    patterns = [
        f"{app}/{shelf}"
        for app in APPS
        for shelf in ("views/**/*.py", "querysets/**/*.py", "forms/**/*.py", "tasks.py", "todo.py")
    ]
    patterns += ["config/*.py", "config/demo_data/*.py"]
    return [
        f"{name}:{call.lineno} .{call.func.attr}()"
        for name, tree in sources(root, *patterns)
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr in WRITES and _may_be_a_row(name, call)
    ]


def _may_be_a_row(name: str, call: ast.Call) -> bool:
    """The demo marks in the job table that it is loaded; User.save stands in its manager, as Django has it; servers are processes."""
    return not name.endswith(("demo_data/load.py", "querysets/people.py", "config/servers.py"))


def unscoped_reads_in_views(root: Path) -> list[str]:
    """In a view, `X.objects` is followed by a scope somewhere in the same chain."""
    found = []
    for name, tree in sources(
        root,
        *(f"{app}/views/**/*.py" for app in APPS),
        "config/home.py",
        "config/search.py",
        "config/branch_card.py",
    ):
        scoped = {id(inner) for call in calls(tree) if _attr(call) in SCOPES for inner in ast.walk(call)}
        for node in ast.walk(tree):
            is_manager = (
                isinstance(node, ast.Attribute)
                and node.attr == "objects"
                and isinstance(node.value, ast.Name)
            )
            if is_manager and id(node) not in scoped and node.value.id not in UNSCOPED_MODELS:
                found.append(f"{name}:{node.lineno} {node.value.id}.objects without a scope")
    return found


def _attr(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def receivers(root: Path) -> list[str]:
    """No signals: what happens is read in the operation, not looked for."""
    return [
        f"{name}:{node.lineno}"
        for name, tree in sources(root, *(f"{app}/**/*.py" for app in (*APPS, "config")))
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "receiver" and not name.endswith("apps.py")
    ]


def long_tasks(root: Path) -> list[str]:
    """A task is ids -> operation."""
    return [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in sources(root, *(f"{app}/tasks.py" for app in APPS))
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and len(node.body) > LONGEST_TASK
    ]


def environment_reads(root: Path) -> list[str]:
    """`os.environ` is for the settings; bootstrap runs before them, servers and entry points only pass it on."""
    excused = (
        "config/bootstrap.py",
        "config/wsgi.py",
        "config/asgi.py",
        "config/servers.py",
        "config/settings_test.py",
    )
    return [
        f"{name}:{node.lineno}"
        for name, tree in sources(root, *(f"{app}/**/*.py" for app in (*APPS, "config")))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "environ" and isinstance(node.value, ast.Name)
        if node.value.id == "os" and name not in excused
    ]


def formatted_translations(root: Path) -> list[str]:
    """`gettext(f"…")` can't be translated and hides what is inside."""
    return [
        f"{name}:{call.lineno}"
        for name, tree in sources(root, *(f"{app}/**/*.py" for app in (*APPS, "config")))
        for call in calls(tree)
        if isinstance(call.func, ast.Name) and call.func.id in {"_", "gettext", "gettext_lazy"}
        if any(isinstance(argument, ast.JoinedStr) for argument in call.args)
    ]
