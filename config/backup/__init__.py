"""Backup and restore of a whole installation: one encrypted file, the same for PostgreSQL and SQLite.

`container` encrypts a stream in pieces, `frames` gives it structure, `tables` reads and writes rows in the text form of
PostgreSQL's COPY, `writing` and `restoring` do the work of the two commands.
"""
