"""`manage.py worker`: answers questions until it is told to stop; run as many as you like, on any machine."""

from __future__ import annotations

import os
import warnings
from typing import Any

from celery import signals
from celery.exceptions import CPendingDeprecationWarning
from celery.platforms import SecurityWarning
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fastchat_site.celery import app
from inference.worker import this_worker


class Command(BaseCommand):
    help = (
        "Runs a worker: it loads models and answers. It needs the same DATABASE_URL and REDIS_URL as the web process; "
        "without them it finds the database and the embedded Valkey of this folder. It notices new models by itself."
    )

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--models", default="", help="comma-separated short names; default: every offered model")
        parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda", "mps", "xpu"])
        parser.add_argument("--dtype", default="auto", choices=["auto", "float32", "bfloat16", "float16"])
        parser.add_argument("--threads", type=int, help="CPU threads for each model; default: all cores")
        parser.add_argument("--concurrency", type=int, default=64, help="answers under way at once (default 64)")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = this_worker()
        worker.only_models = {slug.strip() for slug in options["models"].split(",") if slug.strip()}
        if missing := worker.only_models - {entry.slug for entry in worker.served_entries()}:
            raise CommandError(f"No offered local model has the short name {', '.join(sorted(missing))}.")
        worker.device, worker.dtype, worker.threads = options["device"], options["dtype"], options["threads"]
        celery_name = f"celery@{worker.name}"
        # SIGTERM and SIGQUIT end the worker at once and hand its messages back: answers under way are
        # continued from the stream by the next worker, so there is nothing to wait for.
        os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
        app.conf.worker_pool = "inference.thread_pool:AnswerPool"
        signals.worker_ready.connect(lambda **_: worker.live(celery_name), weak=False)
        signals.worker_shutting_down.connect(lambda **_: worker.end(), weak=False)
        warnings.filterwarnings("ignore", category=SecurityWarning)  # root: tasks travel as JSON, never as pickles
        warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)  # the setting is made on purpose
        try:
            app.worker_main(
                [
                    "--quiet",
                    "worker",
                    f"--concurrency={options['concurrency']}",
                    f"--hostname={celery_name}",
                    "--queues=chores",
                    "--without-mingle",
                    "--without-gossip",
                    "--loglevel=WARNING",
                ]
            )
        finally:
            if worker.is_ending:
                os._exit(0)  # Python would wait for the threads of answers that others already go on with
