"""The forms in which models write that a tool be called, recognised by their chat template.

Sources: the chat templates of Hermes 2 Pro and Qwen 2.5 (<tool_call>), Llama 3.1 (bare JSON with "parameters") and
Mistral 7B v0.3 ([TOOL_CALLS] before a list).
"""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToolFormat:
    """`opening`, then the calls with `separator` between them, then `closing`. A separator of None: one call only.

    A call is `begin`, the name in quotes, `middle`, the arguments and `end`. stop: a text that ends the first call.
    """

    name: str
    begin: str
    middle: str
    end: str
    opening: str = ""
    closing: str = ""
    separator: str | None = None
    stop: str = ""

    @property
    def markers(self) -> tuple[str, ...]:
        """What may be a control token in a model's vocabulary; it must be seen all the same."""
        return tuple(marker for marker in MARKERS if marker in self.opening + self.begin + self.end)

    def before_arguments(self, name: str) -> str:
        return f"{self.begin}{json.dumps(name)}{self.middle}"


TOOL_CALL, END_OF_TOOL_CALL, TOOL_CALLS = "<tool_call>", "</tool_call>", "[TOOL_CALLS]"
MARKERS = (TOOL_CALL, END_OF_TOOL_CALL, TOOL_CALLS)

HERMES = ToolFormat(
    "hermes",
    begin=f'{TOOL_CALL}\n{{"name": ',
    middle=', "arguments": ',
    end=f"}}\n{END_OF_TOOL_CALL}",
    separator="\n",
    stop=END_OF_TOOL_CALL,
)
LLAMA = ToolFormat("llama", begin='{"name": ', middle=', "parameters": ', end="}")
MISTRAL = ToolFormat(
    "mistral",
    opening=f"{TOOL_CALLS}[",
    begin='{"name": ',
    middle=', "arguments": ',
    end="}",
    closing="]",
    separator=", ",
)


def format_of(template: str) -> ToolFormat | None:
    """How a model with this template calls tools; None for a form that is not known here."""
    if TOOL_CALL in template:
        return None if "<function=" in template else HERMES  # Qwen 3 Coder writes tags instead of JSON
    if TOOL_CALLS in template:
        return None if "[ARGS]" in template else MISTRAL  # newer ones write the name before the list
    return LLAMA if '"parameters"' in template and '"name"' in template else None
