"""A made-up nation of twelve provinces for tests with processes of their own: `build(nodes)` in an empty database."""

from __future__ import annotations

from django.db import connection

from config.bench.rollup_data import made_up_registry

PROVINCES = """
UPDATE orgs_orgunit SET kind_id = 'national' WHERE id = 1;
UPDATE orgs_unitversion SET kind_id = 'national' WHERE unit_id = 1;
UPDATE orgs_orgunit SET kind_id = 'province', parent_id = NULL WHERE parent_id = 1;
UPDATE orgs_unitversion SET kind_id = 'province', parent_id = NULL WHERE parent_id = 1;
WITH RECURSIVE below (id, root) AS (
    SELECT id, id FROM orgs_orgunit WHERE parent_id IS NULL
    UNION ALL SELECT u.id, b.root FROM below b JOIN orgs_orgunit u ON u.parent_id = b.id)
UPDATE orgs_orgunit SET tree_id = (SELECT root FROM below WHERE below.id = orgs_orgunit.id)
"""


def build(nodes: int) -> None:
    """One national office, twelve provinces, everything else below them."""
    made_up_registry(nodes)
    with connection.cursor() as cursor:
        for statement in PROVINCES.split(";"):
            cursor.execute(statement)
