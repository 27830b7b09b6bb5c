"""The account of a person, and the throttle that slows down guessing."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import F
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class AccountManager(UserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        """Capital letters make no difference when logging in."""
        return self.get(username__iexact=username)


class User(AbstractUser):
    """A person. With SIGNUP=approval a new account is inactive and waits until an administrator approves it."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("Same as my device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    # One field: family and given name in the order in which their owner writes them.
    name = models.CharField(_("name"), max_length=120, blank=True)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Empty follows the browser."),
    )
    theme = models.CharField(_("appearance"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    is_waiting = models.BooleanField(
        _("waits for approval"), default=False, help_text=_("Registered, and no administrator has approved it yet.")
    )

    objects = AccountManager()  # type: ignore[misc]

    class Meta(AbstractUser.Meta):
        constraints = [
            # "Alice" must not be able to pass for "alice"; Upper is also the index of the look-up at log-in.
            models.UniqueConstraint(
                Upper("username"),
                name="username_unique_in_any_case",
                violation_error_message=_("A user with that username already exists."),
            )
        ]

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.username

    @property
    def is_last_administrator(self) -> bool:
        others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=self.pk)
        return self.is_superuser and not others.exists()

    def approve(self) -> bool:
        """Lets a waiting account in; False when it did not wait (any more)."""
        changes = {"is_active": True, "is_waiting": False}
        if not User.objects.filter(pk=self.pk, is_waiting=True).update(**changes):
            return False
        self.is_active, self.is_waiting = True, False
        return True

    def delete_sessions(self) -> None:
        """Their content is encoded, so the rows are read one by one; this happens once in an account's life."""
        for session in Session.objects.iterator():
            if session.get_decoded().get(SESSION_KEY) == str(self.pk):
                session.delete()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """With everything that belongs to the person (the other apps' rows cascade)."""
        self.delete_sessions()
        return super().delete(*args, **kwargs)


class ThrottleQuerySet(models.QuerySet["Throttle"]):
    def spend(self, what: str, *who: str, limit: int, period: timedelta) -> int:
        """Counts one attempt. Returns 0 if it is allowed, else the seconds to wait.

        The count is one conditional UPDATE made before the password is looked at, so a hundred
        guesses at the same moment count as a hundred.
        """
        key, now = key_of(what, *who), timezone.now()
        while True:
            window = self.filter(key=key, ends_at__gt=now)
            if window.filter(count__lt=limit).update(count=F("count") + 1):
                return 0
            if full := window.filter(count__gte=limit).first():  # another may have begun it just now
                return max(1, math.ceil((full.ends_at - now).total_seconds()))
            self.filter(ends_at__lte=now).delete()  # this key's old window, and everybody else's
            self.bulk_create([self.model(key=key, ends_at=now + period)], ignore_conflicts=True)

    def refund(self, what: str, *who: str) -> None:
        """Gives back one attempt that turned out to be honest."""
        self.filter(key=key_of(what, *who), count__gt=0).update(count=F("count") - 1)

    def reset(self, what: str, *who: str) -> None:
        self.filter(key=key_of(what, *who)).delete()


class Throttle(models.Model):
    """How often somebody tried something in the current window; the key tells no name and no address."""

    key = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)  # the cleaning's question: which windows are over?

    objects = ThrottleQuerySet.as_manager()


def key_of(what: str, *who: str) -> str:
    return salted_hmac("accounts.throttle", "\0".join([what, *who]), algorithm="sha256").hexdigest()
