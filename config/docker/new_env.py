"""Prints a `.env` made of `.env.example` with fresh secrets: `python3 config/docker/new_env.py > .env`."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"
SECRETS = ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY", "POSTGRES_PASSWORD")


def fresh_env() -> str:
    """The example's lines, where an empty secret has a value. Field keys are 32 bytes in URL-safe base64."""
    lines = []
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name == "FIELD_KEYS" and not value:
            lines.append(f"{name}={base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}")
        elif name in SECRETS and not value:
            lines.append(f"{name}={secrets.token_urlsafe(48)}")
        else:
            lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    print(fresh_env())  # noqa: T201
