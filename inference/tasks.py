"""Doors for Celery, not rooms: each task calls one function."""

from __future__ import annotations

from celery import shared_task

from inference import run
from inference.dispatch import TASK


@shared_task(name=TASK)
def run_generation(generation_id: str, attempt: int) -> None:
    run.answer(generation_id, attempt)
