"""The chat's pages and fragments: fetch through the owner, check, act, render."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, push_url, reswap, retarget, trigger_client_event

from chat.access import for_owners
from chat.forms import RenameForm, SettingsForm
from chat.history import history_page
from chat.models import Conversation, Message
from chat.owners import Owner
from chat.page import chat_page, controls
from chat.rendering import message_html
from chat.services import (
    delete_conversation,
    edit_message,
    regenerate,
    send_message,
    show_version,
    start_conversation,
    stop_reply,
)
from chat.suggestions import suggestions
from inference.models import ModelEntry
from inference.services import ModelNotOffered, RequestRefused


def start_page_context() -> dict[str, Any]:
    """For home.html, which strangers see."""
    return {"suggestions": suggestions()}


# --- pages ------------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_owners
def new(request: HttpRequest, owner: Owner) -> HttpResponse:
    """An empty chat; its first message makes the conversation."""
    if request.method != "POST":
        page = chat_page(owner, slug=request.GET.get("model", ""), text=request.GET.get("message", ""))
        return render(request, "chat/show.html", page)
    text, slug = _question(request.POST)
    try:
        entry = _offered(slug)
        question, _reply = start_conversation(
            owner=owner, model=entry, text=text, params=_changes(request.POST, entry) or {}
        )
    except RequestRefused as refusal:
        return _refused(request, owner, refusal, slug=slug, text=text)
    conversation = question.conversation
    if not request.htmx:
        return redirect("chat-show", pk=conversation.pk)
    page = chat_page(owner, conversation) | {"current": str(conversation.pk)}
    response = render(request, "chat/_started.html", page)
    return push_url(reswap(retarget(response, "#main"), "outerHTML"), reverse("chat-show", args=[conversation.pk]))


@never_cache
@require_GET
@for_owners
def show(request: HttpRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    return render(request, "chat/show.html", chat_page(owner, _conversation(owner, pk)))


@never_cache
@require_GET
@for_owners
def history(request: HttpRequest, owner: Owner) -> HttpResponse:
    try:
        page = history_page(owner, words=request.GET.get("q", ""), before=request.GET.get("before", ""))
    except ValueError as error:
        raise BadRequest("not a place in the history") from error
    template = "chat/_history.html" if request.htmx else "chat/history.html"
    return render(request, template, {"history": page, "current": _current(request)})


@never_cache
@require_GET
@for_owners
def model_picker(request: HttpRequest, owner: Owner) -> HttpResponse:
    """The list of models as it is now; with `controls`, the whole header for the chosen model."""
    conversation = None
    if "conversation" in request.GET:
        conversation = _conversation(owner, _uuid(request.GET["conversation"]))
    context = controls(owner, conversation, request.GET.get("model", ""))
    return render(request, "chat/_controls.html" if "controls" in request.GET else "chat/_models.html", context)


# --- a conversation ---------------------------------------------------------------------------------------------------


@require_POST
@for_owners
def send(request: HttpRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    conversation = _conversation(owner, pk)
    text, slug = _question(request.POST)
    try:
        _adopt(conversation, request.POST, slug)
        question, reply = send_message(conversation=conversation, owner=owner, text=text)
    except RequestRefused as refusal:
        return _refused(request, owner, refusal, conversation, slug, text)
    if not request.htmx:
        return redirect("chat-show", pk=pk)
    context = {"conversation": conversation, "question": question, "reply": reply, "current": str(pk)}
    return render(request, "chat/_sent.html", context)


@require_POST
@for_owners
def settings(request: HttpRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """The sliders (saved in silence) or another model (the header is drawn anew)."""
    conversation = _conversation(owner, pk)
    slug = request.POST.get("model", "")
    try:
        _adopt(conversation, request.POST, slug)
    except RequestRefused as refusal:
        return _refused(request, owner, refusal, conversation)
    if not request.htmx:
        return redirect("chat-show", pk=pk)
    if not slug:
        return HttpResponse(status=204)
    return render(request, "chat/_controls.html", controls(owner, conversation))


@require_http_methods(["GET", "POST"])
@for_owners
def rename(request: HttpRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    conversation = _conversation(owner, pk)
    form = RenameForm(request.POST or None, instance=conversation)
    if request.method == "POST" and form.is_valid():
        Conversation.objects.filter(pk=pk).update(title=form.cleaned_data["title"])
        if not request.htmx:
            return redirect("chat-show", pk=pk)
        response = render(request, "chat/_row.html", {"conversation": conversation, "current": _current(request)})
        return trigger_client_event(response, "close-dialog")
    return _dialog(request, "chat/_rename.html", {"conversation": conversation, "form": form})


@require_http_methods(["GET", "POST"])
@for_owners
def delete(request: HttpRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    conversation = _conversation(owner, pk)
    if request.method == "GET":
        return _dialog(request, "chat/_delete.html", {"conversation": conversation})
    delete_conversation(conversation)
    if not request.htmx:
        return redirect("chat-new")
    if _current(request) == str(pk):
        return HttpResponseClientRedirect(reverse("chat-new"))
    return trigger_client_event(HttpResponse(), "close-dialog")


# --- a message --------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
@for_owners
def message_show(request: HttpRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """For pages whose websocket does not get through."""
    return HttpResponse(message_html(_message(owner, pk), request))


@require_POST
@for_owners
def message_stop(request: HttpRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    message = _message(owner, pk)
    stop_reply(message)
    return HttpResponse(status=204) if request.htmx else redirect("chat-show", pk=message.conversation_id)


@require_POST
@for_owners
def message_regenerate(request: HttpRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    message = _message(owner, pk)
    try:
        regenerate(message=message, owner=owner)
    except RequestRefused as refusal:
        return _refused(request, owner, refusal, message.conversation)
    return _thread(request, message)


@require_POST
@for_owners
def message_edit(request: HttpRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """A new version of one's question, with an answer of its own; the old one stays."""
    message = get_object_or_404(Message.objects.owned_by(owner).filter(role=Message.Role.USER), pk=pk)
    text, _slug = _question(request.POST)
    try:
        edit_message(message=message, owner=owner, text=text)
    except RequestRefused as refusal:
        return _refused(request, owner, refusal, message.conversation, text=text)
    return _thread(request, message)


@require_POST
@for_owners
def message_feedback(request: HttpRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """A thumb or a flag; pressing it again takes it back."""
    message = _message(owner, pk)
    given = request.POST.get("feedback", "")
    if given and given not in Message.Feedback.values:
        raise BadRequest("unknown feedback")
    message.feedback = "" if given == message.feedback else given
    message.save(update_fields=["feedback"])
    if not request.htmx:
        return redirect("chat-show", pk=message.conversation_id)
    return render(request, "chat/_actions.html", {"message": message.load_versions()})


@require_POST
@for_owners
def message_version(request: HttpRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """Shows the branch through one of this message's siblings."""
    message = get_object_or_404(Message.objects.owned_by(owner), pk=pk)
    siblings = Message.objects.filter(conversation=message.conversation_id, parent=message.parent_id)
    show_version(get_object_or_404(siblings, pk=_uuid(request.POST.get("version", ""))))
    return _thread(request, message)


# --- what the views share ---------------------------------------------------------------------------------------------


def _conversation(owner: Owner, pk: uuid.UUID) -> Conversation:
    return get_object_or_404(Conversation.objects.owned_by(owner).select_related("model", "model__base"), pk=pk)


def _message(owner: Owner, pk: uuid.UUID) -> Message:
    """A reply of this owner."""
    replies = Message.objects.owned_by(owner).filter(role=Message.Role.ASSISTANT)
    return get_object_or_404(replies.select_related("generation", "generation__model", "conversation"), pk=pk)


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise BadRequest("not an identifier") from error


def _current(request: HttpRequest) -> str:
    """The conversation on the page that htmx asks from."""
    path = (request.htmx.current_url_abs_path or "") if request.htmx else ""
    return path.removeprefix(reverse("chat-new")).split("/")[0]


def _question(data: QueryDict) -> tuple[str, str]:
    """The text as it was typed (the verbs say in words what is wrong with it) and the model's short name."""
    return data.get("message") or data.get("suggestion", ""), data.get("model", "")[:80]


def _offered(slug: str) -> ModelEntry:
    entry = ModelEntry.objects.offered().filter(slug=slug).first()
    if entry is None:
        raise ModelNotOffered(_("The model “%(model)s” is not offered. Please choose another one.") % {"model": slug})
    return entry


def _changes(data: QueryDict, entry: ModelEntry) -> dict[str, Any] | None:
    """The sliders' values that differ from the defaults; None when the form had no sliders."""
    form = SettingsForm(data)
    if not form.is_valid():
        raise RequestRefused(" ".join(error for errors in form.errors.values() for error in errors))
    return form.changes(entry) if set(form.fields) & set(data) else None


def _adopt(conversation: Conversation, data: QueryDict, slug: str) -> None:
    """Takes over the model and the settings that came along, if they are others than before."""
    if slug and slug != conversation.model.slug:
        conversation.model = _offered(slug)
    changes = _changes(data, conversation.model)
    if changes is not None:
        conversation.params = changes
    conversation.save(update_fields=["model", "params"])


def _thread(request: HttpRequest, message: Message) -> HttpResponse:
    """The branch that is shown now."""
    if not request.htmx:
        return redirect("chat-show", pk=message.conversation_id)
    conversation = Conversation.objects.get(pk=message.conversation_id)
    return render(request, "chat/_thread.html", {"conversation": conversation, "thread": conversation.thread()})


def _dialog(request: HttpRequest, fragment: str, context: dict[str, Any]) -> HttpResponse:
    if not request.htmx:
        return render(request, "chat/dialog.html", context | {"fragment": fragment})
    return reswap(retarget(render(request, fragment, context), "#dialog"), "innerHTML")


def _refused(
    request: HttpRequest,
    owner: Owner,
    refusal: RequestRefused,
    conversation: Conversation | None = None,
    slug: str = "",
    text: str = "",
) -> HttpResponse:
    """The sentence next to the box; what was typed stays where it is."""
    if not request.htmx:
        page = chat_page(owner, conversation, slug=slug, text=text, error=str(refusal))
        return render(request, "chat/show.html", page, status=422)
    response = render(request, "chat/_error.html", {"error": refusal}, status=422)
    return reswap(retarget(response, "#composer-error"), "innerHTML")
