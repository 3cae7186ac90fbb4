#!/usr/bin/env python3
"""Entry to every command. On a bare machine it first makes its own environment (`config/bootstrap.py`)."""

from __future__ import annotations

import importlib
import sys

from config import bootstrap


def main(argv: list[str]) -> int:
    """Make the environment if it is missing, choose the settings, hand over to Django."""
    command = argv[1] if len(argv) > 1 else ""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without Chinese shows "?"
    try:
        bootstrap.ensure("dev" if command == "test" else "run", argv)
        bootstrap.choose_settings(command)
        management = importlib.import_module("django.core.management")
        management.execute_from_command_line(argv)
    except bootstrap.BootstrapFailed as failure:
        print(failure, file=sys.stderr)  # noqa: T201
        return 1
    except ModuleNotFoundError as missing:
        if bootstrap.is_ours(missing):
            raise
        print(bootstrap.missing_module(missing), file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
