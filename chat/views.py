"""The chat's pages and fragments: fetch through the owner, check, act, render."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, push_url, trigger_client_event

from chat.access import HtmxRequest, for_owners
from chat.answers import (
    adopt,
    changed_settings,
    current_page,
    dialog,
    listed_conversation,
    offered,
    owned_conversation,
    question_from,
    refused,
    uuid_from,
)
from chat.forms import RenameForm
from chat.history import history_page
from chat.models import Conversation
from chat.owners import Owner
from chat.page import chat_page, controls, sliders
from chat.services import delete_conversation, send_message, start_conversation
from chat.suggestions import suggestions
from inference.services import RequestRefused


def start_page_context() -> dict[str, Any]:
    """For home.html, which strangers see."""
    return {"suggestions": suggestions()}


# --- pages ------------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_owners
def new(request: HtmxRequest, owner: Owner) -> HttpResponse:
    """An empty chat; its first message makes the conversation."""
    if request.method != "POST":
        page = chat_page(owner, slug=request.GET.get("model", ""), text=request.GET.get("message", ""))
        return render(request, "chat/show.html", page)
    text, slug = question_from(request.POST)
    try:
        entry = offered(slug)
        question, reply = start_conversation(
            owner=owner, model=entry, text=text, params=changed_settings(request.POST, entry) or {}
        )
    except RequestRefused as refusal:
        return refused(request, owner, refusal, slug=slug, text=text)
    conversation = question.conversation
    if not request.htmx:
        return redirect("chat-show", pk=conversation.pk)
    context = {"conversation": conversation, "question": question, "reply": reply, "current": str(conversation.pk)}
    response = render(request, "chat/_started.html", context | {"sliders": sliders(entry, conversation.params)})
    return push_url(response, reverse("chat-show", args=[conversation.pk]))


@never_cache
@require_GET
@for_owners
def show(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    conversations = Conversation.objects.owned_by(owner).select_related("model", "model__base")
    conversation = get_object_or_404(conversations, pk=pk)
    if conversation.page:
        return redirect(conversation.page)
    return render(request, "chat/show.html", chat_page(owner, conversation))


@never_cache
@require_GET
@for_owners
def history(request: HtmxRequest, owner: Owner) -> HttpResponse:
    try:
        page = history_page(owner, words=request.GET.get("q", ""), before=request.GET.get("before", ""))
    except (ValueError, OverflowError) as error:
        raise BadRequest("not a place in the history") from error
    template = "chat/_history.html" if request.htmx else "chat/history.html"
    return render(request, template, {"history": page, "current": current_page(request)})


@never_cache
@require_GET
@for_owners
def model_picker(request: HtmxRequest, owner: Owner) -> HttpResponse:
    """The list of models as it is now; with `controls`, the whole header for the chosen model."""
    conversation = None
    if request.GET.get("conversation"):  # empty in a chat that has not begun
        conversation = owned_conversation(owner, uuid_from(request.GET["conversation"]))
    context = controls(owner, conversation, request.GET.get("model", ""))
    return render(request, "chat/_controls.html" if "controls" in request.GET else "chat/_models.html", context)


# --- a conversation ---------------------------------------------------------------------------------------------------


@require_POST
@for_owners
def send(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    conversation = owned_conversation(owner, pk)
    text, slug = question_from(request.POST)
    try:
        with transaction.atomic():  # a refused message leaves the model and the settings as they were
            adopt(conversation, request.POST, slug)
            question, reply = send_message(conversation=conversation, owner=owner, text=text)
    except RequestRefused as refusal:
        return refused(request, owner, refusal, conversation, slug, text)
    if not request.htmx:
        return redirect("chat-show", pk=pk)
    context = {"conversation": conversation, "question": question, "reply": reply, "current": str(pk)}
    return render(request, "chat/_sent.html", context)


@require_POST
@for_owners
def settings(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """The sliders (saved in silence) or another model (the header is drawn anew)."""
    conversation = owned_conversation(owner, pk)
    slug = request.POST.get("model", "")
    try:
        adopt(conversation, request.POST, slug)
    except RequestRefused as refusal:
        return refused(request, owner, refusal, conversation)
    if not request.htmx:
        return redirect("chat-show", pk=pk)
    if not slug:
        return HttpResponse(status=204)
    return render(request, "chat/_controls.html", controls(owner, conversation))


@require_http_methods(["GET", "POST"])
@for_owners
def rename(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    conversation = listed_conversation(owner, pk)
    form = RenameForm(request.POST or None, instance=conversation)
    if request.method == "POST" and form.is_valid():
        Conversation.objects.filter(pk=pk).update(title=form.cleaned_data["title"])
        if not request.htmx:
            return redirect("chat-show", pk=pk)
        context = {"conversation": conversation, "current": current_page(request)}
        response = render(request, "chat/_renamed.html", context)
        return trigger_client_event(response, "close-dialog")
    return dialog(request, "chat/_rename.html", {"conversation": conversation, "form": form})


@require_http_methods(["GET", "POST"])
@for_owners
def delete(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    conversation = listed_conversation(owner, pk)
    if request.method == "GET":
        return dialog(request, "chat/_delete.html", {"conversation": conversation})
    page = conversation.get_absolute_url()
    delete_conversation(conversation)
    if not request.htmx:
        return redirect("chat-new")
    if request.htmx.current_url_abs_path == page:
        return HttpResponseClientRedirect(reverse("chat-new"))
    return trigger_client_event(HttpResponse(), "close-dialog")
