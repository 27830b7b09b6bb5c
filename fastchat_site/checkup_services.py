"""What `./run doctor` asks others: the database, Valkey, the workers and their models, and what time they have."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone, translation
from redis.backoff import NoBackoff
from redis.retry import Retry

from fastchat_site.accounts.first_admin import has_administrator
from fastchat_site.checkup import NOTE, OK, WRONG, Finding
from inference import lease
from inference.models import Generation, ModelEntry
from inference.services import states_of
from inference.state_words import state_words

MOST_SECONDS_APART = 5.0
OLDEST_REDIS = 7
AWAY = (redis.RedisError, OSError, ValueError)  # ValueError: not a Redis URL


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


class Database:
    """`is_usable` after its lines were read: tables as this version needs them."""

    is_usable = False

    def lines(self) -> Iterator[Finding]:
        if not self._is_there():
            yield Finding("database", NOTE, "not made yet; the first ./run makes it")
            return
        self._lose_patience()
        try:
            with transaction.atomic(), connection.cursor() as cursor:  # on SQLite this takes the right to write
                cursor.execute("SELECT 1")
            pending = self._pending_migrations()
        except (DatabaseError, ImproperlyConfigured, OSError) as error:
            hint = "start it, or correct DATABASE_URL" if connection.vendor != "sqlite" else "see Backups in README.md"
            yield Finding("database", WRONG, f"cannot be used ({one_line(error)}); {hint}")
            return
        yield Finding("database", OK, f"{connection.display_name} answers")
        if pending:
            yield Finding("migrations", WRONG, f"{pending} not applied; stop the site and start it again with ./run")
            return
        self.is_usable = True
        yield Finding("migrations", OK, "all applied")
        yield from self._administrator()

    def _is_there(self) -> bool:
        """Asking SQLite would make an empty file."""
        name = str(connection.settings_dict["NAME"])
        return connection.vendor != "sqlite" or name.startswith("file:") or Path(name).exists()

    def _lose_patience(self) -> None:
        """A pool tries for half a minute and then does not say why; a locked file is waited for 20 seconds."""
        options = {**connection.settings_dict.get("OPTIONS", {})}
        if connection.vendor == "postgresql":
            options.pop("pool", None)
            options["connect_timeout"] = 5
        connection.settings_dict["OPTIONS"] = options

    def _pending_migrations(self) -> int:
        executor = MigrationExecutor(connection)
        return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    def _administrator(self) -> Iterator[Finding]:
        if has_administrator():
            yield Finding("administrator", OK, "there is one")
        else:
            yield Finding("administrator", NOTE, "none yet: ./run createsuperuser")


class Broker:
    """`is_reachable` after its lines were read."""

    is_reachable = False

    def __init__(self, is_running: bool) -> None:
        self.is_running = is_running  # the site, so that the embedded server should be there

    def lines(self) -> Iterator[Finding]:
        name = "Valkey" if settings.EMBEDDED_VALKEY else "Redis"
        if settings.EMBEDDED_VALKEY and not self.is_running:
            yield Finding(name, NOTE, "comes with the site, which is not running; ./run starts both")
            return
        try:
            with broker() as client:
                facts: Any = client.info()
        except AWAY as error:
            hint = "the terminal of ./run says why" if settings.EMBEDDED_VALKEY else "start it, or correct REDIS_URL"
            yield Finding(name, WRONG, f"does not answer ({one_line(error)}); {hint}")
            return
        self.is_reachable = True
        yield Finding(name, OK, f"version {facts.get('valkey_version') or facts['redis_version']} answers")
        if int(str(facts["redis_version"]).split(".")[0]) < OLDEST_REDIS:
            yield Finding(name, WRONG, f"is too old; version {OLDEST_REDIS} or newer is needed")
        if facts.get("maxmemory_policy", "noeviction") != "noeviction":
            yield Finding(name, WRONG, "may throw answers away when it is full; set maxmemory-policy noeviction")
        if not facts.get("aof_enabled"):
            yield Finding(name, NOTE, "forgets answers under way when it ends; set appendonly yes")


def broker() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=3, retry=Retry(NoBackoff(), 0)
    )


def models(is_running: bool, database: Database, broker: Broker) -> Iterator[Finding]:
    """The workers, and each offered model with its state."""
    workers: list[lease.WorkerReport] = []
    if broker.is_reachable:
        try:
            workers = lease.live_workers()
        except AWAY as error:
            yield Finding("worker", WRONG, f"cannot be asked for ({one_line(error)})")
    if workers:
        yield Finding("worker", OK, ", ".join(f"{worker.name} on {worker.host}" for worker in workers))
    elif is_running:
        yield Finding("worker", WRONG, "none is running; look at the terminal of ./run, or start one: ./run worker")
    else:
        yield Finding("worker", NOTE, "none is running; ./run starts one with the site")
    if not database.is_usable:
        return
    entries = ModelEntry.objects.askable()
    if not entries.exists():
        yield Finding("models", NOTE, "none yet: ./run addmodel FOLDER")
    if not workers:  # not one line for each of them with the same reason
        if count := entries.count():
            yield Finding("models", NOTE, f"{count} offered, offline while no worker is running")
        return
    with translation.override("en"):
        for state in states_of(entries):
            yield Finding(
                f"model {state.entry.slug}", WRONG if state.state == "offline" else OK, str(state_words(state))
            )


def clocks(database: Database, broker_found: Broker) -> Iterator[Finding]:
    """Leases, limits and the order of answers compare the clocks of machines."""
    faults, asked = [], []
    if database.is_usable:
        asked.append("the database")
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT EXTRACT(EPOCH FROM clock_timestamp())")
                faults += _apart("the database", float(cursor.fetchone()[0]))
        newest = Generation.objects.order_by("-created_at").values_list("created_at", flat=True).first()
        if newest is not None and (ahead := (newest - timezone.now()).total_seconds()) > MOST_SECONDS_APART:
            faults.append(f"the newest answer is from the future, by {ahead:.0f} s")
    if broker_found.is_reachable:
        asked.append("Valkey" if settings.EMBEDDED_VALKEY else "Redis")
        with broker() as client:
            seconds, micros = client.time()
        faults += _apart(asked[-1], float(seconds) + float(micros) / 1e6)
    if faults:
        yield Finding("clock", WRONG, f"{'; '.join(faults)}; let all machines keep time (NTP)")
    elif asked:
        yield Finding("clock", OK, f"agrees with {' and '.join(asked)}")


def _apart(name: str, there: float) -> list[str]:
    apart = time.time() - there
    if abs(apart) <= MOST_SECONDS_APART:
        return []
    return [f"{name} is {abs(apart):.0f} s {'behind' if apart > 0 else 'ahead'}"]
