"""The benchmarks of files still measure what they say; whether a bar is met is a matter of full sizes and a quiet machine."""

from __future__ import annotations

import pytest

from accounts.models import Submission, SubmissionRow
from config.bench import export, import_form

pytestmark = pytest.mark.once


def by_name(figures):
    return {figure.name: figure.value for figure in figures}


def test_the_import_and_its_yardstick_take_the_same_rows(db):
    found = by_name(import_form.run(48))
    assert found["floor_rows"] == SubmissionRow.objects.count() == 48
    assert Submission.objects.count() == 48 // import_form.ROWS_PER_UNIT
    assert found["ratio"] == pytest.approx(found["rows_per_second"] / found["floor_rows_per_second"])
    assert found["seconds"] == found["check_seconds"] + found["import_seconds"]


def test_the_export_and_its_yardstick_are_measured_in_processes_of_their_own():
    found = by_name(export.run(400))
    assert found["ratio"] == pytest.approx(found["seconds"] / found["floor_seconds"])
    assert found["peak_mib"] > found["extra_mib"] >= 0


def test_memory_that_grows_with_the_rows_misses_the_bar():
    assert export.sizes(100_000) == (20_000, 100_000)
    for large, is_met in ((4.0, True), (40.0, False)):
        (growth,) = export.summary([{"extra_mib": 3.5}, {"extra_mib": large}])
        assert (growth.name, growth.is_met) == ("growth_mib", is_met)
