"""The common clock of blind battles: what it shows when, and that its frames do not tell the slow side."""

from __future__ import annotations

from typing import Any

import pytest

from arena import pacing
from arena.frames import BlindFrames, padded
from arena.pacing import CommonClock, SecondPhase, Written, whole_characters
from tests.arena import timing_attack

USUAL = {"a": 100.0, "b": 100.0}  # a reserve of half a second


def run(clock: CommonClock, start: float, seconds: float) -> list[dict[str, str]]:
    """All frames of so many seconds."""
    times = [start + number * pacing.FRAME_SECONDS for number in range(int(seconds / pacing.FRAME_SECONDS))]
    return [frame for now in times if (frame := clock.next_frame(now))]


def test_nothing_is_shown_before_both_have_begun() -> None:
    clock = CommonClock(USUAL, asked=0.0)
    clock.feed("a", "x" * 500, 0.1)
    clock.end("a", 0.2)
    assert run(clock, 0.2, 15) == [] and clock.is_thinking
    assert not clock.is_still_thinking(19.9) and clock.is_still_thinking(20.0)
    clock.feed("b", "yyy", 20.0)
    assert run(clock, 20.0, 2) == [{"a": "xxx", "b": "yyy"}]
    assert not clock.is_still_thinking(40.0)


def test_both_grow_by_the_same_and_by_no_more_than_80() -> None:
    clock = CommonClock(USUAL, asked=0.0)
    clock.feed("a", "x" * 1000, 0.0)
    clock.feed("b", "y" * 300, 0.0)
    frames = run(clock, 0.0, 3)
    assert [len(frame["a"]) for frame in frames] == [len(frame["b"]) for frame in frames] == [80, 80, 80, 60]


def test_the_youngest_words_are_held_back() -> None:
    clock = CommonClock(USUAL, asked=0.0)
    for label in "ab":
        clock.feed(label, "1234567890", 1.0)
    assert clock.next_frame(1.4) is None
    clock.feed("a", "x", 1.45)
    clock.feed("b", "x", 1.45)
    assert clock.next_frame(1.55) == {"a": "1234567890", "b": "1234567890"}
    assert clock.next_frame(1.96) == {"a": "x", "b": "x"}


@pytest.mark.parametrize("slow", ["a", "b"])
def test_the_longer_one_goes_on_at_the_pace_of_the_slower(slow: str) -> None:
    """Whichever side is slow: 20 characters a second, and a little less in the second phase."""
    clock = CommonClock({"a": 20.0, "b": 20.0}, asked=0.0)
    lengths = {"a": 100, "b": 200}  # b is the longer one
    fed = {"a": 0, "b": 0}
    shown = {"a": [], "b": []}  # type: dict[str, list[tuple[float, int]]]
    for step in range(250):
        now = step / 10
        for label, length in lengths.items():
            target = min(length, int(now * (20 if label == slow else 400)))
            if target > fed[label]:
                clock.feed(label, "x" * (target - fed[label]), now)
                fed[label] = target
                if target == length:
                    clock.end(label, now)
        for label, text in (clock.next_frame(now) or {}).items():
            shown[label].append((now, len(text)))
    assert clock.is_all_shown
    alone = [now for now, length in shown["b"] if length and not any(at == now and size for at, size in shown["a"])]
    seconds = alone[-1] - alone[0]
    assert 100 / 20 < seconds < 100 / 20 * 1.35, "neither faster than the slower model, nor much slower"
    assert max(length for now, length in shown["b"] if now in alone) <= 3, "evenly"


def test_no_character_is_cut() -> None:
    family = "👨\u200d👩\u200d👧"
    assert whole_characters(f"a{family}b", 3) == 1 and whole_characters(f"a{family}b", 1 + len(family)) == 6
    assert whole_characters("e\u0301e\u0301", 3) == 2
    assert whole_characters("🇹🇼🇯🇵", 1) == 0 and whole_characters("🇹🇼🇯🇵", 2) == 2 and whole_characters("🇹🇼🇯🇵", 3) == 2
    assert whole_characters("👍🏽!", 1) == 0 and whole_characters("a\r\n", 2) == 1
    assert whole_characters("空氣品質", 3) == 3 and whole_characters("", 0) == 0 and whole_characters("ab", 2) == 2
    accents = "e" + "\u0301" * 1000
    assert whole_characters(accents, 500) >= 500 - pacing.LONGEST_CLUSTER, "no text can hold itself back"


def test_what_was_fed_is_shown_once_and_whole() -> None:
    texts = {"a": "👨\u200d👩\u200d👧 家人 e\u0301" * 40, "b": "🇹🇼 臺灣\r\n" * 25}
    clock = CommonClock(USUAL, asked=0.0)
    shown = {"a": "", "b": ""}
    for step in range(1200):
        now = step / 10
        for label, text in texts.items():
            if part := text[step * 3 : step * 3 + 3]:
                clock.feed(label, part, now)
            elif step * 3 - len(text) in range(3):
                clock.end(label, now)
        for label, new in (clock.next_frame(now) or {}).items():
            shown[label] += new
    assert clock.is_all_shown and shown == texts


def test_a_short_answer_is_measured_by_what_its_model_usually_does() -> None:
    """One word says nothing of its model's speed."""
    slow, fast = Written(3, 0.0, 0.0, usual_rate=10.0), Written(900, 0.0, 2.0, usual_rate=500.0)
    assert 9 <= SecondPhase.after([slow, fast]).pace <= 12


def test_the_page_says_complete_when_the_clock_has_shown_all() -> None:
    slow_short = Written(100, begun=0.0, ended=10.0, usual_rate=10.0)
    fast_long = Written(200, begun=0.0, ended=2.0, usual_rate=100.0)
    assert 20.0 < pacing.shown_completely_at([slow_short, fast_long]) < 25.0
    assert pacing.shown_completely_at([slow_short, Written(5000, 0.0, 2.0, 100.0)]) == 10.0 + pacing.PATIENCE_SECONDS
    assert pacing.shown_completely_at([slow_short, slow_short]) >= 10.0


def test_a_stop_shows_no_more_than_the_clock_had_shown() -> None:
    slow = Written(100, 0.0, 10.0, 10.0)
    assert pacing.shown_when_stopped([slow, Written(4000, 0.0, 10.0, 400.0)]) == 100
    finished = Written(50, 0.0, 5.0, 10.0)
    assert 50 <= pacing.shown_when_stopped([finished, Written(4000, 0.0, 10.0, 400.0)]) <= 100


def test_every_blind_frame_has_whole_blocks_and_neutral_ids() -> None:
    frames = BlindFrames("turn", "ab")
    for html in (frames.still_thinking(), frames.grown({"a": "甲" * 80, "b": "b"}), frames.grown({"a": "", "b": "c"})):
        assert len(html.encode()) % 1024 == 0
    assert len(padded("x" * 1017).encode()) == 1024 and len(padded("x" * 1018).encode()) == 2048


def any_length(chance: Any) -> tuple[int, int]:
    """Equal, nearly equal, or up to 12 s longer at the slow model's pace; one in five is a single word."""
    short = int(chance.integers(2, 12)) if chance.random() < 0.2 else int(chance.integers(60, 240))
    return short, short + int(chance.choice([0, chance.integers(1, 240)]))


def equal_length(chance: Any) -> tuple[int, int]:
    return (int(chance.integers(60, 300)),) * 2


@pytest.mark.parametrize("lengths", [equal_length, any_length])
def test_an_observer_cannot_tell_the_slow_side(lengths: timing_attack.Lengths) -> None:
    """200 battles; the observer is fitted on nine tenths and guesses the rest. 0.5 is tossing a coin.

    Repeated with other battles, because 200 alone leave a standard error of 0.04.
    """
    areas = []
    for seed in range(4):
        found, truth = timing_attack.battles(200, lengths, timing_attack.watched, seed)
        areas.append(timing_attack.area_under_curve(truth, timing_attack.guessed(found, truth, seed)))
    assert 0.45 <= sum(areas) / len(areas) <= 0.55, areas


def test_without_the_clock_the_same_observer_knows() -> None:
    found, truth = timing_attack.battles(200, any_length, timing_attack.unpaced, 0)
    assert timing_attack.area_under_curve(truth, timing_attack.guessed(found, truth, 0)) > 0.95
