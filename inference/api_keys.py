"""Keys for programs, and limits: who asks through the API, what the key may do, and how much of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from inference.models import ModelEntry

PREFIX = "sk-fc-"
RANDOM_BYTES = 32
SHOWN_CHARACTERS = len(PREFIX) + 6  # enough to tell one's keys apart, far too little to guess the rest
NOTE_USE_EVERY = timedelta(minutes=1)
REQUESTER = "key:"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def find(self, token: str) -> ApiKey | None:
        """The key with its user, whatever its state. Looked up by digest: the token itself is kept nowhere."""
        return self.select_related("user").filter(digest=digest_of(token)).first()


class ApiKey(models.Model):
    """Lets a program ask in the name of its user. Never deleted, only revoked, so that its usage keeps its name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("What uses it: a program, a person, a machine."))
    prefix = models.CharField(_("beginning"), max_length=SHOWN_CHARACTERS, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256: 256 random bits need no salt
    is_restricted = models.BooleanField(
        _("only chosen models"),
        default=False,
        help_text=_("Otherwise every model that is offered, also those that come later."),
    )
    allowed_models = models.ManyToManyField("inference.ModelEntry", blank=True, verbose_name=_("models"))
    is_read_only = models.BooleanField(
        _("read only"), default=False, help_text=_("May list models, but not ask them anything.")
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @classmethod
    def issue(
        cls,
        user: Any,
        name: str,
        *,
        expires_at: datetime | None = None,
        is_read_only: bool = False,
        only_models: Iterable[ModelEntry] | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its token, which nobody can read again afterwards. only_models None: every model.

        Call inside a transaction, or a key may come to be without its restriction.
        """
        token = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
        key = cls.objects.create(
            user=user,
            name=name,
            prefix=token[:SHOWN_CHARACTERS],
            digest=digest_of(token),
            expires_at=expires_at,
            is_read_only=is_read_only,
            is_restricted=only_models is not None,
        )
        key.allowed_models.set(only_models or [])
        return key, token

    @property
    def requester(self) -> str:
        """Whom inference charges."""
        return f"{REQUESTER}{self.pk}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and not self.is_expired and self.user.is_active

    def allows(self, entry: ModelEntry) -> bool:
        return not self.is_restricted or self.allowed_models.filter(pk=entry.pk).exists()

    def revoke(self) -> bool:
        """For ever. False when it was revoked before."""
        now = timezone.now()
        rows = ApiKey.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now)
        if rows:
            self.revoked_at = now
        return bool(rows)

    def note_use(self) -> None:
        """At most one write a minute, however busy the key is."""
        now = timezone.now()
        if self.last_used_at and self.last_used_at > now - NOTE_USE_EVERY:
            return
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTE_USE_EVERY)
        ApiKey.objects.filter(stale, pk=self.pk).update(last_used_at=now)


class LimitQuerySet(models.QuerySet["Limit"]):
    def that_apply(self, *, key_id: int | None, user_id: int | None, model_id: int) -> LimitQuerySet:
        """Rows whose every named field fits. A row that names neither user, key nor model is one of each API key."""
        fits = Q(user=None) | Q(user=user_id) if user_id else Q(user=None)
        fits &= Q(key=None) | Q(key=key_id) if key_id else Q(key=None)
        fits &= Q(model=None) | Q(model=model_id)
        if not key_id:
            fits &= ~Q(user=None, key=None, model=None)
        return self.filter(fits).order_by("pk")


class Limit(models.Model):
    """How much may be asked: by one user, by one key, of one model, of one model by one of them, or by each key."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("user")
    )
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("API key"))
    model = models.ForeignKey(
        "inference.ModelEntry", on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("model")
    )
    requests_per_minute = models.PositiveIntegerField(_("requests per minute"), null=True, blank=True)
    tokens_per_day = models.PositiveBigIntegerField(
        _("tokens per day"),
        null=True,
        blank=True,
        help_text=_("Of questions and answers together. Looked at before an answer, counted when it has ended."),
    )

    objects = LimitQuerySet.as_manager()

    class Meta:
        verbose_name = _("limit")
        verbose_name_plural = _("limits")
        constraints = [
            models.CheckConstraint(
                name="limit_names_user_or_key",
                condition=Q(user__isnull=True) | Q(key__isnull=True),
                violation_error_message=_("Choose a user or a key, not both: a key belongs to its user anyway."),
            ),
            models.CheckConstraint(
                name="limit_limits_something",
                # Without "is not null" a comparison with NULL is neither true nor false, and passes.
                condition=Q(requests_per_minute__isnull=False, requests_per_minute__gte=1)
                | Q(tokens_per_day__isnull=False, tokens_per_day__gte=1),
                violation_error_message=_("Give at least one number above 0."),
            ),
        ]

    def __str__(self) -> str:
        named = [str(part) for part in (self.user, self.key, self.model) if part]
        return " · ".join(named) or str(_("each API key"))


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
