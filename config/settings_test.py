"""Settings of the test suite: the real ones, with a fast hasher and the servers the test command names."""

from __future__ import annotations

import environ

_env = environ.Env()
_env.ENVIRON.setdefault("DEBUG", "1")
_folder, _worker = _env.str("TEST_DATA_DIR", default="var/test"), _env.str("PYTEST_XDIST_WORKER", default="")
if _env.ENVIRON.setdefault("DATA_DIR", _folder) == _folder and _worker:
    # Workers side by side have the same ids in databases of their own: they must not write the same files.
    _env.ENVIRON["DATA_DIR"] = f"{_folder}/{_worker}"
if "TEST_REDIS_URL" in _env.ENVIRON:
    _env.ENVIRON["REDIS_URL"] = _env.ENVIRON["TEST_REDIS_URL"]
if "TEST_DATABASE_URL" in _env.ENVIRON:
    _env.ENVIRON["DATABASE_URL"] = _env.ENVIRON["TEST_DATABASE_URL"]

from config.settings import *  # noqa: E402, F403
from config.settings import CACHES, DATA_DIR, DATABASES  # noqa: E402

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = False
CLOCK_MAY_BE_SHIFTED = True
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "counters": CACHES["counters"],
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: the race tests open the same database from several processes.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    # As of the servers that tests start themselves: durability is of no use to a database that lives as long as a test run.
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
