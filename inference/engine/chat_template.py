"""Renders a chat template (Jinja) exactly as transformers does, without transformers and torch.

Templates come from strangers: they run in Jinja's immutable sandbox, see only text, and cannot keep private names.
The environment (options, filters, functions) is the one that transformers documents for chat templates.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import Template, meta, nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace


def render(
    template: str,
    messages: Sequence[Mapping[str, Any]],
    special_tokens: Mapping[str, str],
    tools: Sequence[Mapping[str, Any]] = (),
) -> str:
    """The prompt up to where the answer begins. Raises TemplateError where the template refuses the conversation,
    TypeError and ValueError where it stumbles over it."""
    copies = [dict(message) for message in messages]
    return _compiled(template).render(
        **special_tokens, messages=copies, tools=list(tools) or None, documents=None, add_generation_prompt=True
    )


def knows(template: str, variable: str) -> bool:
    """Whether the template looks at this variable."""
    try:
        return variable in meta.find_undeclared_variables(_environment().parse(template))
    except TemplateError:
        return False


class _GenerationTag(Extension):
    """`{% generation %}` marks answers for training; for a prompt it is what it holds."""

    tags = {"generation"}

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _PublicNamespace(Namespace):
    """Jinja's namespace without names that begin with an underscore."""

    def __init__(*args: Any, **values: Any) -> None:
        for name in dict(*args[1:], **values):
            _refuse_private(name)
        Namespace.__init__(*args, **values)

    def __setitem__(self, name: str, value: Any) -> None:
        _refuse_private(name)
        super().__setitem__(name, value)


def _refuse_private(name: object) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise SecurityError(f"A chat template may not keep the name {name!r}.")


def _raise_exception(message: str) -> None:
    raise TemplateError(message)


def _to_json(value: Any, ensure_ascii: bool = False, **options: Any) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, **options)


def _now(pattern: str) -> str:
    return datetime.now().strftime(pattern)


@lru_cache(maxsize=64)
def _compiled(template: str) -> Template:
    return _environment().from_string(template)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[_GenerationTag, loopcontrols]
    )
    environment.filters["tojson"] = _to_json
    environment.globals.update(raise_exception=_raise_exception, strftime_now=_now, namespace=_PublicNamespace)
    return environment
