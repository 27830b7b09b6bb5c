"""Decides how a model is asked, and writes a conversation that way: the model's own template, its family's, or plain.

Knows names, templates and text; knows no tokenizer and no weights, so a command can show a prompt without either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from typing import Any

from jinja2.exceptions import TemplateError

from inference.engine.chat_template import knows, render
from inference.engine.families import FAMILIES, PLAIN, Family, StopToken, family_named, recognise
from inference.engine.shipped import Shipped
from inference.engine.tool_formats import ToolFormat, format_of
from inference.engine.tool_messages import as_dicts, uses_tools
from inference.engine.types import ChatMessage, EngineError, ModelUnavailable

OWN = "own"  # chosen by hand: the model's own template, whatever its name says
# What may be chosen by hand, with a name for people.
PROMPT_FORMATS = {
    OWN: "The model's own chat template",
    **{family.slug: family.title for family in (*FAMILIES, PLAIN)},
}
NO_TEMPLATE_WARNING = (
    "This model ships no chat template and its name tells no known family, so it is asked in a plain form "
    "(User: … Assistant: …) that it may not have been trained on."
)


@dataclass(frozen=True, slots=True)
class PromptFormat:
    """How one model is asked. family: a slug of `families/records.py`, or "own", or "plain".

    begins_with: the token that must stand before the text, if it is the tokenizer's first token.
    writes_all: the template writes every special token, so the tokenizer must not add the beginning once more.
    writes_none, reads_apart, trims_answers: as the family's record says it.
    for_tools: how it is asked when there are tools; None for a model that was never told how to use them.
    tool_format: how it then calls them; None where that is not known.
    """

    family: str
    template: str
    default_system: str = ""
    stop_strings: tuple[str, ...] = ()
    stop_tokens: tuple[StopToken, ...] = ()
    begins_with: str = ""
    writes_all: bool = False
    writes_none: bool = False
    reads_apart: bool = False
    trims_answers: bool = False
    special_tokens: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    for_tools: PromptFormat | None = None
    tool_format: ToolFormat | None = None

    def stop_token_ids(self, shipped: Shipped) -> list[int]:
        """The tokens that end an answer: by this model's own numbers where its files tell them, else the family's."""
        known = shipped.added_tokens
        ids = [known.get(token.text) if known else token.id for token in self.stop_tokens]
        return list(dict.fromkeys([*(token_id for token_id in ids if token_id is not None), *shipped.end_token_ids]))

    def render(self, messages: Sequence[ChatMessage]) -> str:
        """The prompt as text. Raises EngineError when the template refuses the conversation."""
        return self.accepted_form(messages)[1]

    def accepted_form(
        self, messages: Sequence[ChatMessage], tools: Sequence[Mapping[str, Any]] = ()
    ) -> tuple[Sequence[ChatMessage], str]:
        """The conversation as the template takes it, and its text. tools: only of a format that is `for_tools`."""
        if self.family == OWN:
            return _first_form_that_is_taken(messages, partial(self._write, tools=tools))
        form = self._in_order(messages)
        try:
            return form, self._write(form)
        except (TemplateError, TypeError, ValueError) as error:
            raise EngineError(f"The prompt format {self.family} cannot hold this conversation: {error}.") from error

    def _write(self, messages: Sequence[ChatMessage], tools: Sequence[Mapping[str, Any]] = ()) -> str:
        return render(self.template, as_dicts(messages, self.tool_format), self.special_tokens, tools)

    def _in_order(self, messages: Sequence[ChatMessage]) -> list[ChatMessage]:
        """One system text in front, the family's own where the conversation has none, then turn by turn."""
        systems = [message.content for message in messages if message.role == "system" and message.content.strip()]
        turns = [message for message in messages if message.role != "system"]
        system = "\n\n".join(systems) or self.default_system
        return [*([ChatMessage("system", system)] if system else []), *_merge_neighbours(turns)]


def choose_format(chosen: str, shipped: Shipped, *sources: str) -> PromptFormat:
    """How a model is asked. Raises ModelUnavailable for a choice that does not exist.

    chosen: a family's slug, "own", "plain", or empty to find out. sources: the model's names, the most telling first.
    With tools a model is always asked by its own template, because only that tells how it was taught to call them.
    """
    chosen_format = _without_tools(chosen, shipped, *sources)
    template = shipped.tool_template or shipped.template
    if not knows(template, "tools"):
        return chosen_format
    for_tools = replace(_own(shipped), template=template, tool_format=format_of(template))
    return replace(chosen_format, for_tools=for_tools)


def _without_tools(chosen: str, shipped: Shipped, *sources: str) -> PromptFormat:
    if chosen == OWN:
        if not shipped.template:
            raise ModelUnavailable("This model ships no chat template of its own; choose another prompt format.")
        return _own(shipped)
    if chosen:
        family = family_named(chosen)
        if family is None:
            raise ModelUnavailable(f"There is no prompt format “{chosen}”; there are {', '.join(PROMPT_FORMATS)}.")
        return _of(family, shipped)
    family = recognise(*sources, shipped.made_from)
    if shipped.template and (family is None or not family.has_marks_of(shipped.template)):
        return _own(shipped)
    if family:
        return _of(family, shipped)
    return replace(_of(PLAIN, shipped), warnings=(NO_TEMPLATE_WARNING,))


def _own(shipped: Shipped) -> PromptFormat:
    return PromptFormat(OWN, shipped.template, special_tokens=shipped.special_tokens, writes_all=True)


def _of(family: Family, shipped: Shipped) -> PromptFormat:
    return PromptFormat(
        family=family.slug,
        template=family.template_text,
        default_system=family.default_system,
        stop_strings=family.stop_strings,
        stop_tokens=family.stop_tokens,
        begins_with=family.begins_with,
        writes_all=family.writes_all,
        writes_none=family.writes_none,
        reads_apart=family.reads_apart,
        trims_answers=family.trims_answers,
        special_tokens=shipped.special_tokens,
    )


def _first_form_that_is_taken(
    messages: Sequence[ChatMessage], write: Callable[[Sequence[ChatMessage]], str]
) -> tuple[Sequence[ChatMessage], str]:
    """The first form of the conversation that the template takes whole, and its text.

    Many templates insist on strictly alternating roles; some refuse a system text, some drop it silently.
    """
    merged = _merge_neighbours(messages)
    forms = [list(messages), merged, _merge_neighbours(_system_inside_question(merged))]
    system_texts = [message.content.strip() for message in messages if message.role == "system"]
    accepted: list[tuple[Sequence[ChatMessage], str]] = []
    refusal: Exception | None = None
    for form in forms:
        try:
            text = write(form)
        except (TemplateError, TypeError, ValueError) as error:
            refusal = error
            continue
        accepted.append((form, text))
        if all(system_text in text for system_text in system_texts):
            return accepted[-1]
    if accepted:  # every form changes the system text in some way (upper case, say): take it as it is
        return accepted[0]
    raise EngineError(f"The chat template of this model refuses the conversation: {refusal}") from refusal


def _merge_neighbours(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """Two questions in a row (the first was never answered) become one, and so on."""
    merged: list[ChatMessage] = []
    for (role, with_tools), group in groupby(messages, key=lambda message: (message.role, uses_tools(message))):
        alike = list(group)
        merged += alike if with_tools else [ChatMessage(role, "\n\n".join(message.content for message in alike))]
    return merged


def _system_inside_question(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """The system text put in front of the first question, for templates that know no system role."""
    systems = [message.content for message in messages if message.role == "system"]
    turns = [message for message in messages if message.role != "system"]
    return [ChatMessage("user", text) for text in systems] + turns
