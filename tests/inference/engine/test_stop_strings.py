"""Stop strings: whatever the pieces, the text is cut at the first one, and nothing of it is ever shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inference.engine.stop_strings import StopStringFilter

few_letters = st.text(alphabet="ab\n", max_size=40)


@given(text=few_letters, stops=st.lists(st.text(alphabet="ab\n", min_size=1, max_size=5), max_size=3), data=st.data())
def test_the_shown_text_is_the_text_before_the_first_stop_string(
    text: str, stops: list[str], data: st.DataObject
) -> None:
    filter_ = StopStringFilter(stops)
    shown = ""
    fed = 0
    while fed < len(text):
        piece = data.draw(st.integers(1, 7))
        shown += filter_.feed(text[fed : fed + piece])
        fed += piece
        # Held back as little as possible: all but an ending that may still become a stop string.
        if not filter_.stopped and not any(s in text[:fed] for s in stops):
            held_back = text[len(shown) : fed]
            assert not held_back or any(stop.startswith(held_back) for stop in stops)
    assert filter_.stopped == any(stop in text for stop in stops)
    if not filter_.stopped:
        shown += filter_.finish()
    ends = [text.index(stop) for stop in stops if stop in text]
    if ends:
        assert not any(stop in shown for stop in stops)
        assert text.startswith(shown)
    else:
        assert shown == text


def test_the_earliest_of_several_stop_strings_counts() -> None:
    filter_ = StopStringFilter(["world", "lo"])
    assert filter_.feed("hello world") == "hel"
    assert filter_.stopped
    assert filter_.feed("more") == ""
    assert filter_.finish() == ""


def test_an_ending_that_became_no_stop_string_comes_out_later() -> None:
    filter_ = StopStringFilter(["\nUser:"])
    assert filter_.feed("answer\nUs") == "answer"
    assert filter_.feed("eful") == "\nUseful"
    assert filter_.feed("\nUser") == ""
    assert filter_.finish() == "\nUser"
