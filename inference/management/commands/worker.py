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
from inference import broker_channel, calm_shutdown
from inference.engine.model_memory import ModelMemory
from inference.management.worker_options import add_worker_options
from inference.worker import Worker, this_worker


class Command(BaseCommand):
    help = (
        "Runs a worker: it loads models and answers. It needs the same DATABASE_URL and REDIS_URL as the web process; "
        "without them it finds the database and the embedded Valkey of this folder. It notices new models by itself."
    )

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--models", default="", help="comma-separated short names; default: every offered model")
        add_worker_options(parser)
        parser.add_argument("--concurrency", type=int, default=64, help="answers under way at once (default 64)")

    def handle(self, *args: Any, **options: Any) -> None:
        worker = this_worker()
        worker.only_models = {slug.strip() for slug in options["models"].split(",") if slug.strip()}
        if missing := worker.only_models - {entry.slug for entry in worker.served_entries()}:
            raise CommandError(f"No offered local model has the short name {', '.join(sorted(missing))}.")
        worker.device, worker.dtype, worker.threads = options["device"], options["dtype"], options["threads"]
        worker.answer_memory = options["answer_memory"]
        if options["memory"]:
            worker.engines.memory = ModelMemory(options["memory"])
        celery_name = f"celery@{worker.name}"
        # SIGTERM and SIGQUIT end the worker at once and hand its messages back: answers under way are
        # continued from the stream by the next worker, so there is nothing to wait for.
        os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
        broker_channel.install()
        calm_shutdown.install()
        app.conf.worker_pool = "inference.thread_pool:AnswerPool"
        signals.worker_ready.connect(lambda sender, **_: begin(worker, sender, celery_name), weak=False)
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
        # Celery gave up, its lines above say why. Answers under way would keep a process alive that hears nothing more.
        worker.end()
        os._exit(1)


def begin(worker: Worker, consumer: Any, celery_name: str) -> None:
    """Celery has connected for the first time."""
    consumer.pool.share_fairly(consumer, worker.queues)
    worker.share_threads = consumer.pool.review
    worker.live(celery_name)
