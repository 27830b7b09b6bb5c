"""What people may type about themselves; the names of the fields are fixed, tests and habits rely on them."""

from __future__ import annotations

import logging
import threading
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.backends import AllowAllUsersModelBackend
from django.contrib.auth.forms import (
    AuthenticationForm,
    PasswordChangeForm,
    PasswordResetForm,
    SetPasswordForm,
    UserCreationForm,
)
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from fastchat_site.accounts.models import User

log = logging.getLogger(__name__)


def language_choices() -> list[tuple[str, Any]]:
    """Each language in its own words, so that everybody finds theirs."""
    named = [(code, translation.get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]
    return [("", _("Same as my browser")), *named]


class WeakPasswordAtPassword:
    """A password that is refused is told where it was typed first, not where it was repeated."""

    def validate_password_for_user(self, user: Any, password_field_name: str = "password2", **kwargs: Any) -> None:
        first = password_field_name.removesuffix("2") + "1"
        super().validate_password_for_user(user, first, **kwargs)  # type: ignore[misc]


class SignUpForm(WeakPasswordAtPassword, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = _("Letters, digits and @ . + - _")
        self.fields["email"].required = False
        self.fields["email"].help_text = _("Optional; needed to reset a forgotten password.")
        self.fields["email"].widget.attrs["autocomplete"] = "email"


class LogInForm(AuthenticationForm):
    """Tells those who wait for approval so, but only to somebody who knows the password."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("Username and password do not match."),
        "inactive": _("This account is switched off."),
        "waiting": _("Your account waits for an administrator to approve it."),
    }

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username and password:
            # Django's usual backend hides inactive accounts; this one checks the password first, at the same cost.
            self.user_cache = AllowAllUsersModelBackend().authenticate(self.request, username, password)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.user_cache.backend = "django.contrib.auth.backends.ModelBackend"
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data

    def confirm_login_allowed(self, user: Any) -> None:
        if not user.is_active and user.is_waiting:
            raise forms.ValidationError(self.error_messages["waiting"], code="waiting")
        super().confirm_login_allowed(user)


class NewPasswordForm(WeakPasswordAtPassword, SetPasswordForm):
    """After a reset."""


class ChangePasswordForm(WeakPasswordAtPassword, PasswordChangeForm):
    """With the old one."""


class ResetForm(PasswordResetForm):
    def send_mail(
        self, subject_template_name: str, email_template_name: str, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> None:
        """In the reader's language, and behind the page's back: the answer must not take longer for a known address."""
        with translation.override(context["user"].language or translation.get_language()):
            subject = " ".join(render_to_string(subject_template_name, context).split())
            body = render_to_string(email_template_name, context)
        message = EmailMessage(subject, body, to=[context["user"].email])
        threading.Thread(target=_send, args=[message], name="password-reset-mail").start()


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except Exception:  # whatever a mail server may do: the person sees the same page, the log tells why
        log.exception("the password reset mail could not be sent; check EMAIL_HOST and its companions")


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name", "email", "language", "theme")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].help_text = ""  # the first choice says it
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]


class PreferencesForm(forms.Form):
    """Language and appearance, for people and guests alike; what is missing stays as it is."""

    language = forms.ChoiceField(choices=language_choices, required=False)
    theme = forms.ChoiceField(choices=User.Theme.choices, required=False)


class DeleteAccountForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("The password is not right."))
        return password

    def clean(self) -> dict[str, Any]:
        if self.user.is_last_administrator:
            raise forms.ValidationError(_("You are the only administrator. Appoint another one first."))
        return self.cleaned_data
