"""What an answer should look like beyond plain text: likelihoods of its tokens, a JSON schema, calls of tools.

Only programs ask for these (see docs/api.md). Plain values: no torch, no Django, no parsing of models' words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

NAMED = "function:"  # before the name of the one tool that must be called

# A token's text, the natural logarithm of its probability, and its bytes in hexadecimal ("": it stands for none).
Likelihood = tuple[str, float, str]

IMPOSSIBLE = -9999.0  # as OpenAI says it: JSON has no minus infinity


def told_logarithm(log: float) -> float:
    """Six decimals are more than float32 knows."""
    return round(max(log, IMPOSSIBLE), 6)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish that a tool be used. arguments: JSON, as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class AnswerForm:
    """logprobs: how many alternatives to tell for each token (0: the token's own alone; None: nothing).

    response_format and tools are JSON in OpenAI's form, empty for none. tool_choice: "auto", "none", "required", or
    NAMED and a name.
    """

    logprobs: int | None = None
    response_format: str = ""
    tools: str = ""
    tool_choice: str = "auto"
    parallel_tool_calls: bool = True

    def to_json(self) -> dict[str, Any]:
        """What differs from a plain answer."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {field.name: values[field.name] for field in fields(self) if values[field.name] != field.default}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> AnswerForm:
        return cls(**values)

    @property
    def is_plain(self) -> bool:
        return self == PLAIN

    @cached_property
    def schema(self) -> Any:
        """The JSON schema that the text must follow; None for any text."""
        asked = json.loads(self.response_format) if self.response_format else {}
        if asked.get("type") == "json_schema":
            return asked["json_schema"]["schema"]
        return {"type": "object"} if asked.get("type") == "json_object" else None

    @cached_property
    def offered_tools(self) -> list[dict[str, Any]]:
        """The tools that the model hears of; with "none" there are none for it."""
        return json.loads(self.tools) if self.tools and self.tool_choice != "none" else []

    @property
    def must_call(self) -> bool:
        return bool(self.offered_tools) and self.tool_choice != "auto"

    @property
    def callable_tools(self) -> list[dict[str, Any]]:
        """The functions that may be called."""
        functions = [tool["function"] for tool in self.offered_tools]
        if self.tool_choice.startswith(NAMED):
            return [function for function in functions if function["name"] == self.tool_choice.removeprefix(NAMED)]
        return functions

    @property
    def strict_tools(self) -> list[dict[str, Any]]:
        """The functions whose calls must follow their schemas even where none must be called."""
        return [function for function in self.callable_tools if function.get("strict")]

    @property
    def allows_several_calls(self) -> bool:
        return self.parallel_tool_calls and not self.tool_choice.startswith(NAMED)


PLAIN = AnswerForm()
