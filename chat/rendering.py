"""One message as HTML outside a page: for polling and for the answers to htmx."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from redis import RedisError

from chat.markdown import MarkdownStream
from chat.models import Message
from inference.stream import read_shown


def message_html(message: Message, request: HttpRequest) -> SafeString:
    """The same markup as in the page; an active reply shows what is written so far."""
    context: dict[str, Any] = {"message": message.load_versions()}
    if message.is_active:
        written = MarkdownStream()
        with suppress(RedisError, OSError):  # then the page shows it later: polling goes on
            written.feed(read_shown(message.generation_id).text)
        context |= {"closed": written.take_closed(), "open": written.open()}
    return render_to_string("chat/_message.html", context, request)
