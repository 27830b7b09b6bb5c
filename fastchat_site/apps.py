from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "fastchat_site"
    label = "site_wiring"
