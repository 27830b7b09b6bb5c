"""Sign up, log in, change and reset the password, preferences, delete the account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth import views as django_views
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from fastchat_site.accounts import throttling
from fastchat_site.accounts.forms import (
    ChangePasswordForm,
    DeleteAccountForm,
    LogInForm,
    PreferencesForm,
    ProfileForm,
    ResetForm,
    SignUpForm,
)
from fastchat_site.accounts.middleware import THEME_COOKIE
from fastchat_site.accounts.models import User

YEAR = 365 * 24 * 3600


@never_cache
@sensitive_post_parameters("password1", "password2")
def signup(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(safe_next(request))
    if settings.SIGNUP == "closed":
        return render(request, "accounts/signup_closed.html", status=403)
    form = SignUpForm(_posted(request))
    if not form.is_valid():
        return render(request, "accounts/signup.html", {"form": form, "next": safe_next(request, "")})
    if wait := throttling.sign_up(request):
        return throttling.too_many(request, wait)
    user = _create(request, form)
    if user is None:  # somebody took the name in this very moment
        return render(request, "accounts/signup.html", {"form": form, "next": safe_next(request, "")})
    if user.is_waiting:
        return redirect("signup_waiting")
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(safe_next(request))


def _create(request: HttpRequest, form: SignUpForm) -> User | None:
    """The new account, with the language and appearance chosen as a guest; without a choice it follows the browser."""
    user = form.instance
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    user.language = chosen if chosen in dict(settings.LANGUAGES) else ""
    user.theme = request.theme  # type: ignore[attr-defined]
    user.is_waiting = settings.SIGNUP == "approval"
    user.is_active = not user.is_waiting
    try:
        with transaction.atomic():
            return form.save()
    except IntegrityError:
        form.add_error("username", _("A user with that username already exists."))
        return None


def signup_waiting(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/signup_waiting.html")


class LogIn(django_views.LoginView):
    template_name = "accounts/login.html"
    form_class = LogInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if wait := throttling.guess_password(request, request.POST.get("username", "")):
            return throttling.too_many(request, wait)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        throttling.guessed_right(self.request, form.cleaned_data["username"])
        return super().form_valid(form)


class PasswordChange(django_views.PasswordChangeView):
    """Other browsers of the account are logged out by it; this one stays."""

    template_name = "accounts/password_change.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("settings")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if wait := throttling.guess_password(request, request.user.get_username()):
            return throttling.too_many(request, wait)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        throttling.guessed_right(self.request, self.request.user.get_username())
        messages.success(self.request, _("The password is changed."))
        return super().form_valid(form)


class PasswordReset(django_views.PasswordResetView):
    """Shows the same page whether the address is known or not."""

    template_name = "accounts/password_reset.html"
    email_template_name = "accounts/password_reset_email.txt"
    subject_template_name = "accounts/password_reset_subject.txt"
    form_class = ResetForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if wait := throttling.ask_reset(request):
            return throttling.too_many(request, wait)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        if not throttling.may_mail(form.cleaned_data["email"]):
            return redirect(self.get_success_url())
        self.extra_email_context = {"site_url": address_of_site(self.request)}
        return super().form_valid(form)


@login_required
def account_settings(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(_posted(request), instance=request.user)
    if not form.is_valid():
        return render(request, "accounts/settings.html", {"form": form})
    form.save()
    messages.success(request, _("Saved."))
    return _remember(redirect("settings"), form.cleaned_data)


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        raise BadRequest("unknown language or theme")
    chosen = {name: form.cleaned_data[name] for name in form.fields if name in request.POST}
    if request.user.is_authenticated and chosen:
        User.objects.filter(pk=request.user.pk).update(**chosen)
    return _remember(redirect(safe_next(request)), chosen)


def _remember(response: HttpResponse, chosen: dict[str, Any]) -> HttpResponse:
    """In cookies too, so that the log-in page looks right."""
    for field, cookie in {"language": settings.LANGUAGE_COOKIE_NAME, "theme": THEME_COOKIE}.items():
        if chosen.get(field):
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(cookie, chosen[field], max_age=YEAR, samesite="Lax", secure=secure)
        elif field in chosen:
            response.delete_cookie(cookie)
    return response


@never_cache
@login_required
@sensitive_post_parameters("password")
def delete_account(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if request.method == "POST" and (wait := throttling.guess_password(request, user.get_username())):
        return throttling.too_many(request, wait)
    form = DeleteAccountForm(user, _posted(request))
    if not form.is_valid():
        return render(request, "accounts/delete.html", {"form": form})
    throttling.guessed_right(request, user.get_username())
    logout(request)
    user.delete()
    messages.success(request, _("Your account and everything in it is deleted."))
    return redirect("home")


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def safe_next(request: HttpRequest, fallback: str | None = None) -> str:
    """The page to go to afterwards, unless somebody smuggled in the address of another site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if allowed else settings.LOGIN_REDIRECT_URL if fallback is None else fallback


def address_of_site(request: HttpRequest) -> str:
    """What a link in a mail begins with. With ALLOWED_HOSTS=* the Host header is whatever an attacker typed, and the
    link would carry the secret to him: then the mail names the path alone."""
    if url := settings.SITE_URL:
        return str(url).rstrip("/")
    return "" if "*" in settings.ALLOWED_HOSTS else request.build_absolute_uri("/").rstrip("/")
