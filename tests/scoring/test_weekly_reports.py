"""Weekly reports as a metric that a scheme may score (SUP-4.1a)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.kernel import clock
from reporting.operations.reports import Said, confirm
from scoring import metrics
from scoring.choices import Metric, Missing
from tests.reporting.closed_weeks import LAST, close

pytestmark = pytest.mark.django_db


def test_a_scheme_reads_weeks_in_time_over_weeks_asked(world, cast):
    close(LAST.previous())
    close()
    with clock.frozen(LAST.ends_at - timedelta(hours=1)):
        confirm(world["hnu"], LAST, Said(), version=0, by=cast["university"])
    confirm(world["hnu"], LAST.previous(), Said(), version=0, by=cast["university"])  # late
    years = metrics.read_year(2026, [world["hnu"].pk, world["hnu-law"].pk])
    figure = metrics.figure(Metric.WEEKLY_REPORTS, years[world["hnu"].pk], {})
    assert (figure.numerator, figure.denominator) == (1, 2)
    below = metrics.figure(Metric.WEEKLY_REPORTS, years[world["hnu-law"].pk], {})
    assert below.missing == Missing.NO_FIGURE
