"""What the echo engine promises to every test that leans on it."""

from __future__ import annotations

import threading
import time

import pytest

from inference.engine.echo import MARKDOWN_SAMPLE, EchoEngine
from inference.engine.registry import EngineRegistry
from inference.engine.types import (
    ChatMessage,
    Chunk,
    EngineError,
    EngineRequest,
    EngineSpec,
    ModelUnavailable,
    PromptTooLong,
    SamplingParams,
)


def echo(source: str = "", context_length: int | None = None) -> EchoEngine:
    return EchoEngine(EngineSpec("echo", "echo", source, context_length=context_length))


def question(text: str, **changes: object) -> EngineRequest:
    params = changes.pop("params", SamplingParams())
    return EngineRequest("1", (ChatMessage("user", text),), params, **changes)  # type: ignore[arg-type]


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


@pytest.mark.parametrize(
    "text", ["one two  three", " leading", "trailing\n", "中文 and English，混合", "🌫️ x", MARKDOWN_SAMPLE]
)
def test_the_answer_is_the_question_word_by_word(text: str) -> None:
    chunks = list(echo().start(question(text)))
    assert text_of(chunks) == text
    ids = [token for chunk in chunks for token in chunk.token_ids]
    assert ids == list(range(len(ids)))
    finish = chunks[-1].finish
    assert finish and finish.reason == "stop" and finish.completion_tokens == len(ids)


def test_only_the_last_question_is_repeated_and_words_says_how_often() -> None:
    messages = (ChatMessage("user", "first"), ChatMessage("assistant", "first"), ChatMessage("user", "a b"))
    request = EngineRequest("1", messages, SamplingParams())
    assert text_of(list(echo("words=5").start(request))) == "a b a b a"


def test_max_tokens_ends_with_length() -> None:
    chunks = list(echo().start(question("a b c d", params=SamplingParams(max_tokens=2))))
    assert text_of(chunks) == "a b"
    assert chunks[-1].finish and chunks[-1].finish.reason == "length"


def test_a_stop_string_across_words_is_never_shown() -> None:
    chunks = list(echo().start(question("one two three four", params=SamplingParams(stop=("two three",)))))
    assert text_of(chunks) == "one "
    assert chunks[-1].finish and chunks[-1].finish.reason == "stop"
    almost = list(echo().start(question("one two thirty", params=SamplingParams(stop=("two three",)))))
    assert text_of(almost) == "one two thirty"


def test_a_broken_off_answer_is_continued_at_any_word() -> None:
    params = SamplingParams(stop=("e f",))
    whole = list(echo().start(question("a b c d e f g", params=params)))
    for cut in range(len(whole)):
        shown = whole[:cut]
        rest = echo().start(
            question(
                "a b c d e f g",
                params=params,
                shown_token_ids=tuple(token for chunk in shown for token in chunk.token_ids),
                shown_text=text_of(shown),
            )
        )
        assert text_of(shown) + text_of(list(rest)) == text_of(whole)


def test_it_speaks_at_the_asked_speed_and_stops_within_one_word() -> None:
    stream = echo("words_per_second=20,first_token_ms=100,words=10000").start(question("word"))
    started = time.monotonic()
    threading.Timer(0.4, stream.cancel).start()
    chunks = list(stream)
    assert 0.4 <= time.monotonic() - started < 0.6
    assert 4 <= len(chunks) <= 9
    assert chunks[-1].finish and chunks[-1].finish.reason == "cancelled"


def test_fail_commands_fail() -> None:
    with pytest.raises(EngineError, match="because the question asked"):
        list(echo().start(question("!fail")))
    chunks = []
    with pytest.raises(EngineError):
        chunks.extend(echo().start(question("!fail after 2 words")))
    assert list(echo().start(question("!markdown")))[-1].finish


def test_a_long_question_is_refused_with_both_numbers_and_old_turns_are_dropped() -> None:
    with pytest.raises(PromptTooLong, match=r"12 tokens.*9 fit"):
        list(echo(context_length=10).start(question("a b c d e f g h i j k l")))
    messages = (ChatMessage("user", "a b c d"), ChatMessage("assistant", "e f"), ChatMessage("user", "g"))
    chunks = list(echo(context_length=8).start(EngineRequest("1", messages, SamplingParams())))
    assert chunks[-1].finish and chunks[-1].finish.dropped_messages == 2


def test_a_source_with_a_typing_error_is_unavailable() -> None:
    with pytest.raises(ModelUnavailable, match="'word=3'"):
        echo("word=3")


def test_equal_specs_share_an_engine_and_close_all_forgets_it() -> None:
    registry = EngineRegistry()
    spec = EngineSpec("echo", "echo", "")
    engine = registry.engine_for(spec)
    assert registry.engine_for(EngineSpec("echo", "echo", "")) is engine
    assert [snapshot.loading for snapshot in registry.snapshot()] == [None]
    registry.close_all()
    assert registry.snapshot() == []
    assert registry.engine_for(spec) is not engine
