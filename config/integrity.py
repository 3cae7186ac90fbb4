"""All checks of the portal, gathered from the apps, the lowest floor first; and their nightly run."""

from __future__ import annotations

from accounts import integrity as accounts
from config.condition import INTEGRITY
from orgs import integrity as orgs
from orgs.kernel.integrity import Run, run
from orgs.operations import ledger
from reporting import integrity as reporting
from scoring import integrity as scoring

CHECKS = (*orgs.CHECKS, *accounts.CHECKS, *reporting.CHECKS, *scoring.CHECKS)


def check_nightly() -> None:
    """Look at everything and note what was found, for the status page and `doctor`."""
    found = {result.check.name: result.n_found for result in run(CHECKS, Run(weeks=1))}
    wrong = {name: n for name, n in found.items() if n}
    ledger.note_done(INTEGRITY, {"checks": len(found), "found": wrong})
