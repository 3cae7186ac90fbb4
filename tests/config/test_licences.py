"""Every package says under which licence it is, and none forces its own upon the portal."""

from __future__ import annotations

from config import licences


def test_every_locked_package_has_a_known_licence():
    locked = licences.packages("requirements-dev.lock")
    assert len(locked) > 100
    assert [name for name in locked if licences.licence_of(name) == licences.UNKNOWN] == []


def test_nothing_at_run_time_is_under_a_licence_that_binds_the_whole():
    found = {name: licences.licence_of(name) for name in licences.packages("requirements.lock")}
    strong = {name: said for name, said in found.items() if "GPL" in said and "LGPL" not in said}
    assert strong == {}


def test_a_package_nobody_has_is_unknown_and_one_of_another_system_is_not():
    assert licences.licence_of("no-such-package-anywhere") == licences.UNKNOWN
    assert licences.licence_of("colorama") == "BSD-3-Clause"
