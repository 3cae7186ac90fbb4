"""`manage.py` on a bare machine. Real environments from tiny packages made here; nothing is downloaded."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from config import bootstrap

pytestmark = pytest.mark.servers
ROOT = Path(__file__).resolve().parents[2]
# The interpreter below the one that runs the tests: it has none of our packages.
BARE_PYTHON = str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}")
MANAGEMENT = """
import importlib, os, sys

def execute_from_command_line(argv):
    if argv[1] == "import":
        importlib.import_module(argv[2])
    print("ran", argv[1], sys.prefix)
    with open("chosen", "w") as file:
        print(os.environ["DJANGO_SETTINGS_MODULE"], os.environ.get("DEMO"), end="", file=file)
"""
DJANGO = {"django/__init__.py": "", "django/core/__init__.py": "", "django/core/management.py": MANAGEMENT}
# Without ensurepip a new environment takes a tenth of the time; one test below makes the whole one.
WITHOUT_ENSUREPIP = "import runpy, sys; sys.modules['ensurepip'] = None; sys.argv = sys.argv[1:]; runpy.run_path('manage.py', run_name='__main__')"


def wheel(folder: Path, name: str, files: dict[str, str]) -> str:
    """Write a wheel; its line in a lock."""
    info = f"{name}-5.2.0.dist-info"
    meta = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 5.2.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    everything = files | meta
    record = ""
    for path, text in everything.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text.encode())}\n"
    target = folder / f"{name}-5.2.0-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for path, text in (everything | {f"{info}/RECORD": record + f"{info}/RECORD,,\n"}).items():
            archive.writestr(path, text)
    return f"{name}==5.2.0 \\\n    --hash=sha256:{hashlib.sha256(target.read_bytes()).hexdigest()}\n"


class Checkout:
    """A clone with two locked packages (django and, for tests, testkit) and an index that is a folder."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "clone"
        self.index = folder / "index"
        if not self.root.exists():
            self._make()

    def _make(self) -> None:
        self.index.mkdir()
        (self.root / "config").mkdir(parents=True)
        for name in ("manage.py", "config/__init__.py", "config/bootstrap.py"):
            shutil.copy(ROOT / name, self.root / name)
        run = wheel(self.index, "django", DJANGO)
        self.write_locks(run, run + wheel(self.index, "testkit", {"testkit/__init__.py": ""}))

    def write_locks(self, run: str, dev: str) -> None:
        (self.root / "requirements.lock").write_text(run)
        (self.root / "requirements-dev.lock").write_text(dev)

    def environment(self, **extra: str) -> dict[str, str]:
        pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.index)}
        return {"PATH": os.environ["PATH"], "HOME": str(self.root.parent)} | pip | extra

    def manage(
        self, *arguments: str, start: list[str] | None = None, **extra: str
    ) -> subprocess.CompletedProcess[str]:
        command = [BARE_PYTHON, "-c", WITHOUT_ENSUREPIP, "manage.py"] if start is None else start
        return subprocess.run(
            [*command, *arguments],
            cwd=self.root,
            env=self.environment(**extra),
            capture_output=True,
            text=True,
            check=False,
        )

    def has(self, package: str) -> bool:
        return any(self.root.glob(f".venv/lib/*/site-packages/{package}"))


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


@pytest.fixture(scope="module")
def prepared_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    assert Checkout(folder).manage("hello").returncode == 0
    return folder


@pytest.fixture
def prepared(prepared_once, tmp_path):
    """A checkout whose environment for running is whole."""
    shutil.copytree(prepared_once, tmp_path / "copy", symlinks=True)
    return Checkout(tmp_path / "copy")


def assert_one_clear_line(result, *words):
    lines = [line for line in result.stderr.splitlines() if line and not line.startswith("[")]
    assert result.returncode == 1
    assert len(lines) == 1, result.stderr
    for word in words:
        assert word in lines[0]


def test_bare_machine_gets_an_environment_and_the_command_runs_in_it(checkout):
    result = checkout.manage("hello", start=[BARE_PYTHON, "manage.py"])
    assert result.stdout == f"ran hello {checkout.root / '.venv'}\n"
    assert "making .venv" in result.stderr
    assert not checkout.has("testkit")


def test_python_without_ensurepip_is_enough(checkout):
    result = checkout.manage("hello")
    assert result.stdout == f"ran hello {checkout.root / '.venv'}\n", result.stderr
    assert not checkout.has("pip")


def test_second_start_installs_nothing(prepared):
    shutil.rmtree(prepared.index)
    result = prepared.manage("again", start=[BARE_PYTHON, "manage.py"])
    assert result.stdout == f"ran again {prepared.root / '.venv'}\n"
    assert result.stderr == ""


def test_environment_for_tests_also_serves_other_commands(checkout):
    checkout.manage("test")
    assert checkout.has("testkit")
    shutil.rmtree(checkout.index)
    assert checkout.manage("hello").returncode == 0


def test_environment_grows_when_tests_are_asked_for(prepared):
    assert prepared.manage("test").returncode == 0
    assert prepared.has("testkit")


def test_changed_lock_is_installed_at_the_next_start(prepared):
    run = (prepared.root / "requirements.lock").read_text()
    prepared.write_locks(run + wheel(prepared.index, "novelty", {"novelty.py": ""}), run)
    assert prepared.manage("hello").returncode == 0
    assert prepared.has("novelty.py")


def test_interrupted_set_up_is_made_anew(prepared):
    venv = prepared.root / ".venv"
    (venv / bootstrap.STAMP).unlink()
    (venv / bootstrap.UNFINISHED).touch()
    (next(venv.glob("lib/*/site-packages/django/core/management.py"))).unlink()
    result = prepared.manage("hello")
    assert result.stdout == f"ran hello {venv}\n"
    assert not (venv / bootstrap.UNFINISHED).exists()


def test_half_made_folder_is_made_anew(checkout):
    (checkout.root / ".venv" / "bin").mkdir(parents=True)
    assert checkout.manage("hello").returncode == 0


def test_two_starts_at_the_same_time_make_one_environment(checkout):
    command = [BARE_PYTHON, "-c", WITHOUT_ENSUREPIP, "manage.py", "hello"]
    starts = [
        subprocess.Popen(
            command,
            cwd=checkout.root,
            env=checkout.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [start.communicate() for start in starts]
    assert [start.returncode for start in starts] == [0, 0]
    assert sum("making .venv" in errors for _, errors in outputs) == 1


def test_no_bootstrap_touches_nothing_and_names_the_missing_module(checkout):
    result = checkout.manage("hello", NO_BOOTSTRAP="1")
    assert_one_clear_line(result, "django", "缺少 Python 模块")
    assert not (checkout.root / ".venv").exists()


def test_environment_that_brings_everything_is_used_as_it_is(checkout, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    for archive in checkout.index.glob("django*.whl"):
        zipfile.ZipFile(archive).extractall(elsewhere)
    assert checkout.manage("hello", PYTHONPATH=str(elsewhere)).stdout == f"ran hello {sys.base_prefix}\n"
    assert not (checkout.root / ".venv").exists()
    checkout.manage("test", PYTHONPATH=str(elsewhere))
    assert checkout.has("testkit"), "testkit was missing there, so an environment had to be made"
    assert checkout.has("django"), "what lies elsewhere must not stand in for what the lock names"


def test_unreachable_index_is_one_line(checkout):
    result = checkout.manage(
        "hello",
        PIP_NO_INDEX="0",
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_FIND_LINKS="",
        PIP_RETRIES="0",
    )
    assert_one_clear_line(result, "无法连接软件源", "network")


def test_package_that_is_not_the_locked_one_is_one_line(checkout):
    wheel(checkout.index, "django", DJANGO | {"django/evil.py": "1"})
    assert_one_clear_line(checkout.manage("hello"), "校验值", "hash")
    assert checkout.manage("hello").returncode == 1, (
        "the next start must not take the half-made environment for whole"
    )


def test_old_python_is_one_line(checkout):
    start = [BARE_PYTHON, "-c", "import sys; sys.version_info = (3, 9, 2); " + WITHOUT_ENSUREPIP, "manage.py"]
    assert_one_clear_line(checkout.manage("hello", start=start), "3.11", "3.9")


def test_missing_pip_is_one_line(checkout):
    start = [BARE_PYTHON, "-c", "import sys; sys.modules['pip'] = None; " + WITHOUT_ENSUREPIP, "manage.py"]
    assert_one_clear_line(checkout.manage("hello", start=start), "pip")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "磁盘空间不足",
        ),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/x'",
            "没有写入权限",
        ),
        ("WARNING: Retrying: NewConnectionError: Temporary failure in name resolution", "无法连接软件源"),
        ("note: something\nERROR: Something new\n", "Something new"),
    ],
)
def test_what_pip_says_becomes_one_line(said, words):
    assert words in bootstrap.in_words(said)
    assert "\n" not in bootstrap.in_words(said)


def test_module_of_ours_that_is_missing_is_not_called_an_incomplete_installation(prepared):
    assert "Traceback" in prepared.manage("import", "config.nothing").stderr
    assert_one_clear_line(prepared.manage("import", "nothing"), "nothing")


@pytest.mark.parametrize(
    ("command", "demo_exists", "env_file", "chosen"),
    [
        ("demo", False, False, "config.settings 1"),
        ("demo", False, True, "config.settings 1"),
        ("close_week", True, False, "config.settings 1"),
        ("close_week", True, True, "config.settings None"),
        ("close_week", False, False, "config.settings None"),
        ("test", True, False, "config.settings_test None"),
    ],
)
def test_commands_work_on_the_demo_until_a_portal_is_configured(
    prepared, command, demo_exists, env_file, chosen
):
    if demo_exists:
        (prepared.root / "var" / "demo").mkdir(parents=True)
        (prepared.root / "var" / "demo" / "db.sqlite3").touch()
    if env_file:
        (prepared.root / ".env").touch()
    prepared.manage(command)
    assert (prepared.root / "chosen").read_text() == chosen


def test_manage_py_stays_an_entry():
    assert len((ROOT / "manage.py").read_text().splitlines()) <= 60
