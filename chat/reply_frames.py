"""Turns the events of a running reply into HTML fragments that htmx swaps by id.

The first frame replaces everything; later ones append the blocks that are complete and replace only the
block that still grows. Knows no socket and no database.
"""

from __future__ import annotations

from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat.markdown import MarkdownStream
from inference.events import Delta, Event, Status
from inference.sentences import translated


class ReplyFrames:
    """One for each connection."""

    def __init__(self, message_id: Any) -> None:
        self.message_id = message_id
        self._markdown = MarkdownStream()
        self._is_first = True
        self._has_text = False
        self._status = _("Waiting for the model…")

    def render(self, events: list[Event]) -> str:
        """The fragments that bring the page up to date after these events."""
        has_text = False
        status = self._status
        for event in events:
            if isinstance(event, Delta):
                self._markdown.feed(event.text)
                has_text, status = True, ""
                self._has_text = True
            elif isinstance(event, Status) and event.state == "online" and self._has_text:
                status = ""
            elif isinstance(event, Status):
                status = _sentence(event)
        html = ""
        if has_text or self._is_first:
            closed, swap = self._markdown.take_closed(), "innerHTML" if self._is_first else "beforeend"
            if closed or self._is_first:
                html += f'<div id="closed-{self.message_id}" hx-swap-oob="{swap}">{closed}</div>'
            html += f'<div id="open-{self.message_id}" hx-swap-oob="innerHTML">{self._markdown.open()}</div>'
        if status != self._status or self._is_first:
            self._status = status
            html += f'<p id="status-{self.message_id}" hx-swap-oob="innerHTML">{escape(status)}</p>'
        self._is_first = False
        return html


def _sentence(status: Status) -> str:
    match status.state:
        case "loading":
            return _("Loading the model: %(stage)s, %(percent)s %%") % {
                "stage": translated(status.detail),
                "percent": round(status.fraction * 100),
            }
        case "queued" if status.detail == "0":
            return _("Waiting: yours is the next answer to begin.")
        case "queued":
            ahead = int(status.detail)
            return ngettext(
                "Waiting: %(count)s answer is ahead of yours.", "Waiting: %(count)s answers are ahead of yours.", ahead
            ) % {"count": ahead}
        case "continuing":
            return _("The worker was lost; another one goes on with the answer…")
        case "offline":
            return _("The message broker is away; the answer appears by itself when it is back.")
        case "full":
            return _("The server has no room left on its disk or in memory; it goes on when there is some.")
        case "saving":
            return _("The answer is complete; the database cannot save it yet, trying again…")
    return _("Waiting for the model…")
