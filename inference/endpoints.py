"""Servers of other people (or other machines) that answer for us, and the secret that opens them."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from inference.engine.remote_address import AddressRefused, check_address
from inference.engine.types import RemoteSpec
from inference.sentences import translated

# Whoever may name a variable and an address could send himself any secret of the worker: only names of keys pass.
VARIABLE = re.compile(r"^(?!SECRET_KEY$)[A-Z][A-Z0-9_]*(KEY|TOKEN)$")
HEADER = re.compile(r"^[A-Za-z0-9-]+$")
# What our own client must say itself, or what would let a header speak for another server.
OWN_HEADERS = {"host", "content-length", "content-type", "transfer-encoding", "connection", "accept"}


class Endpoint(models.Model):
    """An OpenAI-compatible server. Only administrators make one: whoever names an address makes our worker call it."""

    class Continuation(models.TextChoices):
        NONE = "", _("no: a broken-off answer fails with a sentence")
        PREFIX = "prefix", _("yes: it continues a last message of the assistant (llama.cpp, Ollama)")
        FLAG = "flag", _("yes, when asked by continue_final_message (vLLM, SGLang)")

    name = models.CharField(_("name"), max_length=120, unique=True)
    base_url = models.CharField(
        _("address"),
        max_length=500,
        help_text=_("Up to and with the version, for example https://api.openai.com/v1 or http://10.0.0.5:8000/v1."),
    )
    api_key_env = models.CharField(
        _("variable with the key"),
        max_length=100,
        blank=True,
        help_text=_("Name of an environment variable of the workers; it goes before a key that is kept here."),
    )
    encrypted_key = models.TextField(blank=True, editable=False)
    headers = models.JSONField(
        _("further headers"), default=dict, blank=True, help_text=_('For example {"OpenAI-Organization": "org-1"}.')
    )
    omitted_fields = models.CharField(
        _("fields it does not take"),
        max_length=200,
        blank=True,
        help_text=_("Separated by commas, for example: seed, stream_options."),
    )
    continuation = models.CharField(
        _("can go on with a broken-off answer"),
        max_length=10,
        blank=True,
        choices=Continuation.choices,
        default=Continuation.NONE,
    )
    connect_seconds = models.FloatField(
        _("seconds to connect"), default=10, validators=[MinValueValidator(0.1), MaxValueValidator(300)]
    )
    read_seconds = models.FloatField(
        _("seconds between two words"),
        default=120,
        validators=[MinValueValidator(0.1), MaxValueValidator(3600)],
        help_text=_("The first word may take longer than others: a large model reads the question first."),
    )

    class Meta:
        verbose_name = _("remote server")
        verbose_name_plural = _("remote servers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            check_address(self.base_url, settings.ALLOW_PRIVATE_ENDPOINTS)
        except AddressRefused as error:
            raise ValidationError({"base_url": translated(str(error))}) from error
        if self.api_key_env and not VARIABLE.fullmatch(self.api_key_env):
            hint = _("The variable must be named like OPENAI_API_KEY: capital letters, and KEY or TOKEN at the end.")
            raise ValidationError({"api_key_env": hint})
        fault = _fault_of_headers(self.headers)
        if fault:
            raise ValidationError({"headers": fault})

    def set_key(self, key: str) -> None:
        """Keeps it encrypted with a key made from SECRET_KEY; an empty one forgets it. Not saved yet."""
        self.encrypted_key = _box().encrypt(key.encode()).decode() if key else ""

    @property
    def spec(self) -> RemoteSpec:
        """For the worker, with the secret: never show it."""
        key, fault = self._secret()
        return RemoteSpec(
            base_url=self.base_url.rstrip("/"),
            key=key,
            key_fault=fault,
            headers=tuple(sorted((str(name), str(value)) for name, value in (self.headers or {}).items())),
            omitted_fields=tuple(part.strip() for part in self.omitted_fields.split(",") if part.strip()),
            continuation=self.continuation,
            connect_seconds=self.connect_seconds,
            read_seconds=self.read_seconds,
            allow_private=settings.ALLOW_PRIVATE_ENDPOINTS,
        )

    def _secret(self) -> tuple[str, str]:
        """(key, why there is none although there should be)."""
        if self.api_key_env:
            # Not a setting of the site: the administrator names the variable, and each worker has its own.
            value = os.environ.get(self.api_key_env, "").strip()
            if value or not self.encrypted_key:
                missing = "" if value else f"The variable {self.api_key_env} is not set on the worker."
                return value, missing
        if not self.encrypted_key:
            return "", ""
        try:
            return _box().decrypt(self.encrypted_key.encode()).decode(), ""
        except InvalidToken:
            return "", "The key of the remote server cannot be read any more, because SECRET_KEY has changed."


def _box() -> Fernet:
    # A password would need a slow derivation; SECRET_KEY is random and long, so one hash separates the uses.
    material = hashlib.sha256(b"inference.endpoints key\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(material))


def _fault_of_headers(headers: Any) -> str:
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        return _now("Headers are a JSON object of texts: %(example)s") % {"example": json.dumps({"X-Name": "value"})}
    for name, value in headers.items():
        if not HEADER.fullmatch(name) or name.lower() in OWN_HEADERS or not value.isprintable() or not value.isascii():
            return _now("The header %(name)s cannot be sent.") % {"name": name}
    return ""
