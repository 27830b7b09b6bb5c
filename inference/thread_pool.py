"""Celery's pool for answers: threads that a stopping worker leaves behind instead of waiting for them."""

from __future__ import annotations

from typing import Any

from celery.concurrency.thread import TaskPool


class AnswerPool(TaskPool):
    """Answers under way end with the process; another worker goes on with them from the stream."""

    def terminate_job(self, pid: int, signal: Any = None) -> None:
        """A thread cannot be killed. Celery's own pool raises here, and the worker never hears that it should end."""

    def on_stop(self) -> None:
        self.executor.shutdown(wait=False, cancel_futures=True)
