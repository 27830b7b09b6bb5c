"""What the page is told while an answer comes about."""

from __future__ import annotations

from chat.reply_frames import ReplyFrames
from inference.events import Delta, Event, Status


def status_after(*events: Event) -> str:
    """The line below the answer; one frame for each event."""
    frames, shown = ReplyFrames("1"), ""
    for event in events:
        html = frames.render([event])
        if '<p id="status-1"' in html:
            shown = html.split('<p id="status-1"')[1].split(">", 1)[1].split("</p>")[0]
    return shown


def test_the_note_on_an_absent_broker_goes_when_it_is_back() -> None:
    assert "broker is away" in status_after(Delta("some"), Status("offline"))
    assert status_after(Delta("some"), Status("offline"), Status("online")) == ""


def test_without_a_word_yet_it_is_waiting_again() -> None:
    assert status_after(Status("offline"), Status("online")) == "Waiting for the model…"


def test_events_of_one_frame_count_in_their_order() -> None:
    frames = ReplyFrames("1")
    html = frames.render([Delta("some"), Status("offline"), Status("online")])
    assert "broker" not in html and "some" in html


def test_who_waits_for_memory_is_told_how_many_are_ahead() -> None:
    assert status_after(Status("queued", "12")) == "Waiting: 12 answers are ahead of yours."
    assert status_after(Status("queued", "12"), Status("queued", "1")) == "Waiting: 1 answer is ahead of yours."
    assert status_after(Status("queued", "0")) == "Waiting: yours is the next answer to begin."
    assert status_after(Status("queued", "0"), Delta("some")) == ""
    assert "ahead" in status_after(Delta("some"), Status("queued", "1")), "sent back for want of memory"
    assert status_after(Delta("some"), Status("queued", "1"), Delta("more")) == ""
