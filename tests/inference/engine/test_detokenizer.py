"""Incremental text: joined it is what the tokenizer decodes, and no piece ever ends in half a character."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from inference.engine.detokenizer import Detokenizer

any_text = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\ufffd"), max_size=60)
lively_text = st.lists(
    st.sampled_from(["環境", "👩‍👩‍👧", "🌫️", " ", "  ", "\n", "word", " word", "é", "ﷺ", "空氣品質", "𝛑", ".", " ."]),
    max_size=25,
).map("".join)
same_fixture = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)


@pytest.fixture(params=["byte level", "sentencepiece"])
def either(
    request: pytest.FixtureRequest,
    tokenizer: PreTrainedTokenizerFast,
    sentencepiece_tokenizer: PreTrainedTokenizerFast,
) -> PreTrainedTokenizerFast:
    return tokenizer if request.param == "byte level" else sentencepiece_tokenizer


def encode(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def decode(tokenizer: PreTrainedTokenizerFast, token_ids: list[int]) -> str:
    return str(tokenizer.decode(token_ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))


@same_fixture
@given(text=st.one_of(any_text, lively_text))
def test_the_pieces_joined_are_the_decoded_text(either: PreTrainedTokenizerFast, text: str) -> None:
    token_ids = encode(either, text)
    detokenizer = Detokenizer(either)
    pieces = [detokenizer.feed(token_id) for token_id in token_ids]
    assert not any("\ufffd" in piece for piece in pieces)
    assert "".join(pieces) + detokenizer.finish() == decode(either, token_ids)


def test_the_premise_characters_are_split_over_tokens(either: PreTrainedTokenizerFast) -> None:
    assert len(encode(either, "👩‍👩‍👧")) > 10
    assert decode(either, encode(either, "🌫️")[:-1]).endswith("\ufffd")


def test_a_half_character_at_the_end_is_not_shown(either: PreTrainedTokenizerFast) -> None:
    detokenizer = Detokenizer(either)
    shown = "".join(detokenizer.feed(token_id) for token_id in encode(either, "wind 🌫")[:-1])
    assert shown + detokenizer.finish() == "wind "


def test_special_tokens_vanish_and_the_space_behind_them_stays(either: PreTrainedTokenizerFast) -> None:
    words = encode(either, "one two 界 three")
    for place in range(len(words) + 1):
        token_ids = [*words[:place], either.eos_token_id, *words[place:]]
        detokenizer = Detokenizer(either)
        text = "".join(detokenizer.feed(token_id) for token_id in token_ids) + detokenizer.finish()
        assert text == "one two 界 three"


def test_a_sentencepiece_answer_begins_without_the_space_of_its_first_word(
    sentencepiece_tokenizer: PreTrainedTokenizerFast,
) -> None:
    detokenizer = Detokenizer(sentencepiece_tokenizer)
    pieces = [detokenizer.feed(token_id) for token_id in encode(sentencepiece_tokenizer, "quick brown fox")]
    assert "".join(pieces) == "quick brown fox"


@same_fixture
@given(
    text=lively_text, stops=st.lists(st.sampled_from(["word w", "空氣", "\n", "👩", ". "]), max_size=2), data=st.data()
)
def test_an_answer_cut_anywhere_is_continued_to_the_same_text(
    either: PreTrainedTokenizerFast, text: str, stops: list[str], data: st.DataObject
) -> None:
    token_ids = encode(either, text)
    whole = Detokenizer(either, stops)
    pieces = [whole.feed(token_id) for token_id in token_ids]
    expected = "".join(pieces) + whole.finish()
    cut = data.draw(st.integers(0, len(token_ids)))
    # A chunk may be lost between token and text, so the shown text may be shorter than its tokens.
    shown = "".join(pieces[:cut])[: data.draw(st.integers(0, 200))]
    rest = Detokenizer(either, stops, token_ids[:cut], shown)
    assert shown + "".join(rest.feed(token_id) for token_id in token_ids[cut:]) + rest.finish() == expected
    assert rest.stopped == whole.stopped


@same_fixture
@given(token_ids=st.lists(st.integers(0, 479), max_size=60), cut=st.integers(0, 60))
def test_random_tokens_never_break_it(either: PreTrainedTokenizerFast, token_ids: list[int], cut: int) -> None:
    whole = Detokenizer(either)
    pieces = [whole.feed(token_id) for token_id in token_ids]
    shown = "".join(pieces[:cut])
    rest = Detokenizer(either, (), token_ids[:cut], shown)
    continued = "".join(rest.feed(token_id) for token_id in token_ids[cut:]) + rest.finish()
    assert shown + continued == "".join(pieces) + whole.finish()


def test_a_stop_string_across_token_borders_is_never_shown(either: PreTrainedTokenizerFast) -> None:
    detokenizer = Detokenizer(either, ["brown fo"])
    shown = ""
    for token_id in encode(either, "The quick brown fox jumps"):
        shown += detokenizer.feed(token_id)
        assert "The quick ".startswith(shown)
    assert detokenizer.stopped
    assert shown + detokenizer.finish() == "The quick "


def test_it_takes_linear_time_even_for_broken_characters(tokenizer: PreTrainedTokenizerFast) -> None:
    broken = encode(tokenizer, "界")[0]
    for token_ids in (encode(tokenizer, "quick brown fox " * 500), [broken] * 3000):
        durations = []
        for count in (len(token_ids) // 4, len(token_ids)):
            detokenizer = Detokenizer(tokenizer)
            started = time.process_time()
            for token_id in token_ids[:count]:
                detokenizer.feed(token_id)
            durations.append(time.process_time() - started)
        assert durations[1] < 12 * durations[0] + 0.05
