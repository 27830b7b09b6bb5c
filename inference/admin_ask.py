""" "Ask it something": an administrator tries a model without leaving the admin, and sees how fast it is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inference import stream, valkey
from inference.engine.types import ChatMessage
from inference.models import Generation, ModelEntry
from inference.services import (
    STOPPED_LATER,
    ModelState,
    RequestRefused,
    start_generation,
    states_of,
    stop_generation,
)
from inference.state_words import state_words


class QuestionForm(forms.Form):
    message = forms.CharField(
        label=gettext_lazy("Question"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80, "class": "vLargeTextField"}),
    )


def state_of(entry: ModelEntry) -> ModelState:
    """With what the database holds now, not what a form may have changed in the entry."""
    return next(iter(states_of(ModelEntry.objects.askable().filter(pk=entry.pk))), ModelState(entry, "disabled"))


def ask(model_admin: admin.ModelAdmin[ModelEntry], request: HttpRequest, object_id: str) -> HttpResponse:
    """POST asks (or stops), GET shows how far the answer is; the page reloads itself while it is written."""
    entry = model_admin.get_object(request, object_id)
    if entry is None:
        raise Http404
    if not model_admin.has_change_permission(request, entry):
        raise PermissionDenied
    generation = _own_generation(request, entry)
    if generation and "stop" in request.POST:
        if not stop_generation(generation):
            model_admin.message_user(request, STOPPED_LATER, messages.WARNING)
        return redirect(request.get_full_path())
    form = QuestionForm(request.POST or None)
    if form.is_valid() and (started := _start(model_admin, request, entry, form.cleaned_data["message"])):
        page = reverse("admin:inference_modelentry_ask", args=[entry.pk])
        return redirect(f"{page}?generation={started.pk}")
    return TemplateResponse(
        request,
        "admin/inference/modelentry/ask.html",
        {
            **admin.site.each_context(request),
            "title": _("Ask %(model)s something") % {"model": entry.name},
            "opts": ModelEntry._meta,
            "original": entry,
            "form": form,
            "state": state_words(state_of(entry)),
            "generation": generation,
            "question": generation.prompt[-1]["content"] if generation else "",
            "answer": _text_so_far(generation) if generation else "",
        },
    )


def _requester(request: HttpRequest) -> str:
    return f"admin:{request.user.pk}"


def _own_generation(request: HttpRequest, entry: ModelEntry) -> Generation | None:
    """The one in the address, if this administrator asked it here; anybody else's is not found."""
    if "generation" not in request.GET:
        return None
    try:
        own = Generation.objects.filter(requester=_requester(request), model=entry)
        return own.get(pk=request.GET["generation"])
    except (Generation.DoesNotExist, ValidationError) as error:
        raise Http404 from error


def _start(model_admin: Any, request: HttpRequest, entry: ModelEntry, text: str) -> Generation | None:
    try:
        state = state_of(entry)
        if state.state == "offline" and not state.is_tried:
            raise RequestRefused(state_words(state))
        with transaction.atomic():
            return start_generation(
                model=entry,
                messages=[ChatMessage("user", text)],
                params={},
                requester=_requester(request),
                user=request.user,
            )
    except RequestRefused as error:
        model_admin.message_user(request, str(error), messages.ERROR)
        return None


def _text_so_far(generation: Generation) -> str:
    if not generation.is_active:
        return generation.text
    try:
        return stream.read_shown(generation.pk).text
    except valkey.Away:
        return ""
