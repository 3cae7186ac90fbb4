"""Organisations: the tree of League units, the people appointed to them, and the kernel everybody stands on.

Nouns: UnitKind, OrgUnit, UnitVersion, UnitBase; User, Appointment, Invitation; Job, Notification, AuditEntry.
Invariants: one MPTT tree per province, and only `operations/tree.py` and `operations/bulk_load.py` touch lft/rght;
who sees what is decided in `querysets/scope.py` alone; every fact the weekly close reads has a version row.
Nothing here imports another app of ours.
"""
