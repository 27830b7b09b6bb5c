"""FastChat's logged conversations as conversations of a person here, so that they are found, read and continued.

Every row's id follows from its owner and its words. So a log that is read again, or has grown since, adds only what is
new, and an answer that was asked for again becomes a version beside the first one.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils.text import slugify

from arena.formats.fastchat_log import Exchange, LogLine, Talk
from chat.models import Conversation, Message
from chat.owners import Owner
from chat.titles import title_from
from inference.models import Generation, ModelEntry

NAMESPACE = uuid.UUID("6ab1d2c9-9d0e-5a8e-8f43-0f2f6c1c7d55")  # any fixed one
SOURCE = "imported:"  # of a model entry that cannot answer: only its name came here
ROWS = 300  # in one statement
LAST_POSITION = 10_000


@dataclass
class Rows:
    """What a batch of lines would add, by id, so that a row wanted twice is one."""

    conversations: dict[uuid.UUID, Conversation] = field(default_factory=dict)
    generations: dict[uuid.UUID, Generation] = field(default_factory=dict)
    messages: dict[uuid.UUID, Message] = field(default_factory=dict)
    ends: dict[uuid.UUID, tuple[datetime, uuid.UUID]] = field(default_factory=dict)  # conversation: last reply
    feedback: dict[uuid.UUID, str] = field(default_factory=dict)


class History:
    """Collects lines and stores them for `user`; `conversations` and `answers` count what was new."""

    def __init__(self, user: Any) -> None:
        self.owner = Owner(user=user)
        self.conversations = self.answers = 0
        self._models: dict[str, ModelEntry] = {}

    def store(self, lines: Iterable[LogLine]) -> None:
        """Within a transaction."""
        rows = Rows()
        for line in lines:
            for talk in line.talks:
                if talk.exchanges:
                    self._collect(rows, line, talk)
        self.conversations += len(_created(Conversation, rows.conversations, "created_at"))
        self.answers += len(_created(Generation, rows.generations, "created_at"))
        new = _created(Message, rows.messages, "created_at")
        self._show(rows, new)
        for key, word in rows.feedback.items():
            Message.objects.filter(pk=key, feedback="").update(feedback=word)

    def model_named(self, name: str) -> ModelEntry:
        """The entry of this name or short name; else one that only carries the name and is never offered."""
        if name not in self._models:
            slug = slugify(name)[:80] or f"imported-{hashlib.sha256(name.encode()).hexdigest()[:10]}"
            found = ModelEntry.objects.filter(slug=slug).first() or ModelEntry.objects.filter(name=name).first()
            name_only = {
                "name": name[:120],
                "backend": ModelEntry.Backend.TRANSFORMERS,
                "source": f"{SOURCE}{name}",
                "is_enabled": False,
                "position": LAST_POSITION,
            }
            self._models[name] = found or ModelEntry.objects.get_or_create(slug=slug, defaults=name_only)[0]
        return self._models[name]

    def _collect(self, rows: Rows, line: LogLine, talk: Talk) -> None:
        model = self.model_named(talk.model)
        conversation = uuid.uuid5(NAMESPACE, f"{self.owner.requester}/{talk.key}")
        rows.conversations.setdefault(
            conversation,
            Conversation(
                pk=conversation,
                model=model,
                title=title_from(talk.exchanges[0].question),
                created_at=line.began,
                updated_at=line.at,
                **self.owner.fields,
            ),
        )
        said = [{"role": "system", "content": talk.system}] if talk.system else []
        parent: uuid.UUID | None = None
        for number, exchange in enumerate(talk.exchanges):
            said = [*said, {"role": "user", "content": exchange.question}]
            # The earlier ones are normally here already, from lines of their own.
            earlier = timedelta(microseconds=2 * (len(talk.exchanges) - number))
            parent = self._exchange(rows, conversation, parent, exchange, line, earlier, model, said)
            said = [*said, {"role": "assistant", "content": exchange.answer}]
        assert parent is not None, "there is at least one exchange"
        if line.kind == "feedback":
            rows.feedback[parent] = line.verdict
        else:
            rows.ends[conversation] = max(rows.ends.get(conversation, (line.at, parent)), (line.at, parent))

    def _exchange(
        self,
        rows: Rows,
        conversation: uuid.UUID,
        parent: uuid.UUID | None,
        exchange: Exchange,
        line: LogLine,
        earlier: timedelta,
        model: ModelEntry,
        prompt: list[dict[str, str]],
    ) -> uuid.UUID:
        question = _id(conversation, parent, "user", exchange.question)
        reply = _id(conversation, question, "assistant", exchange.answer)
        at = line.at - earlier
        rows.messages.setdefault(
            question,
            Message(
                pk=question,
                conversation_id=conversation,
                parent_id=parent,
                role=Message.Role.USER,
                content=exchange.question,
                created_at=at,
            ),
        )
        rows.generations.setdefault(reply, self._generation(reply, exchange, line, model, prompt))
        rows.messages.setdefault(
            reply,
            Message(
                pk=reply,
                conversation_id=conversation,
                parent_id=question,
                role=Message.Role.ASSISTANT,
                generation_id=reply,
                created_at=at + timedelta(microseconds=1),
            ),
        )
        return reply

    def _generation(
        self, key: uuid.UUID, exchange: Exchange, line: LogLine, model: ModelEntry, prompt: list[dict[str, str]]
    ) -> Generation:
        ended = {"status": Generation.Status.FINISHED, "text": exchange.answer, "finish_reason": "stop"}
        failed = {"status": Generation.Status.FAILED, "error": exchange.answer}
        return Generation(
            pk=key,
            model=model,
            user=self.owner.user,
            requester=self.owner.requester,
            prompt=prompt,
            params=line.params,
            created_at=line.began,
            queued_at=line.began,
            started_at=line.began,
            ended_at=line.at,
            **(failed if exchange.is_error else ended),
        )

    def _show(self, rows: Rows, new: set[uuid.UUID]) -> None:
        """The newest logged branch is shown, unless the person has gone on with the conversation here."""
        kept = Conversation.objects.in_bulk(rows.ends)
        for key, (at, reply) in rows.ends.items():
            conversation = kept[key]
            if reply in new and (conversation.leaf_id is None or conversation.updated_at <= at):
                Conversation.objects.filter(pk=key).update(leaf=reply, updated_at=at)


def _id(conversation: uuid.UUID, parent: uuid.UUID | None, role: str, text: str) -> uuid.UUID:
    digest = hashlib.sha256(f"{parent}\0{role}\0{text}".encode()).hexdigest()
    return uuid.uuid5(conversation, digest)


def _created(model: type[Model], rows: dict[uuid.UUID, Any], moment: str) -> set[uuid.UUID]:
    """Stores those that are not there yet and returns their ids."""
    keys = list(rows)
    there: set[uuid.UUID] = set()
    for start in range(0, len(keys), ROWS):
        found = model._default_manager.filter(pk__in=keys[start : start + ROWS])
        there.update(found.values_list("pk", flat=True))
    new = [row for key, row in rows.items() if key not in there]
    moments = {row.pk: getattr(row, moment) for row in new}
    model._default_manager.bulk_create(new, batch_size=ROWS, ignore_conflicts=True)  # another reader may be here
    for row in new:  # storing has set the time of today
        setattr(row, moment, moments[row.pk])
    model._default_manager.bulk_update(new, [moment], batch_size=ROWS)
    return set(moments)
