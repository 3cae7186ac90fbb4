"""What the source itself tells about files, the network and whole models: read once, for the tests that ask."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings

from tests.architecture import doors

CLIENTS = {
    "httpx", "requests", "urllib3", "urllib.request", "http.client", "aiohttp", "ftplib", "smtplib", "socket", "telnetlib",
    "asyncio", "websockets", "paramiko",
}  # fmt: skip
PARSERS = {
    "zipfile",
    "python_calamine",
    "xml",
    "lxml",
    "defusedxml",
    "PIL",
    "tarfile",
    "gzip",
    "pickle",
    "marshal",
}
POWERS = {"is_superuser", "is_staff"}


@dataclass(slots=True)
class Findings:
    """By file: network clients, what opens archives and documents, uploads outside forms, forms of everything, powers given."""

    clients: dict[str, str] = field(default_factory=dict)
    parsing: set[str] = field(default_factory=set)
    loose_files: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    spread: list[str] = field(default_factory=list)
    powers: set[str] = field(default_factory=set)


@cache
def findings() -> Findings:
    """One walk over the source of the product."""
    found = Findings()
    patterns = (f"{app}/**/*.py" for app in (*doors.APPS, "config"))
    for name, tree in doors.sources(Path(settings.BASE_DIR), *patterns):
        nodes = list(ast.walk(tree))
        imported = _imported(nodes)
        if talks := imported & CLIENTS:
            found.clients[name] = ", ".join(sorted(talks))
        if {each.split(".")[0] for each in imported} & PARSERS or "load_workbook" in _names(nodes):
            found.parsing.add(name)
        found.loose_files += [f"{name}:{line}" for line in _loose_files(nodes)]
        found.whole += [f"{name}:{line}" for line in _whole_models(nodes, is_form="/forms" in name)]
        found.spread += [f"{name}:{line}" for line in _spread(nodes)]
        if any(_gives_power(node) for node in nodes):
            found.powers.add(name)
    return found


def _imported(nodes: list[ast.AST]) -> set[str]:
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def _names(nodes: list[ast.AST]) -> set[str]:
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)} | {
        node.id for node in nodes if isinstance(node, ast.Name)
    }


def _of_request(node: ast.AST, attributes: set[str]) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in attributes
        and isinstance(node.value, ast.Name)
        and node.value.id == "request"
    )


def _loose_files(nodes: list[ast.AST]) -> Iterator[int]:
    """Lines where an upload or the body is used otherwise than as the argument of a form."""
    in_forms = {
        id(part)
        for call in nodes
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id.endswith("Form")
        for part in ast.walk(call)
    }
    for node in nodes:
        if _of_request(node, {"FILES", "body", "upload_handlers"}) and id(node) not in in_forms:
            yield node.lineno


def _whole_models(nodes: list[ast.AST], *, is_form: bool) -> Iterator[int]:
    """Lines that take all fields of a model, or all but some."""
    for node in nodes:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "exclude" for target in node.targets
        ):
            yield node.lineno
        if is_form and isinstance(node, ast.Constant) and node.value == "__all__":
            yield node.lineno


def _spread(nodes: list[ast.AST]) -> Iterator[int]:
    """Lines that hand on whatever was posted: `**request.POST`."""
    for call in nodes:
        for keyword in call.keywords if isinstance(call, ast.Call) else ():
            if keyword.arg is None and any(
                _of_request(node, {"POST", "GET"}) for node in ast.walk(keyword.value)
            ):
                yield call.lineno


def _gives_power(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg in POWERS
    return isinstance(node, ast.Attribute) and node.attr in POWERS and isinstance(node.ctx, ast.Store)
