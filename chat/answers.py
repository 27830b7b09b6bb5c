"""What the chat's views share: fetching through the owner, reading the form, and the usual answers."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import reswap, retarget

from chat.access import HtmxRequest
from chat.forms import SettingsForm
from chat.models import Conversation, Message
from chat.owners import Owner
from chat.page import chat_page
from inference.models import ModelEntry
from inference.services import ModelNotOffered, RequestRefused

# --- through the owner ------------------------------------------------------------------------------------------------


def owned_conversation(owner: Owner, pk: uuid.UUID) -> Conversation:
    rows = Conversation.objects.owned_by(owner).in_chat()
    return get_object_or_404(rows.select_related("model", "model__base"), pk=pk)


def listed_conversation(owner: Owner, pk: uuid.UUID) -> Conversation:
    """A row of the history, wherever its page is: for what the history itself offers (rename, delete)."""
    return get_object_or_404(Conversation.objects.owned_by(owner).listed(), pk=pk)


def owned_reply(owner: Owner, pk: uuid.UUID) -> Message:
    """A reply of this owner."""
    replies = Message.objects.owned_by(owner).filter(role=Message.Role.ASSISTANT)
    return get_object_or_404(replies.select_related("generation", "generation__model", "conversation"), pk=pk)


# --- out of the request -----------------------------------------------------------------------------------------------


def uuid_from(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise BadRequest("not an identifier") from error


def current_page(request: HtmxRequest) -> str:
    """The conversation on the page that htmx asks from."""
    path = (request.htmx.current_url_abs_path or "") if request.htmx else ""
    return path.removeprefix(reverse("chat-new")).split("/")[0]


def question_from(data: QueryDict) -> tuple[str, str]:
    """The text as it was typed (the verbs say in words what is wrong with it) and the model's short name."""
    slug = data.get("model", "")[:80].replace("\0", "")  # PostgreSQL refuses even to look for a NUL
    return data.get("message") or data.get("suggestion", ""), slug


def offered(slug: str) -> ModelEntry:
    try:
        return ModelEntry.objects.offered().get(slug=slug)
    except ModelEntry.DoesNotExist:
        sentence = _("The model “%(model)s” is not offered. Please choose another one.") % {"model": slug}
        raise ModelNotOffered(sentence) from None


def changed_settings(data: QueryDict, entry: ModelEntry) -> dict[str, Any] | None:
    """The sliders' values that differ from the defaults; None when the form had no sliders."""
    form = SettingsForm(data)
    if not form.is_valid():
        raise RequestRefused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return form.changes(entry) if set(form.fields) & set(data) else None


def adopt(conversation: Conversation, data: QueryDict, slug: str) -> None:
    """Takes over the model and the settings that came along, if they are others than before."""
    if slug and slug != conversation.model.slug:
        conversation.model = offered(slug)
    changes = changed_settings(data, conversation.model)
    if changes is not None:
        conversation.params = changes
    # Not save(): who deleted the conversation in another window is told so by the verb that comes next.
    rows = Conversation.objects.filter(pk=conversation.pk)
    rows.update(model=conversation.model, params=conversation.params)


# --- answers ----------------------------------------------------------------------------------------------------------


def thread_answer(request: HtmxRequest, message: Message) -> HttpResponse:
    """The branch that is shown now."""
    if not request.htmx:
        return redirect("chat-show", pk=message.conversation_id)
    conversation = Conversation.objects.get(pk=message.conversation_id)
    return render(request, "chat/_thread.html", {"conversation": conversation, "thread": conversation.thread()})


def dialog(request: HtmxRequest, fragment: str, context: dict[str, Any]) -> HttpResponse:
    if not request.htmx:
        return render(request, "chat/dialog.html", context | {"fragment": fragment})
    return reswap(retarget(render(request, fragment, context), "#dialog"), "innerHTML")


def refused(
    request: HtmxRequest,
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
