"""Keeps lines out of the log that frighten and mean nothing; what is an error stays."""

from __future__ import annotations

import logging


class Calm(logging.Filter):
    """For the handler of the terminal."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("kombu") and str(record.msg).startswith("Requeuing undeliverable message"):
            return False  # a worker that stops hands its messages back to the queue, as it should
        if record.name == "daphne.server" and "took too long to shut down" in str(record.msg):
            told = record.getMessage()
            return "uri=/healthz " not in told and "uri=/readyz " not in told  # who asked had stopped waiting
        return True
