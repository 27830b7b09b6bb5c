"""Paths under /accounts/."""

from django.contrib.auth import views as django_views
from django.urls import path

from fastchat_site.accounts import views
from fastchat_site.accounts.forms import NewPasswordForm

urlpatterns = [
    path("signup/", views.signup, name="signup"),
    path("signup/waiting/", views.signup_waiting, name="signup_waiting"),
    path("login/", views.LogIn.as_view(), name="login"),
    path("logout/", django_views.LogoutView.as_view(), name="logout"),
    path("password_change/", views.PasswordChange.as_view(), name="password_change"),
    path("password_reset/", views.PasswordReset.as_view(), name="password_reset"),
    path(
        "password_reset/done/",
        django_views.PasswordResetDoneView.as_view(template_name="accounts/password_reset_done.html"),
        name="password_reset_done",
    ),
    path(
        "password_reset/complete/",
        django_views.PasswordResetCompleteView.as_view(template_name="accounts/password_reset_complete.html"),
        name="password_reset_complete",
    ),
    path(
        "password_reset/<uidb64>/<token>/",
        django_views.PasswordResetConfirmView.as_view(
            template_name="accounts/password_reset_confirm.html", form_class=NewPasswordForm
        ),
        name="password_reset_confirm",
    ),
    path("settings/", views.account_settings, name="settings"),
    path("preferences/", views.preferences, name="preferences"),
    path("delete/", views.delete_account, name="delete_account"),
]
