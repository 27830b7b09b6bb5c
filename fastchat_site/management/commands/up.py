"""`manage.py up`: everything in one terminal, under one supervisor."""

from __future__ import annotations

import errno
import fcntl
import signal
import sys
import time
from argparse import ArgumentTypeError
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Any

import redis
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from redis.backoff import NoBackoff
from redis.retry import Retry

from arena.evaluation.question_sets import register_own_set
from fastchat_site import embedded_valkey, machine
from fastchat_site.accounts.first_admin import ensure_first_admin, has_administrator
from fastchat_site.supervisor import Child, Supervisor, say
from inference.catalogue import register_bundled_models
from inference.engine.host import c_compiler, suits_kernels
from inference.management.worker_options import add_worker_options, as_arguments
from inference.models import ModelEntry

START_SECONDS = 60.0
ANSWER_SECONDS = 10.0
BACKLOG = 1024  # connections that wait to be taken; the kernel may allow fewer


class Command(BaseCommand):
    help = (
        "Starts the whole site in this terminal. That is the embedded Valkey (unless REDIS_URL is set), the database, "
        "the bundled models, the workers and the web server. Ctrl-C stops everything; nothing is lost."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--host", default=settings.HOST, help="0.0.0.0 lets other machines in (default %(default)s)"
        )
        parser.add_argument("--port", type=port_number, default=settings.PORT, help="default %(default)s")
        parser.add_argument(
            "--workers",
            type=number_of_workers,
            default=1,
            help="worker processes on this machine (default 1; 0: other machines answer)",
        )
        parser.add_argument(
            "--concurrency", type=at_least_one, default=64, help="answers under way in each worker (default 64)"
        )
        add_worker_options(parser)

    def handle(self, *args: Any, host: str, port: int, workers: int, concurrency: int, **options: Any) -> None:
        lock = self.lock_data_folder()
        try:
            embedded_valkey.try_to_listen(host, port)
        except OSError as error:
            raise CommandError(why_not_listening(host, port, error)) from error
        self.worker_options = as_arguments(options)
        supervisor = Supervisor()
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if name != signal.SIGHUP or signal.getsignal(name) != signal.SIG_IGN:  # `nohup ./run &` means it
                signal.signal(name, supervisor.ask_to_stop)
        try:
            self.start_all(supervisor, host, port, workers, concurrency)
            supervisor.watch()
        finally:
            if supervisor.children:
                say("\nStopping: web, workers, Valkey …")
            supervisor.stop()
            lock.close()
        say("Stopped. Everything is kept in " + str(settings.DATA_DIR))

    def lock_data_folder(self) -> IO[str]:
        """Two supervisors on one data folder would run two Valkeys over the same files."""
        try:
            settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
            settings.DATA_DIR.chmod(0o700)  # conversations and sessions are nobody else's to read on a shared machine
            lock = open(settings.DATA_DIR / "up.lock", "a+")  # noqa: SIM115 - held until the end
        except OSError as error:
            raise CommandError(
                f"The data folder {settings.DATA_DIR} cannot be written ({error.strerror}). "
                "Set DATA_DIR to a folder that this user may write."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(
                f"The site is already running with the data in {settings.DATA_DIR}. "
                "Stop it first (Ctrl-C in its terminal), or set DATA_DIR to another folder."
            ) from error
        return lock

    def start_all(self, supervisor: Supervisor, host: str, port: int, workers: int, concurrency: int) -> None:
        say(f"FastChat site {settings.VERSION}   data in {settings.DATA_DIR}")
        say(f"  machine   {machine.describe()}")
        if suits_kernels() and c_compiler() is None:
            say(f"  hint      {machine.WITHOUT_COMPILER}")
        redis_url = self.start_valkey(supervisor)
        if not supervisor.is_stopping:
            self.prepare_database()
        if supervisor.is_stopping:  # Ctrl-C while the database was prepared
            return
        environment = {"REDIS_URL": redis_url}
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        for number in range(1, workers + 1):
            name = "worker" if workers == 1 else f"worker-{number}"
            command = [*manage, "worker", f"--concurrency={concurrency}", *self.worker_options]
            supervisor.add(Child(name, command, environment, stop_signal=signal.SIGQUIT))
        server = [sys.executable, "-m", "daphne", "-v", "0", "-e", endpoint(host, port), "--ping-interval", "20"]
        if settings.BEHIND_PROXY:
            server.append("--proxy-headers")
        server += ["--application-close-timeout", "1", "fastchat_site.asgi:application"]
        environment = {**environment, "DJANGO_SETTINGS_MODULE": "fastchat_site.settings", "PYTHONPATH": python_path()}
        web = supervisor.add(Child("web", server, environment, grace_seconds=3.0))
        self.wait_for_page(supervisor, web, host, port)

    def start_valkey(self, supervisor: Supervisor) -> str:
        if not settings.EMBEDDED_VALKEY:
            url = settings.REDIS_URL
            wait_for_redis(url, "The Redis server of REDIS_URL does not answer", supervisor)
            return str(url)
        try:
            command, url = embedded_valkey.prepare(settings.VALKEY_DIR, settings.VALKEY_URL_FILE)
            supervisor.add(Child("valkey", command))
        except OSError as error:
            raise CommandError(str(error)) from error
        wait_for_redis(url, "The embedded Valkey did not start", supervisor)
        return url

    def prepare_database(self) -> None:
        try:
            call_command("migrate", interactive=False, verbosity=0)
            register_bundled_models()
            register_own_set()
            names = [entry.name for entry in ModelEntry.objects.offered()]
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {error}".strip()) from error
        say(f"  models    {', '.join(names) or 'none yet: add one in the admin, or with ./run addmodel FOLDER'}")
        if settings.ADMIN_USERNAME and ensure_first_admin(settings.ADMIN_USERNAME, settings.ADMIN_PASSWORD):
            say(f"  admin     created the administrator {settings.ADMIN_USERNAME}")
        elif not has_administrator():
            say("  admin     nobody yet: ./run createsuperuser in another terminal, or ADMIN_USERNAME, ADMIN_PASSWORD")

    def wait_for_page(self, supervisor: Supervisor, web: Child, host: str, port: int) -> None:
        address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and not supervisor.is_stopping:
            try:
                ask_for_page(address, port)
            except (HTTPException, OSError):
                if not web.is_running:
                    raise CommandError("The web server ended while starting; its lines above say why.") from None
                time.sleep(0.1)
                continue
            shown = f"every address of this machine, port {port}; here: " if host in ("0.0.0.0", "::") else ""
            name = f"[{address}]" if ":" in address else address
            say(f"  ready     {shown}http://{name}:{port}   (Ctrl-C stops everything)")
            return
        if not supervisor.is_stopping:
            raise CommandError(f"The web server did not answer within {START_SECONDS:.0f} seconds.")


def ask_for_page(host: str, port: int) -> None:
    """Raises unless the web server answers, whatever it says: ALLOWED_HOSTS may well forbid this very address.

    Not with urllib: that would ask the proxy of the company, which http_proxy names on many machines.
    """
    connection = HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    finally:
        connection.close()


def wait_for_redis(url: str, complaint: str, supervisor: Supervisor) -> None:
    """Raises CommandError after 10 seconds without an answer. "I am still loading" is one: much data takes minutes."""
    deadline = time.monotonic() + ANSWER_SECONDS
    is_loading = False
    while not supervisor.is_stopping:
        try:
            # The client's own patience would hide what the server says.
            once = Retry(NoBackoff(), 0)
            with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=once) as client:
                client.ping()
            return
        except redis.BusyLoadingError:
            if not is_loading:
                say("  valkey    reads its data from the disk …")
            is_loading, deadline = True, time.monotonic() + ANSWER_SECONDS
            time.sleep(0.2)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            if time.monotonic() > deadline:
                raise CommandError(f"{complaint}: {error}") from error
            time.sleep(0.05)
        except (redis.RedisError, ValueError) as error:  # ValueError: not a Redis URL
            raise CommandError(f"{complaint}: {error}") from error


def why_not_listening(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} on {host} is taken by another program. Choose another one: ./run up --port {port + 1}"
        case errno.EACCES:
            return f"Port {port} is for root alone. Choose one above 1023: ./run up --port 8000"
    return (
        f"This machine has no address {host} to listen on ({error.strerror}). For all it has: ./run up --host 0.0.0.0"
    )


def endpoint(host: str, port: int) -> str:
    """Where daphne listens. Its own backlog is 50: of 200 programs that connect at once, some were thrown out."""
    interface = host.strip("[]").replace(":", r"\:")
    return f"tcp:port={port}:interface={interface}:backlog={BACKLOG}"


def python_path() -> str:
    """daphne is started from any folder, so it must be told where the project is."""
    return str(Path(settings.BASE_DIR))


def at_least_one(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def number_of_workers(text: str) -> int:
    """0: other machines answer."""
    if not text.isdigit():
        raise ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def port_number(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)
