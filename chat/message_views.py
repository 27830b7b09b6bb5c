"""What one can do with a single message: see it, stop it, ask again, edit, judge, walk among its versions."""

from __future__ import annotations

import uuid

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from chat.access import HtmxRequest, for_owners
from chat.answers import owned_reply, refused, thread_answer, uuid_from
from chat.models import Message
from chat.owners import Owner
from chat.rendering import message_html
from chat.services import edit_message, regenerate, show_version, stop_reply
from inference.services import STOPPED_LATER, RequestRefused


@never_cache
@require_GET
@for_owners
def show(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """For pages whose websocket does not get through."""
    return HttpResponse(message_html(owned_reply(owner, pk), request))


@require_POST
@for_owners
def stop(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    message = owned_reply(owner, pk)
    if not stop_reply(message):
        return refused(request, owner, RequestRefused(STOPPED_LATER), message.conversation)
    return HttpResponse(status=204) if request.htmx else redirect("chat-show", pk=message.conversation_id)


@require_POST
@for_owners
def ask_again(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    message = owned_reply(owner, pk)
    try:
        regenerate(message=message, owner=owner)
    except RequestRefused as refusal:
        return refused(request, owner, refusal, message.conversation)
    return thread_answer(request, message)


@require_POST
@for_owners
def edit(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """A new version of one's question, with an answer of its own; the old one stays."""
    message = get_object_or_404(Message.objects.owned_by(owner).filter(role=Message.Role.USER), pk=pk)
    text = request.POST.get("text", "")
    try:
        edit_message(message=message, owner=owner, text=text)
    except RequestRefused as refusal:
        return refused(request, owner, refusal, message.conversation, text=text)
    return thread_answer(request, message)


@require_POST
@for_owners
def feedback(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """A thumb or a flag; pressing it again takes it back."""
    message = owned_reply(owner, pk)
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
def version(request: HtmxRequest, owner: Owner, pk: uuid.UUID) -> HttpResponse:
    """Shows the branch through one of this message's siblings."""
    message = get_object_or_404(Message.objects.owned_by(owner), pk=pk)
    siblings = Message.objects.filter(conversation=message.conversation_id, parent=message.parent_id)
    show_version(get_object_or_404(siblings, pk=uuid_from(request.POST.get("version", ""))))
    return thread_answer(request, message)
