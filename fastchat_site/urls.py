"""The HTTP table of contents."""

from django.contrib import admin
from django.urls import include, path

from fastchat_site import views
from inference.api.keys import keys as api_keys

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("accounts/", include("fastchat_site.accounts.urls")),
    path("chat/", include("chat.urls")),
    path("arena/", include("arena.urls")),
    path("accounts/api-keys/", api_keys, name="api-keys"),
    path("v1/", include("inference.api.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "fastchat_site.views.bad_request"
handler403 = "fastchat_site.views.permission_denied"
handler404 = "fastchat_site.views.not_found"
handler500 = "fastchat_site.views.server_error"
