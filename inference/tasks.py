"""Doors for Celery, not rooms: each task calls one function."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from inference import embedding, embedding_work, run
from inference.dispatch import TASK


@shared_task(name=TASK)
def run_generation(generation_id: str, attempt: int) -> None:
    run.answer(generation_id, attempt)


@shared_task(name=embedding.TASK)
def embed(**asked: Any) -> None:
    embedding_work.compute(**asked)
