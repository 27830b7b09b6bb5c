"""The wiring: knows every app, holds no rule of any of them."""

from fastchat_site.celery import app as celery_app

__all__ = ["celery_app"]
