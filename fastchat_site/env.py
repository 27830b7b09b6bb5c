"""Strict readers of the environment: a value that makes no sense stops the start with one sentence."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def env_str(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_bool(name: str, default: bool = False) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE:
        return True
    if value.strip().lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither on nor off; write 1 or 0")


def env_int(name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
    value = env_str(name)
    if not value:
        return default
    if not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name}={value!r} must be a whole number from {low} to {high}")
    return int(value)


def env_list(name: str, default: list[str] | None = None) -> list[str]:
    value = env_str(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else list(default or [])


def env_choice(name: str, choices: tuple[str, ...], default: str) -> str:
    value = env_str(name, default) or default
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r} must be one of: {', '.join(choices)}")
    return value


def env_database(name: str, sqlite: Path) -> dict[str, Any]:
    """The URL, taken apart; without one a file. Its path never becomes a URL: a # or % in it would name another."""
    if not (url := env_str(name)):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(sqlite)}
    try:
        return dict(dj_database_url.parse(url))
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(f"{name} must look like postgres://user:password@host:5432/name") from error


def env_time_zone(name: str, default: str) -> str:
    value = env_str(name, default) or default
    if value.startswith((":", "/")):  # some systems set TZ=:/etc/localtime for everybody
        return default
    try:
        ZoneInfo(value)
    except (ValueError, LookupError, OSError) as error:
        raise ImproperlyConfigured(f"{name}={value!r} must be a time zone such as Asia/Taipei or UTC") from error
    return value


def kept_secret(path: Path) -> str:
    """A random secret that is made once and kept in a file only its owner can read."""
    try:
        return path.read_text().strip()
    except OSError:
        pass  # not there yet, or not readable: the next lines make it or say why they cannot
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # linking is atomic: whoever is first wins, nobody reads half a secret
            os.link(draft, path)
        draft.unlink()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {path.parent} cannot be written ({error.strerror}). "
            "Set DATA_DIR to a folder that this user may write."
        ) from error
    return path.read_text().strip()
