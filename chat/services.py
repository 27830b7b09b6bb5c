"""The verbs of a conversation; each is one transaction and returns the message it made."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chat.models import Conversation, Message
from chat.owners import Owner
from chat.titles import title_from
from inference.engine.types import ChatMessage
from inference.models import Generation, ModelEntry
from inference.services import RequestRefused, start_generation, stop_generation

# Controls, invisible formats and half pairs; not what Python calls unprintable: that would also drop the private
# characters of Chinese names, all narrow and wide spaces, and every emoji younger than this Python.
DROPPED_CATEGORIES = ("Cc", "Cf", "Cs")
KEPT_CHARACTERS = "\n\t\u200c\u200d"  # the last two join emoji and letters


class StillAnswering(RequestRefused):
    """The conversation's last reply is not complete yet."""


def start_conversation(
    *, owner: Owner, model: ModelEntry, text: str, params: dict[str, Any] | None = None
) -> tuple[Message, Message]:
    """A new conversation with its first question; nothing is kept if the question is refused."""
    text = cleaned(text)
    with transaction.atomic():
        conversation = Conversation.objects.create(model=model, params=params or {}, **owner.fields)
        return _add_question(conversation, owner, text)  # nobody else knows it yet: nothing to lock


def open_conversation(
    *,
    owner: Owner,
    model: ModelEntry,
    page: str = "",
    listed_under: Conversation | None = None,
    params: dict[str, Any] | None = None,
) -> Conversation:
    """An empty conversation, shown on a page of its own or in the chat; `send_message` begins it."""
    return Conversation.objects.create(
        model=model, page=page, listed_under=listed_under, params=params or {}, **owner.fields
    )


def send_message(*, conversation: Conversation, owner: Owner, text: str) -> tuple[Message, Message]:
    """Adds the question behind the shown branch and asks the model.

    Returns (question, waiting reply). Raises RequestRefused with a sentence for the person.
    """
    text = cleaned(text)
    with transaction.atomic():
        conversation = _locked(conversation)
        return _add_question(conversation, owner, text)


def edit_message(*, message: Message, owner: Owner, text: str) -> tuple[Message, Message]:
    """A new version of a question beside the old one, with an answer of its own."""
    text = cleaned(text)
    with transaction.atomic():
        conversation = _locked(message.conversation)
        question = Message.objects.create(
            conversation=conversation, parent_id=message.parent_id, role=Message.Role.USER, content=text
        )
        reply = _ask(conversation, owner, question)
        return question.load_versions(), reply.load_versions()


def regenerate(*, message: Message, owner: Owner) -> Message:
    """Another answer to the same question, beside the old one."""
    if not message.is_reply or message.parent is None:
        raise RequestRefused(_("Only an answer can be generated again."))
    with transaction.atomic():
        conversation = _locked(message.conversation)
        return _ask(conversation, owner, message.parent).load_versions()


def show_version(message: Message) -> None:
    """Makes the branch through this message the shown one, down to its newest end."""
    children: dict[Any, Message] = {}
    for child in message.conversation.messages.order_by("created_at", "id"):
        children[child.parent_id] = child  # the newest child wins
    leaf = message
    while leaf.pk in children:
        leaf = children[leaf.pk]
    Conversation.objects.filter(pk=message.conversation_id).update(leaf=leaf)


def stop_reply(message: Message) -> bool:
    """False: the message broker is away, so the answer is stopped as soon as that is back."""
    return message.generation is None or stop_generation(message.generation)


def delete_conversation(conversation: Conversation) -> None:
    """With everything in it and listed under it; running answers are stopped first. What a fork shows stays."""
    together = Q(messages__conversation=conversation) | Q(messages__conversation__listed_under=conversation)
    generations = Generation.objects.filter(together).distinct()
    for generation in generations.active():
        stop_generation(generation)
    with transaction.atomic():
        ids = list(generations.values_list("pk", flat=True))
        conversation.delete()
        Generation.objects.filter(pk__in=ids, messages=None).delete()


def fork_conversation(conversation: Conversation, owner: Owner) -> Conversation:
    """A conversation of its own with the shown branch so far; the original stays as it is."""
    conversation.refresh_from_db(fields=["leaf", "title"])
    with transaction.atomic():
        fork = Conversation.objects.create(
            model=conversation.model, title=conversation.title, params=conversation.params, **owner.fields
        )
        for message in conversation.thread():
            # One after the other, so that their times keep the order.
            fork.leaf = Message.objects.create(
                conversation=fork,
                parent=fork.leaf,
                role=message.role,
                content=message.content,
                generation=message.generation,
            )
        fork.save(update_fields=["leaf"])
    return fork


def take_over(*, guest: Owner, owner: Owner) -> None:
    """What a guest began belongs to the account that the guest has now."""
    with transaction.atomic():
        Conversation.objects.filter(guest.filter).update(**owner.fields)
        Generation.objects.filter(requester=guest.requester).update(user=owner.user, requester=owner.requester)


def cleaned(text: str) -> str:
    """The text without what no person typed (control characters); refuses an empty or huge one."""
    text = "".join(
        character
        for character in "\n".join(text.splitlines())
        if character in KEPT_CHARACTERS or unicodedata.category(character) not in DROPPED_CATEGORIES
    ).strip()
    if not text.strip(KEPT_CHARACTERS):
        raise RequestRefused(_("Please type a message first."))
    limit = settings.MAX_MESSAGE_CHARACTERS
    if len(text) > limit:
        raise RequestRefused(
            _("The message has %(length)s characters; at most %(limit)s are accepted. Nothing was sent.")
            % {"length": f"{len(text):,}", "limit": f"{limit:,}"}
        )
    return text


def _locked(conversation: Conversation) -> Conversation:
    """The row, held until the transaction ends, so that two tabs cannot both add a question."""
    found = Conversation.objects.select_for_update().filter(pk=conversation.pk).first()
    if found is None:
        raise RequestRefused(_("This conversation was deleted, perhaps in another window."))
    if found.has_running_reply():
        raise StillAnswering(_("The model is still answering. Wait for it, or stop it first."))
    return found


def _add_question(conversation: Conversation, owner: Owner, text: str) -> tuple[Message, Message]:
    question = Message.objects.create(
        conversation=conversation, parent_id=conversation.leaf_id, role=Message.Role.USER, content=text
    )
    if not conversation.title:
        conversation.title = title_from(text)
    reply = _ask(conversation, owner, question)
    question.versions, reply.versions = [question], [reply]  # behind the end of a branch nothing has siblings
    return question, reply


def _ask(conversation: Conversation, owner: Owner, question: Message) -> Message:
    conversation.leaf = question  # saved below, with the reply in its place
    thread = conversation.thread() if question.parent_id else [question]
    messages = [message.as_chat() for message in thread if message.text]
    generation = start_generation(
        model=conversation.model,
        messages=_alternating(messages),
        params=conversation.params,
        requester=owner.requester,
        user=owner.user,
    )
    reply = Message.objects.create(
        conversation=conversation, parent=question, role=Message.Role.ASSISTANT, generation=generation
    )
    conversation.leaf = reply
    conversation.updated_at = timezone.now()
    conversation.save(update_fields=["leaf", "title", "updated_at"])
    return reply


def _alternating(messages: list[ChatMessage]) -> list[ChatMessage]:
    """Drops a question whose answer failed without a word, so that roles alternate as templates demand."""
    kept: list[ChatMessage] = []
    for message in messages:
        if kept and kept[-1].role == message.role:
            kept.pop()
        kept.append(message)
    return kept
