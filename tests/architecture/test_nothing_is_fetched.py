"""No address that somebody types is ever asked (reliability D4): who talks to the network, and to whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture import doors
from tests.architecture.source_findings import findings

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
WHO_TALKS = {
    "reporting/collectors/base.py": "httpx",  # to the platforms' addresses of the settings
    "orgs/operations/mail.py": "smtplib",  # names of errors; Django sends to the server of the settings
    "orgs/operations/ledger.py": "socket",  # the name of this machine
    "config/own_servers.py": "socket",  # free ports on this machine, for tests
    "config/management/commands/demo.py": "http.client, socket",  # the demo on this machine
    "config/docker/healthcheck.py": "http.client",
    "config/bench/live.py": "socket",
    "config/bench/secretary.py": "http.client",
}


def test_only_these_talk_to_the_network():
    assert findings().clients == WHO_TALKS


def test_the_hosts_of_the_platforms_come_from_the_settings_alone():
    """Every address that is asked begins with a setting; what a person typed stands in parameters."""
    for name, tree in doors.sources(ROOT, "reporting/collectors/w*.py"):
        asked = [
            call
            for call in doors.calls(tree)
            if isinstance(call.func, ast.Attribute) and call.func.attr == "request"
        ]
        assert asked, name
        for call in asked:
            address = ast.unparse(call.args[1])
            assert address.startswith(("_url(", "f'{settings.")), f"{name}: {address}"
        makers = [
            node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "_url"
        ]
        assert all("{settings." in ast.unparse(maker) for maker in makers)
