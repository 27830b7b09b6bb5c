"""What people choose when they make a key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inference.models import ApiKey, ModelEntry

MOST_KEYS = 50  # usable ones of one person
LIFETIMES = [
    ("", _("never")),
    ("7", _("in 7 days")),
    ("30", _("in 30 days")),
    ("90", _("in 90 days")),
    ("365", _("in a year")),
]


class KeyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What uses it: a program, a person, a machine."))
    expires = forms.ChoiceField(label=_("Expires"), choices=LIFETIMES, required=False)
    is_read_only = forms.BooleanField(
        label=_("Read only"), required=False, help_text=_("May list models, but not ask them anything.")
    )
    models = forms.ModelMultipleChoiceField(
        label=_("Only these models"),
        queryset=ModelEntry.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing chosen: every model that is offered, also those that come later."),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["models"].queryset = ModelEntry.objects.askable()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if ApiKey.objects.filter(user=self.user, revoked_at=None).count() >= MOST_KEYS:
            raise forms.ValidationError(
                _("You have %(count)s keys. Please revoke one that you do not use any more."),
                params={"count": MOST_KEYS},
            )
        return self.cleaned_data

    @property
    def expires_at(self) -> datetime | None:
        days = self.cleaned_data["expires"]
        return timezone.now() + timedelta(days=int(days)) if days else None
