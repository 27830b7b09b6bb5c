"""Celery's pool for answers: it shares its threads among the models, and leaves them behind when the worker stops."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from celery.concurrency.thread import TaskPool


class AnswerPool(TaskPool):
    """Answers under way end with the process; another worker goes on with them from the stream.

    An answer holds its thread while its model is loaded, which may take minutes. Lest one model take them all, each
    may hold half of what the others leave; then its queue is not read any more, and what waits there is free for
    other workers.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: Counter[str] = Counter()  # threads by queue
        self._lock = threading.Lock()
        self._consumer: Any = None
        self._queues_of_models: Callable[[], Iterable[str]] = tuple

    def share_fairly(self, consumer: Any, queues_of_models: Callable[[], Iterable[str]]) -> None:
        """From now on. `queues_of_models` tells which queues are shared at present; others are left alone."""
        self._consumer, self._queues_of_models = consumer, queues_of_models

    def on_apply(self, target: Any, args: Any = None, *others: Any, **options: Any) -> Any:
        result = super().on_apply(target, args, *others, **options)
        queue = args[2]["delivery_info"]["routing_key"]  # of the request, as Celery's trace takes it
        with self._lock:
            self._held[queue] += 1
        result.f.add_done_callback(lambda _future: self._release(queue))
        self._open_and_close_queues()
        return result

    def allowance(self, queue: str, queues: list[str]) -> int:
        """How many threads the answers from this queue may hold now."""
        if len(queues) < 2:
            return int(self.limit)
        held_by_others = sum(self._held.values()) - self._held[queue]
        return max(1, (self.limit - held_by_others) // 2)

    def _release(self, queue: str) -> None:
        with self._lock:
            self._held[queue] -= 1
        self.review()

    def review(self) -> None:
        """Soon, by Celery's own thread, which alone touches queues. Asked for regularly too: while Celery connects
        again, an occasion may be missed."""
        if self._consumer is not None:
            self._consumer.hub.call_soon(self._open_and_close_queues)

    def _open_and_close_queues(self) -> None:
        if self._consumer is None or self._consumer.task_consumer is None:  # starting, or connecting again
            return
        queues = list(self._queues_of_models())
        for queue in queues:
            with self._lock:
                may_have_more = self._held[queue] < self.allowance(queue, queues)
            if may_have_more != self._consumer.task_consumer.consuming_from(queue):
                (self._consumer.add_task_queue if may_have_more else self._consumer.cancel_task_queue)(queue)

    def terminate_job(self, pid: int, signal: Any = None) -> None:
        """A thread cannot be killed. Celery's own pool raises here, and the worker never hears that it should end."""

    def on_stop(self) -> None:
        self.executor.shutdown(wait=False, cancel_futures=True)
