"""What the templates need beyond Django's own tags: icons, Markdown, the sidebar."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chat import markdown as markdown_renderer
from chat.history import history_page
from chat.owners import owner_of

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=256)  # a page draws the same few again and again
def icon(name: str, css: str = "") -> SafeString:
    """A drawing from static/img/icons.svg; decoration only, the words are on the button."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>', css, static("img/icons.svg"), name
    )


@register.filter
def markdown(text: str) -> SafeString:
    return markdown_renderer.render(text)


@register.inclusion_tag("chat/_sidebar.html", takes_context=True)
def sidebar(context: dict[str, Any]) -> dict[str, Any]:
    """The navigation with the newest conversations; any page may show it."""
    request = context["request"]
    match = request.resolver_match
    return {
        "request": request,
        "user": request.user,
        "csrf_token": context.get("csrf_token"),
        "current": context.get("current") or (str(match.kwargs.get("pk", "")) if match else ""),
        "history": history_page(owner_of(request)),
    }
