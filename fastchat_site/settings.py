"""Every setting, and the only place that reads the environment. No variable is required."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from fastchat_site.env import (
    env_bool,
    env_choice,
    env_database,
    env_int,
    env_list,
    env_str,
    env_time_zone,
    kept_secret,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env_str("DATA_DIR") or BASE_DIR / "var").expanduser().resolve()

# --- the site -------------------------------------------------------------------------------------------------------

DEBUG = env_bool("DEBUG")
SECRET_KEY = env_str("SECRET_KEY") or kept_secret(DATA_DIR / "secret_key")
HOST = env_str("HOST", "127.0.0.1") or "127.0.0.1"
PORT = env_int("PORT", 8000, low=1, high=65535)
# "*" lets a colleague's browser on the intranet in by any name or address; the origin of every form and
# websocket is still checked against the host it came to.
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ["*"])
SITE_URL = env_str("SITE_URL").rstrip("/")  # for links in e-mails; the Host header of a request could be forged
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
SIGNUP = env_choice("SIGNUP", ("open", "approval", "closed"), "open")
GUEST_CHAT = env_bool("GUEST_CHAT")
ADMIN_USERNAME = env_str("ADMIN_USERNAME")
ADMIN_PASSWORD = os.environ.get("ADMIN_PASSWORD", "")
VERSION = (BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8").split("## ", 1)[1].split()[0]

ROOT_URLCONF = "fastchat_site.urls"
ASGI_APPLICATION = "fastchat_site.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "daphne",
    "fastchat_site.accounts",
    "inference",
    "chat",
    "arena",
    "arena.evaluation",
    "fastchat_site",
    "channels",
    "django_htmx",
    "ninja",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "fastchat_site.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "fastchat_site.accounts.middleware.PreferencesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "fastchat_site.middleware.DatabaseAwayMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "fastchat_site.context_processors.site",
            ],
        },
    }
]

# --- accounts -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Sessions live in the database for 90 days and slide with use: nobody is told that a session was idle too long.
SESSION_COOKIE_AGE = 90 * 24 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# The proxy must set X-Forwarded-For and X-Forwarded-Proto itself: the log-in throttle believes them.
BEHIND_PROXY = env_bool("BEHIND_PROXY")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env_bool("HTTPS")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("HTTPS") else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

EMAIL_HOST = env_str("EMAIL_HOST")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS")
DEFAULT_FROM_EMAIL = env_str("EMAIL_FROM", "chat@localhost")

# --- what is kept where ---------------------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    # Measured: without IMMEDIATE and WAL most concurrent writes end in "database is locked".
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=20000;PRAGMA temp_store=MEMORY;"
        "PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-20000;"
    ),
}
DATABASES = {"default": env_database("DATABASE_URL", DATA_DIR / "db.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    DATABASES["default"]["CONN_MAX_AGE"] = 600  # threads last (fastchat_site/handler.py): opening takes milliseconds
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Under ASGI every request may run in another thread, so connections are pooled, not kept per thread.
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 16}

VALKEY_DIR = DATA_DIR / "valkey"
VALKEY_URL_FILE = VALKEY_DIR / "url"  # where a running `./run` tells other commands its embedded server


def _redis_url() -> str:
    if url := env_str("REDIS_URL"):
        return url
    return VALKEY_URL_FILE.read_text().strip() if VALKEY_URL_FILE.exists() else "redis://127.0.0.1:6379/0"


REDIS_URL = _redis_url()
EMBEDDED_VALKEY = not env_str("REDIS_URL")

# --- tasks ----------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True  # a Valkey without room refuses in mid-sentence; it recovers
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A claim in the database, not redelivery, decides who answers (inference/lease.py); a short timeout
    # would start running answers a second time.
    "visibility_timeout": 24 * 3600,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "chores"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False

# --- limits ---------------------------------------------------------------------------------------------------------

MAX_MESSAGE_CHARACTERS = env_int("MAX_MESSAGE_CHARACTERS", 100_000, low=1)
MAX_ACTIVE_GENERATIONS = env_int("MAX_ACTIVE_GENERATIONS", 8, low=1)  # per requester
BATTLES_PER_MINUTE = env_int("BATTLES_PER_MINUTE", 20, low=1)  # per person
RATED_VOTES_PER_DAY = env_int("RATED_VOTES_PER_DAY", 200, low=1)  # per person; those beyond are kept, not rated
ALLOW_PRIVATE_ENDPOINTS = env_bool("ALLOW_PRIVATE_ENDPOINTS")
CURRENCY = env_str("CURRENCY") or "USD"  # of the models' prices
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- languages and files --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hant", _("Traditional Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "fastchat_site.formats"  # of dates: one style for each language
TIME_ZONE = env_time_zone("TZ", "Asia/Taipei")

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # files are served straight from the packages: there is no collect step
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# --- log ------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"calm": {"()": "fastchat_site.calm_log.Calm"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s", "datefmt": "%H:%M:%S"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["calm"]}},
    "root": {"handlers": ["console"], "level": env_choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING"), "INFO")},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}

TESTING = "pytest" in sys.modules
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2 is slow on purpose
