"""A model's live state in words: the same ones in the picker, the administration and the terminal."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inference.models import ModelEntry
from inference.services import ModelState

STATES = {
    "ready": gettext_lazy("Ready"),
    "idle": gettext_lazy("Loads with the first question"),
    "loading": gettext_lazy("Loading"),
    "offline": gettext_lazy("Offline"),
    "disabled": gettext_lazy("Not offered"),
}


def state_words(state: ModelState) -> str:
    """With the reason, where it tells more than the state."""
    if state.state == "idle" and state.entry.runner.backend == ModelEntry.Backend.REMOTE:
        return state.reason  # nothing of it is loaded here
    word = str(STATES.get(state.state, state.state))
    if state.state == "loading":
        word = f"{word} {state.fraction:.0%}"
    if not state.reason or state.state == "idle":
        return word
    return _("%(state)s: %(reason)s") % {"state": word, "reason": state.reason}
