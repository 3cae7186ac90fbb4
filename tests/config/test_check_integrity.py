"""Each check finds the fault planted for it and no other does; an installation in which all went well has none."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.integrity import CHECKS
from orgs.kernel import clock, triggers
from orgs.kernel.integrity import run
from tests.config.planted_faults import ALSO, PLANTS
from tests.config.sound_scene import build, rolled_back, unlocked
from tests.world import TODAY

# With the mark these come before the tests that empty the database.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sound(django_db_setup, django_db_blocker, tmp_path_factory):
    """The scene, built once for all plants and rolled back after the last."""
    patch = pytest.MonkeyPatch()
    patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), clock.frozen(TODAY), rolled_back():
        yield build()
    patch.undo()


@pytest.fixture
def scene(sound):
    with rolled_back():
        yield sound


def found() -> dict[str, int]:
    return {result.check.name: result.n_found for result in run(CHECKS) if result.n_found}


def test_there_is_a_plant_for_every_check():
    assert [each.name for each in CHECKS] == list(dict.fromkeys(each.name for each in CHECKS))
    assert set(PLANTS) == {each.name for each in CHECKS}


def test_a_sound_installation_has_no_faults(scene):
    assert found() == {}


@pytest.mark.parametrize("name", sorted(set(PLANTS) - {"triggers"}))
def test_the_planted_fault_is_found_by_its_check_and_by_no_other(scene, name):
    with unlocked():
        PLANTS[name](scene)
    assert set(found()) == {name} | ALSO.get(name, set())


def test_a_lost_trigger_is_found(scene):
    connection.check_constraints()
    triggers.remove(connection)
    assert list(found()) == ["triggers"]
    triggers.install(connection)


def test_the_command_says_where_what_and_what_to_do_and_exits_with_1(scene):
    with unlocked():
        PLANTS["tree-depths"](scene)
    out = StringIO()
    with pytest.raises(SystemExit) as done:
        call_command("check_integrity", stdout=out)
    told = out.getvalue()
    assert done.value.code == 1
    assert f"团组织 {scene.world.ids['hnu-law-1201']}：层级与上级不符" in told
    assert "办理：先备份，再运行 manage.py rebuild_tree" in told
    assert told.endswith(f"共 {len(CHECKS)} 项检查，发现 1 处问题。\n")


def test_json_holds_every_check_and_what_it_found(scene):
    out = StringIO()
    call_command("check_integrity", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["sound"] is True
    assert [each["name"] for each in told["checks"]] == [each.name for each in CHECKS]


def test_an_unknown_check_is_named(scene):
    with pytest.raises(CommandError, match="没有这项检查：nothing"):
        call_command("check_integrity", "--only", "nothing")
