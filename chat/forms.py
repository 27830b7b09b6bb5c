"""What people may send besides a message: the chat's settings and a new title."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chat.models import Conversation
from inference.models import ModelEntry

SLIDERS = ("temperature", "top_p", "max_tokens")
LONGEST = 4096  # the right end of the length slider: "no limit"


class SettingsForm(forms.Form):
    """The sliders of one chat. Only what differs from the model's defaults is kept."""

    temperature = forms.FloatField(min_value=0, max_value=2, required=False)
    top_p = forms.FloatField(min_value=0.05, max_value=1, required=False)
    max_tokens = forms.IntegerField(min_value=1, max_value=100_000, required=False)

    def changes(self, entry: ModelEntry) -> dict[str, Any]:
        defaults = entry.sampling()
        chosen = {name: self.cleaned_data.get(name) for name in SLIDERS}
        if chosen["max_tokens"] is not None and chosen["max_tokens"] >= LONGEST and defaults.max_tokens is None:
            chosen["max_tokens"] = None
        return {name: value for name, value in chosen.items() if value is not None and value != getattr(defaults, name)}


class RenameForm(forms.ModelForm):
    class Meta:
        model = Conversation
        fields = ["title"]
        labels = {"title": _("Title")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = True
