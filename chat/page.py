"""Everything the chat page shows around the messages: the models, the one chosen, its sliders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from chat.forms import LONGEST
from chat.models import Conversation
from chat.owners import Owner
from chat.suggestions import suggestions
from inference.models import ModelEntry
from inference.services import ModelState, offered_models


@dataclass(frozen=True, slots=True)
class Slider:
    """One sampling parameter as people see it, with one sentence that a colleague understands."""

    name: str
    label: Any
    help: Any
    bounds: tuple[float, float, float]  # low, high, step
    value: float
    default: float
    is_unlimited_at_end: bool = False

    @property
    def is_unlimited(self) -> bool:
        return self.is_unlimited_at_end and self.value >= self.bounds[1]


def sliders(entry: ModelEntry, params: dict[str, Any]) -> list[Slider]:
    defaults = entry.sampling()
    # A default without a limit stands at the right end.
    longest = max(LONGEST, params.get("max_tokens") or 0, defaults.max_tokens or 0)
    default_length = defaults.max_tokens or longest
    return [
        Slider(
            name="temperature",
            label=_("Temperature"),
            help=_("Low: sober, and nearly the same answer every time. High: more varied and more daring."),
            bounds=(0, 2, 0.05),
            value=params.get("temperature", defaults.temperature),
            default=defaults.temperature,
        ),
        Slider(
            name="top_p",
            label=_("Top-p"),
            help=_("The model chooses each word only among the likeliest ones that together reach this share."),
            bounds=(0.05, 1, 0.05),
            value=params.get("top_p", defaults.top_p),
            default=defaults.top_p,
        ),
        Slider(
            name="max_tokens",
            label=_("Longest answer"),
            help=_("In tokens: one is about three quarters of an English word, or one Chinese character."),
            bounds=(8, longest, 8),
            value=params.get("max_tokens", default_length),
            default=default_length,
            is_unlimited_at_end=defaults.max_tokens is None,
        ),
    ]


def controls(owner: Owner, conversation: Conversation | None = None, slug: str = "") -> dict[str, Any]:
    """The picker and the sliders for a conversation, or for the one about to begin with the model `slug`."""
    states = offered_models()
    state = _chosen(states, owner, conversation, slug)
    params = conversation.params if conversation else {}
    return {
        "conversation": conversation,
        "states": states,
        "groups": _groups(states),
        "state": state,
        "entry": state.entry if state else None,
        "sliders": sliders(state.entry, params) if state else [],
        "has_own_settings": bool(params),
    }


def chat_page(
    owner: Owner, conversation: Conversation | None = None, *, slug: str = "", text: str = "", error: str = ""
) -> dict[str, Any]:
    thread = conversation.thread() if conversation else []
    return {
        **controls(owner, conversation, slug),
        "thread": thread,
        "is_answering": any(message.is_active for message in thread),
        "suggestions": suggestions(),
        "text": text,
        "error": error,
    }


def _chosen(states: list[ModelState], owner: Owner, conversation: Conversation | None, slug: str) -> ModelState | None:
    """The asked-for model; else the conversation's; else the one used last; else the first that can answer."""
    if conversation is not None and not slug:
        found = next((state for state in states if state.entry.pk == conversation.model_id), None)
        return found or ModelState(conversation.model, "offline", str(_("This model is no longer offered.")))
    if slug:
        found = next((state for state in states if state.entry.slug == slug), None)
        if found:
            return found
    last = Conversation.objects.owned_by(owner).in_chat().newest_first().values_list("model_id", flat=True).first()
    able = [state for state in states if state.state != "offline"] or states
    return next((state for state in able if state.entry.pk == last), able[0] if able else None)


def _groups(states: list[ModelState]) -> list[tuple[Any, list[ModelState]]]:
    experts = [state for state in states if state.entry.backend == ModelEntry.Backend.EXPERT]
    models = [state for state in states if state.entry.backend != ModelEntry.Backend.EXPERT]
    return [group for group in ((_("Models"), models), (_("Experts"), experts)) if group[1]]
