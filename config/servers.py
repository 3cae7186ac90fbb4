"""PostgreSQL and Redis for the tests: those the environment names, else on localhost, else started (`own_servers.py`)."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg2
import redis
from psycopg2 import sql

from config import own_servers
from config.own_servers import NoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL_POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"
LOCAL_REDIS = "redis://127.0.0.1:6379"
OLDEST_POSTGRESQL = 140000
CLAIM = "league-portal-tests"
CLAIM_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    words: str


@contextlib.contextmanager
def postgresql(given: str, *, name: str, own: bool) -> Iterator[Server]:
    """A PostgreSQL for the databases test_<name>…, which are dropped at the end."""
    with contextlib.ExitStack() as stack:
        if given:
            address, origin = given, "TEST_DATABASE_URL"
        elif not own and _postgresql_version(LOCAL_POSTGRESQL) >= OLDEST_POSTGRESQL:
            address, origin = LOCAL_POSTGRESQL, "localhost"
        else:
            address, origin = (
                stack.enter_context(own_servers.postgresql(lambda url: bool(_postgresql_version(url)))),
                "started here",
            )
        version = _postgresql_version(address)
        if not version:
            raise NoServer(f"无法连接 PostgreSQL（{origin}）。/ PostgreSQL can't be reached ({origin}).")
        stack.callback(_drop_databases, address, f"test_{name}")
        words = f"PostgreSQL {version // 10000}.{version % 10000} ({origin})"
        yield Server(f"{address.rpartition('/')[0]}/{name}", words)


@contextlib.contextmanager
def redis_server(given: str, *, own: bool) -> Iterator[Server]:
    """A Redis (or Valkey) database nobody else uses; it is emptied at the end unless TEST_REDIS_URL named it."""
    with contextlib.ExitStack() as stack:
        if given:
            address, origin = given, "TEST_REDIS_URL"
        elif not own and (free := _claim_database(LOCAL_REDIS)):
            address, origin = free, "localhost"
            stack.callback(_flush, address)
        else:
            address, origin = (
                stack.enter_context(own_servers.redis_server(lambda url: bool(_redis_version(url)))),
                "started here",
            )
        version = _redis_version(address)
        if not version:
            raise NoServer(f"无法连接 Redis（{origin}）。/ Redis can't be reached ({origin}).")
        yield Server(address, f"Redis {version} ({origin})")


def _postgresql_version(address: str) -> int:
    """Such as 150020; 0 when nothing answers."""
    try:
        with contextlib.closing(psycopg2.connect(_maintenance(address), connect_timeout=3)) as connection:
            return int(connection.server_version)
    except psycopg2.Error:
        return 0


def _maintenance(address: str) -> str:
    return f"{address.rpartition('/')[0]}/postgres"


def _drop_databases(address: str, prefix: str) -> None:
    """Also what a killed test process left behind."""
    with contextlib.closing(psycopg2.connect(_maintenance(address))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
            for (database,) in cursor.fetchall():
                cursor.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
                )


def _redis_version(address: str) -> str:
    try:
        return str(redis.Redis.from_url(address, socket_connect_timeout=3).info("server")["redis_version"])
    except (redis.RedisError, OSError):
        return ""


def _claim_database(address: str) -> str:
    """The highest empty database of the Redis there, marked as ours; empty text when there is none."""
    for number in range(15, 0, -1):
        url = f"{address}/{number}"
        client = redis.Redis.from_url(url, socket_connect_timeout=3)
        try:
            if not client.set(CLAIM, os.getpid(), nx=True, ex=CLAIM_SECONDS):
                continue
            if client.dbsize() == 1:
                return url
            client.delete(CLAIM)
        except (redis.RedisError, OSError):
            return ""
    return ""


def _flush(address: str) -> None:
    with contextlib.suppress(redis.RedisError, OSError):
        redis.Redis.from_url(address).flushdb()
