"""The bodies of requests: what a client may send, with its type and range. What it may not is in refusals.py."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from inference.engine.types import MAX_STOP_STRINGS

MOST_CHOICES = 8
MOST_BIASES = 1024
MOST_TOOLS = 128
SMALLEST_SEED, LARGEST_SEED = -(2**63), 2**63 - 1


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


TokenId = Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
Bias = Annotated[float, Field(ge=-100, le=100)]
Text = Annotated[str, Field(max_length=5_000_000)]
Stop = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=500)]],
    BeforeValidator(_as_list, json_schema_input_type=str | list[str]),
    Field(max_length=MAX_STOP_STRINGS),
]


class StreamOptions(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    include_usage: bool | None = Field(None, description="One more chunk before the end, with the tokens counted.")
    include_obfuscation: bool | None = Field(None, description="Accepted; nothing is ever padded here.")


class SamplingRequest(BaseModel):
    """What both ways of asking share. Whatever is missing or null takes the default of the model."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)

    model: str = Field(max_length=200, description="The short name of a model, as listed by /v1/models.")
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    top_k: int | None = Field(None, ge=-1, le=1_000_000, description="Beyond OpenAI; 0 or -1: no limit.")
    min_p: float | None = Field(None, ge=0, le=1, description="Beyond OpenAI; 0: no limit.")
    repetition_penalty: float | None = Field(None, ge=0.1, le=10, description="Beyond OpenAI; 1: none.")
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    logit_bias: Annotated[dict[TokenId, Bias], Field(max_length=MOST_BIASES)] | None = None
    seed: int | None = Field(None, ge=SMALLEST_SEED, le=LARGEST_SEED)
    stop: Stop | None = None
    max_tokens: int | None = Field(None, ge=1, le=10_000_000)
    n: int | None = Field(None, ge=1, le=MOST_CHOICES)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    user: str | None = Field(None, max_length=1000, description="Accepted; requests are counted by API key.")

    @property
    def params(self) -> dict[str, Any]:
        """As inference takes them; None takes the model's default."""
        return {
            "temperature": self.temperature,
            "top_p": max(self.top_p, 1e-6) if self.top_p is not None else None,  # OpenAI's 0 keeps one token
            "top_k": max(self.top_k, 0) if self.top_k is not None else None,
            "min_p": self.min_p,
            "repetition_penalty": self.repetition_penalty,
            "logit_bias": [(int(token), bias) for token, bias in self.logit_bias.items()] if self.logit_bias else None,
            "presence_penalty": self.presence_penalty,
            "frequency_penalty": self.frequency_penalty,
            "seed": self.seed,
            "stop": self.stop,
            "max_tokens": self.max_tokens,
        }

    @property
    def wants_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)


class ChatRequest(SamplingRequest):
    messages: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=10_000,
        description="Turns of the roles system (or developer), user, assistant and tool. Content is a text, or a list "
        "of parts of the type text.",
        examples=[[{"role": "user", "content": "What is the capital of Taiwan?"}]],
    )
    max_completion_tokens: int | None = Field(None, ge=1, le=10_000_000, description="The newer name of max_tokens.")
    logprobs: bool | None = Field(None, description="How likely the model found each token of its answer.")
    top_logprobs: int | None = Field(None, ge=0, le=20, description="And so many of the likeliest in its place.")
    response_format: dict[str, Any] | None = Field(
        None,
        description='Holds the answer to a form: {"type": "json_object"}, or {"type": "json_schema", "json_schema": '
        '{"name": "…", "schema": {…}}}.',
    )
    tools: list[dict[str, Any]] | None = Field(
        None,
        max_length=MOST_TOOLS,
        description='Functions that the model may call: {"type": "function", "function": {"name": "…", "description": '
        '"…", "parameters": {…}}}. Only for models that were taught to.',
    )
    tool_choice: str | dict[str, Any] | None = Field(
        None, description='none, auto, required, or {"type": "function", "function": {"name": "…"}}.'
    )
    parallel_tool_calls: bool | None = Field(None, description="False: one call at most.")
    metadata: dict[str, str] | None = Field(None, max_length=16, description="Accepted, not kept.")
    safety_identifier: str | None = Field(None, description="Accepted, not kept.")
    prompt_cache_key: str | None = Field(None, description="Accepted; there is nothing to choose.")

    @property
    def params(self) -> dict[str, Any]:
        return {**super().params, "max_tokens": self.max_completion_tokens or self.max_tokens}


class CompletionRequest(SamplingRequest):
    prompt: Annotated[
        list[Text],
        BeforeValidator(_as_list, json_schema_input_type=str | list[str]),
        Field(min_length=1, max_length=MOST_CHOICES),
    ] = Field(description="A text, or several, each answered on its own. The model goes on with it as it stands.")
    max_tokens: int | None = Field(16, ge=1, le=10_000_000)
    logprobs: int | None = Field(
        None, ge=0, le=5, description="How likely the model found each token, and so many of the likeliest beside it."
    )
