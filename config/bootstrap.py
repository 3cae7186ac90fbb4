"""Makes `.venv` from the hashed lock before Django is imported. Standard library only.

A stamp in `.venv` (lock hash, group, Python) says that the environment is whole; without it the next start repairs or
rebuilds. Nothing happens with NO_BOOTSTRAP=1, or where another environment already brings every locked package.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
MINIMUM_PYTHON = (3, 11)
STAMP = ".stamp"
UNFINISHED = ".unfinished"
# Ordered: the first text found in pip's output names the cause.
CAUSES = (
    (
        r"no space left|errno 28",
        "磁盘空间不足，请清理后重试。/ The disk is full: free some space and try again.",
    ),
    (
        r"do not match the hashes",
        "下载的软件包与锁定的校验值不符，请检查软件源后重试。/ A package doesn't match its locked hash: check the package index.",
    ),
    (
        r"name resolution|newconnectionerror|connection|network is unreachable|timed? ?out|max retries|proxyerror",
        "无法连接软件源，请检查网络或 pip 配置后重试。/ The package index can't be reached: check the network or pip's configuration.",
    ),
    (
        r"no matching distribution|could not find a version",
        "软件源中找不到所需的软件包，请检查网络或 pip 配置。/ The package index lacks a locked package: check the network or pip's configuration.",
    ),
    (
        r"permission denied|errno 13",
        "没有写入权限，请检查目录的所有者。/ Permission denied: check who owns the folder.",
    ),
)


class BootstrapFailed(Exception):
    """The environment can't be made; the message is one line that says what to do."""


def ensure(group: str, argv: list[str], root: Path = ROOT) -> None:
    """Return when this interpreter has what `group` (run or dev) needs; else make `.venv` and start again in it."""
    if sys.version_info[:2] < MINIMUM_PYTHON:
        found = ".".join(map(str, sys.version_info[:2]))
        raise BootstrapFailed(
            f"需要 Python 3.11 或更新版本，当前为 {found}。/ Python 3.11 or newer is needed, this is {found}."
        )
    if os.environ.get("NO_BOOTSTRAP") == "1":
        return
    venv = root / ".venv"
    inside = Path(sys.prefix).resolve() == venv.resolve()
    if not inside and brought_by_this_environment(root / LOCKS[group]):
        return
    try:
        if not is_stamped(venv, group, root):
            with _one_at_a_time(root):
                if not is_stamped(venv, group, root):
                    install(venv, group, root)
            inside = False
    except OSError as error:
        raise BootstrapFailed(in_words(str(error))) from error
    if not inside:
        sys.stdout.flush()
        os.execv(python_of(venv), [str(python_of(venv)), *argv])  # noqa: S606


def choose_settings(command: str, root: Path = ROOT) -> None:
    """Name the settings; `demo`, and any command on a checkout where only a demo was set up, work on the demo."""
    os.environ.setdefault(
        "DJANGO_SETTINGS_MODULE", "config.settings_test" if command == "test" else "config.settings"
    )
    configured = (root / ".env").exists() or "DATABASE_URL" in os.environ or "SECRET_KEY" in os.environ
    if command == "demo":
        os.environ["DEMO"] = "1"
    elif command != "test" and not configured and (root / "var" / "demo" / "db.sqlite3").exists():
        os.environ.setdefault("DEMO", "1")


def child_environment(**extra: str) -> dict[str, str]:
    """Environment for a process of ours: the present one and `extra`."""
    return {**os.environ, **extra}


def is_ours(error: ModuleNotFoundError, root: Path = ROOT) -> bool:
    """Whether the missing module would be one of this checkout: then it is our mistake, not an installation's."""
    return (root / (error.name or "").split(".")[0]).is_dir()


def missing_module(error: ModuleNotFoundError) -> str:
    """One line on a module that can't be imported."""
    return (
        f"缺少 Python 模块 {error.name}，请运行 python3 -m pip install --require-hashes -r requirements.lock，"
        f"或去掉 NO_BOOTSTRAP 后重试。/ The Python module {error.name} is missing: install the lock, or unset NO_BOOTSTRAP."
    )


def brought_by_this_environment(lock: Path) -> bool:
    """Whether the running interpreter has every locked package, and Django of the locked series."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(.*)$", lock.read_text(encoding="utf-8"), re.MULTILINE)
    for name, version, rest in pins:
        if ";" in rest:
            continue
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return False
        if name == "django" and found.split(".")[:2] != version.split(".")[:2]:
            return False
    return True


def is_stamped(venv: Path, group: str, root: Path) -> bool:
    """Whether `.venv` holds exactly the locked packages of `group`; the dev group holds those of run."""
    try:
        stamp = (venv / STAMP).read_text(encoding="utf-8")
    except OSError:
        return False
    groups = ["dev"] if group == "dev" else ["dev", "run"]
    return stamp in [_stamp_for(venv, each, root) for each in groups]


def install(venv: Path, group: str, root: Path) -> None:
    """Bring `.venv` to the lock of `group`; rebuild it where an earlier attempt was interrupted."""
    lock = root / LOCKS[group]
    whole = python_of(venv).exists() and not (venv / UNFINISHED).exists() and _runs(python_of(venv))
    if not whole and venv.exists():
        shutil.rmtree(venv)
    venv.mkdir(exist_ok=True)
    (venv / UNFINISHED).touch()
    (venv / STAMP).unlink(missing_ok=True)
    if not whole:
        _say("正在创建运行环境 .venv / making .venv")
        _create(venv)
    _pip_install(venv, lock)
    (venv / STAMP).write_text(_stamp_for(venv, group, root), encoding="utf-8")
    (venv / UNFINISHED).unlink()
    _say("运行环境就绪 / the environment is ready")


def python_of(venv: Path) -> Path:
    return venv / "bin" / "python"


def _stamp_for(venv: Path, group: str, root: Path) -> str:
    # The real path of the interpreter: after an upgrade of the system's Python the old packages are of no use.
    digest = hashlib.sha256((root / LOCKS[group]).read_bytes()).hexdigest()
    return f"{group} {digest} {python_of(venv).resolve()}\n"


def _runs(python: Path) -> bool:
    return _run(str(python), "-c", "import encodings").returncode == 0


def _create(venv: Path) -> None:
    command = [sys.executable, "-m", "venv", str(venv)]
    with_pip = importlib.util.find_spec("ensurepip") is not None
    made = _run(*command) if with_pip else _run(*command, "--without-pip")
    if made.returncode != 0 and with_pip:
        made = _run(*command, "--without-pip")
    if made.returncode != 0:
        raise BootstrapFailed(in_words(made.stdout + made.stderr))


def _pip(venv: Path) -> list[str]:
    """How to call pip for `.venv`: its own, else that of the running Python."""
    own = [str(python_of(venv)), "-m", "pip"]
    if _run(*own, "--version").returncode == 0:
        return own
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "--python", str(python_of(venv))]
    raise BootstrapFailed(
        "没有找到 pip，请先安装（如 apt install python3-pip）。/ pip is missing: install it (such as apt install python3-pip)."
    )


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)  # noqa: S603


def _environment() -> dict[str, str]:
    # What PYTHONPATH brings would count as installed, and be missing as soon as it is unset.
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}


def _pip_install(venv: Path, lock: Path) -> None:
    total = len(re.findall(r"^[A-Za-z0-9._-]+==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    options = [
        "--require-hashes",
        "--no-deps",
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
        "--retries",
        "2",
    ]
    process = subprocess.Popen(  # noqa: S603
        [*_pip(venv), "install", *options, "-r", str(lock)],
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines: list[str] = []
    done = 0
    for line in process.stdout or ():
        lines.append(line)
        if line.startswith(("Collecting", "Requirement already")):
            done += 1
            if done % 10 == 0:
                _say(f"正在下载软件包 / fetching packages {done}/{total}")
        elif line.startswith("Installing collected"):
            _say("正在安装软件包 / installing packages")
    if process.wait() != 0:
        raise BootstrapFailed(in_words("".join(lines[-200:])))


def in_words(output: str) -> str:
    """One line, in Chinese and English, for what pip or the system said."""
    for pattern, words in CAUSES:
        if re.search(pattern, output, re.IGNORECASE):
            return words
    said = [line.strip() for line in output.splitlines() if line.strip()]
    last = next((line for line in reversed(said) if line.startswith("ERROR")), said[-1] if said else "?")
    return f"无法准备运行环境：{last} / The environment can't be made: {last}"


def _say(words: str) -> None:
    print(f"[准备/setup] {words}", file=sys.stderr, flush=True)  # noqa: T201


@contextlib.contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    """Two commands started together in one checkout make one environment (a lock on the folder itself leaves no file)."""
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
