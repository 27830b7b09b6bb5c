"""The Celery application: tasks travel as JSON over Redis, one queue for each loaded model."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fastchat_site.settings")

app = Celery("fastchat_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
