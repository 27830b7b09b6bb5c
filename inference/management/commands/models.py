"""`manage.py models`: what is offered, and who answers just now."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone, translation

from inference import lease, valkey
from inference.management.tables import table
from inference.models import ModelEntry
from inference.services import ModelState, states_of


class Command(BaseCommand):
    help = "Lists all models with their live state, and the workers that are running. --json for programs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            workers = lease.live_workers()
        except valkey.Away:
            workers = []
        with translation.override("en"):
            states = {state.entry.pk: state for state in states_of(ModelEntry.objects.askable())}
            entries = list(ModelEntry.objects.select_related("base"))
            models = [self._model(entry, states.get(entry.pk), workers) for entry in entries]
        slugs = {entry.queue: entry.slug for entry in entries if entry.runner == entry}
        running = [self._worker(worker, slugs) for worker in workers]
        if options["json"]:
            self.stdout.write(json.dumps({"models": models, "workers": running}, ensure_ascii=False, indent=2))
        else:
            self._print(models, running)

    def _model(self, entry: ModelEntry, state: ModelState | None, workers: list[lease.WorkerReport]) -> dict[str, Any]:
        serving = [worker for worker in workers if entry.queue in worker.queues]
        engines = [worker.engines[entry.queue] for worker in serving if entry.queue in worker.engines]
        return {
            "slug": entry.slug,
            "name": entry.name,
            "backend": entry.backend,
            "task": entry.task,
            "base": entry.base.slug if entry.base else None,
            "source": entry.source,
            "state": state.state if state else "disabled",
            "reason": state.reason if state else "Not offered.",
            "fraction": state.fraction if state else 0.0,
            "device": engines[0].device if engines else "",
            "dtype": engines[0].dtype if engines else "",
            "workers": [worker.name for worker in serving],
        }

    def _worker(self, worker: lease.WorkerReport, slugs: dict[str, str]) -> dict[str, Any]:
        return {
            "name": worker.name,
            "host": worker.host,
            "pid": worker.pid,
            "started_at": timezone.localtime(datetime.fromtimestamp(worker.started_at, UTC)).isoformat(" ", "seconds"),
            "up_seconds": round(time.time() - worker.started_at),
            "running": worker.running,
            "models": [slugs[queue] for queue in worker.queues if queue in slugs],
        }

    def _print(self, models: list[dict[str, Any]], workers: list[dict[str, Any]]) -> None:
        if not models:
            self.stdout.write("There is no model yet. Add one: ./run addmodel FOLDER")
        else:
            rows = [
                (
                    model["slug"],
                    model["name"],
                    _kind(model),
                    _state(model),
                    f"{model['device']} {model['dtype']}".strip(),
                )
                for model in models
            ]
            self.stdout.write(table(("SHORT NAME", "NAME", "KIND", "STATE", "DEVICE"), rows))
        self.stdout.write("")
        if not workers:
            self.stdout.write("No worker is running. Start one with ./run or ./run worker.")
            return
        rows = [
            (
                worker["name"],
                str(worker["pid"]),
                worker["started_at"],
                str(worker["running"]),
                ", ".join(worker["models"]),
            )
            for worker in workers
        ]
        self.stdout.write(table(("WORKER", "PID", "SINCE", "ANSWERING", "MODELS"), rows))


def _kind(model: dict[str, Any]) -> str:
    if model["base"]:
        return f"expert on {model['base']}"
    return f"{model['backend']}, {model['task']}" if model["task"] != "chat" else str(model["backend"])


def _state(model: dict[str, Any]) -> str:
    if model["state"] == "loading":
        return f"loading {model['fraction']:.0%} ({model['reason']})"
    if model["state"] == "idle" and model["backend"] == "remote":
        return f"idle: {model['reason']}"
    if model["state"] == "offline" or (model["state"] == "ready" and model["reason"]):
        return f"{model['state']}: {model['reason']}"
    return str(model["state"])
