"""Layouts of the tables that come in and go out: rows as dataclasses, no query."""
