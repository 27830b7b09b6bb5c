"""The administrator named by ADMIN_USERNAME and ADMIN_PASSWORD, made once when the site starts."""

from __future__ import annotations

import logging

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError

from fastchat_site.accounts.models import User

log = logging.getLogger(__name__)


def has_administrator() -> bool:
    return User.objects.filter(is_superuser=True, is_active=True).exists()


def ensure_first_admin(username: str, password: str) -> bool:
    """True if the administrator was made now. An existing account is never changed: neither its password nor
    its rights, since with open sign-up anybody may have taken the name before.

    Raises ImproperlyConfigured with one sentence when the name or the password cannot be used.
    """
    existing = User.objects.filter(username__iexact=username).first()
    if existing:
        if not existing.is_superuser:
            log.warning("ADMIN_USERNAME=%s is an ordinary account; it was left as it is", username)
        return False
    user = User(username=User.normalize_username(username), is_staff=True, is_superuser=True)
    if not password:
        raise ImproperlyConfigured("ADMIN_USERNAME is set but ADMIN_PASSWORD is empty; set both, or neither.")
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise ImproperlyConfigured(f"ADMIN_USERNAME cannot be used: {' '.join(error.messages)}") from error
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ImproperlyConfigured(f"ADMIN_PASSWORD is too weak: {' '.join(error.messages)}") from error
    user.set_password(password)
    user.save()
    return True
