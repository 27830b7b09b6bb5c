"""The one door of the API: a Bearer key. Every address under /v1/ that can do anything goes through here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from inference.api.errors import ApiError
from inference.api.threads import in_thread
from inference.api_keys import SHOWN_CHARACTERS, ApiKey

READING = ("GET", "HEAD")


class KeyAuthentication(HttpBearer):
    """Leaves the key in `request.auth`. Raises 401 without a good one, 403 when it may only read."""

    is_async = True

    async def __call__(self, request: HttpRequest) -> Any:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            sentence = (
                "You did not give an API key. Send it in the header Authorization: Bearer YOUR_KEY; "
                "you make keys on the page /accounts/api-keys/."
            )
            raise ApiError(sentence, status=401, code="missing_api_key")
        return await self.authenticate(request, token.strip())

    async def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        key = await in_thread(_used_key)(token)
        if key.is_read_only and request.method not in READING:
            raise ApiError("This API key may only read.", status=403, code="read_only_key")
        return key


def _used_key(token: str) -> ApiKey:
    key = ApiKey.objects.find(token)
    if key is None or not key.user.is_active:
        shown = f"{token[:SHOWN_CHARACTERS]}…" if len(token) > 2 * SHOWN_CHARACTERS else "it"
        raise ApiError(f"Incorrect API key provided: {shown} is not known here.", status=401, code="invalid_api_key")
    if not key.is_usable:
        why = "was revoked" if key.revoked_at else "has expired"
        raise ApiError(f"The API key {key.prefix}… {why}.", status=401, code="invalid_api_key")
    key.note_use()
    return key
