"""FastChat's raw logs become history and votes: once, however often they are read, and without anybody's address."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from arena.counting import rebuild
from arena.exporting import export_votes
from arena.formats.fastchat_log import read_line
from arena.formats.rows import Wrong
from arena.models import ImportedVote, PairCount, Vote, VoteImport
from chat.models import Conversation, Message
from chat.owners import Owner
from chat.services import delete_conversation
from inference.models import Generation, ModelEntry
from inference.services import offered_models

pytestmark = pytest.mark.django_db

IP = "203.0.113.77"


def state(*texts: Any, key: str = "c1", model: str | None = "vicuna-7b", **more: Any) -> dict[str, Any]:
    messages = [[("USER", "ASSISTANT")[index % 2], text] for index, text in enumerate(texts)]
    return {
        "template_name": "vicuna_v1.1",
        "system_message": "Be kind.",
        "roles": ["USER", "ASSISTANT"],
        "messages": messages,
        "offset": 0,
        "conv_id": key,
        "model_name": model,
        **more,
    }


def chat(at: float, *texts: Any, model: str = "vicuna-7b", **more: Any) -> dict[str, Any]:
    return {
        "tstamp": at,
        "type": "chat",
        "model": model,
        "gen_params": {"temperature": 0.7, "top_p": 1, "max_new_tokens": 512, "odd": []},
        "start": at - 2,
        "finish": at,
        "state": state(*texts, model=model, **more),
        "ip": IP,
    }


def vote(
    at: float, kind: str = "leftvote", left: Any = None, right: Any = None, models: Any = ("", "")
) -> dict[str, Any]:
    left = left or state("hi", "hello", key="l", model="vicuna-7b")
    right = right or state("hi", "good day", key="r", model="alpaca")
    return {"tstamp": at, "type": kind, "models": list(models), "states": [left, right], "ip": IP}


@pytest.fixture
def log(tmp_path: Path) -> Any:
    def write(*records: Any, name: str = "2024-05-01-conv.json") -> Path:
        path = tmp_path / name
        lines = [record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


def read(*paths: Path, name: str = "FastChat logs") -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_fastchat_logs", *map(str, paths), "--user", "alice", "--name", name, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def rows() -> list[Any]:
    return [
        list(model._default_manager.order_by("pk").values())
        for model in (Conversation, Message, Generation, ModelEntry, ImportedVote, PairCount, VoteImport)
    ]


def test_a_chat_becomes_a_conversation(alice: Any, log: Any) -> None:
    out, err = read(
        log(chat(1000.5, "Was ist BSB?", "Ein Maß."), chat(1010.0, "Was ist BSB?", "Ein Maß.", "Und CSB?", "Auch."))
    )
    assert (out, err) == ("New: 1 conversations, 2 answers, 0 votes.\n", "")
    conversation = Conversation.objects.owned_by(Owner(user=alice)).get()
    thread = conversation.thread()
    assert [message.text for message in thread] == ["Was ist BSB?", "Ein Maß.", "Und CSB?", "Auch."]
    assert [message.is_reply for message in thread] == [False, True, False, True]
    assert (conversation.title, conversation.updated_at.timestamp()) == ("Was ist BSB?", 1010.0)
    assert conversation.created_at.timestamp() == 998.5
    assert [message.created_at for message in thread] == sorted(message.created_at for message in thread)
    first, second = (message.generation for message in thread if message.generation)
    assert (first.status, first.requester, first.user) == ("finished", f"user:{alice.pk}", alice)
    assert (first.created_at.timestamp(), first.ended_at.timestamp()) == (998.5, 1000.5)
    assert first.params == {"temperature": 0.7, "top_p": 1, "max_tokens": 512}
    assert [message["content"] for message in second.prompt] == ["Be kind.", "Was ist BSB?", "Ein Maß.", "Und CSB?"]
    assert second.sampling.max_tokens == 512 and second.prompt[0]["role"] == "system"


def test_it_is_shown_and_found_and_nobody_else_sees_it(alice: Any, bob: Any, as_user: Any, log: Any) -> None:
    read(log(chat(1000, "What is turbidity?", "A measure of <cloudiness>.")))
    conversation = Conversation.objects.get()
    page = as_user(alice).get(conversation.get_absolute_url())
    assert page.status_code == 200 and "&lt;cloudiness&gt;" in page.content.decode()
    found = as_user(alice).get(reverse("chat-history"), {"q": "cloudiness"}).content.decode()
    assert "What is turbidity?" in found
    assert as_user(bob).get(conversation.get_absolute_url()).status_code == 404
    assert Client().get(conversation.get_absolute_url()).status_code == 302


def test_a_log_read_twice_adds_nothing(alice: Any, log: Any) -> None:
    records = [chat(1000, "a", "b"), vote(1001), vote(1002, "tievote"), {**vote(1003), "type": "share"}]
    path = log(*records)
    assert "New: 3 conversations, 3 answers, 2 votes." in read(path)[0]
    before = rows()
    out, _err = read(path)
    assert "New: 0 conversations, 0 answers, 0 votes." in out and "2 votes were here already." in out
    assert rows() == before
    copy = log(*records, vote(1004), chat(1005, "a", "b", "c", "d"), name="grown-conv.json")
    assert "New: 0 conversations, 1 answers, 1 votes." in read(path, copy)[0]
    assert ImportedVote.objects.count() == 3 and rebuild() == 0


def test_an_answer_asked_for_again_is_a_version(alice: Any, log: Any) -> None:
    read(log(chat(1000, "q", "first"), chat(1001, "q", "second"), chat(1002, "q", "second", "more", "yes")))
    thread = Conversation.objects.get().thread()
    assert [message.text for message in thread] == ["q", "second", "more", "yes"]
    assert [version.text for version in thread[1].versions] == ["first", "second"]
    assert thread[1].version_number == 2


def test_lines_in_any_order_give_the_same_thread(alice: Any, log: Any) -> None:
    read(log(chat(1010, "q", "a", "r", "b"), chat(1000, "q", "a")))
    assert [message.text for message in Conversation.objects.get().thread()] == ["q", "a", "r", "b"]


def test_who_has_gone_on_with_a_conversation_keeps_their_branch(alice: Any, log: Any) -> None:
    path = log(chat(1000, "q", "a"))
    read(path)
    conversation = Conversation.objects.get()
    mine = conversation.messages.create(role="user", content="mine", parent_id=conversation.leaf_id)
    Conversation.objects.update(leaf=mine, updated_at=mine.created_at, title="my title")
    read(log(chat(1000, "q", "a"), chat(1001, "q", "a", "r", "b")))
    conversation.refresh_from_db()
    assert conversation.leaf_id == mine.pk and conversation.title == "my title"
    assert conversation.messages.filter(content="r").exists()


def test_feedback_is_kept(alice: Any, log: Any) -> None:
    said = {"type": "upvote", "tstamp": 1001, "model": "vicuna-7b", "state": state("q", "a"), "ip": IP}
    read(log(chat(1000, "q", "a"), said, {**said, "type": "flag", "state": state("x", "y", key="c2")}))
    assert dict(Message.objects.exclude(feedback="").values_list("generation__text", "feedback")) == {
        "a": "up",
        "y": "flag",
    }


def test_an_error_is_no_answer(alice: Any, log: Any) -> None:
    text = "**NETWORK ERROR DUE TO HIGH TRAFFIC.**\n\n(error_code: 50001)"
    read(log(chat(1000, "q", text)))
    generation = Generation.objects.get()
    assert (generation.status, generation.text, generation.error) == ("failed", "", text)


def test_models_only_carry_their_names(alice: Any, log: Any, echo_a: ModelEntry) -> None:
    lines = [chat(1, "q", "a", model="echo-a"), chat(2, "q", "b", model="Vicuna 7B v1.5", key="c2")]
    read(log(*lines, chat(3, "q", "c", model="文心", key="c3")))
    assert Generation.objects.get(text="a").model == echo_a
    imported = ModelEntry.objects.get(name="Vicuna 7B v1.5")
    imported.full_clean()
    assert (imported.slug, imported.source) == ("vicuna-7b-v15", "imported:Vicuna 7B v1.5")
    assert not imported.is_enabled and imported not in ModelEntry.objects.loadable()
    assert [state.entry for state in offered_models()] == [echo_a]
    assert ModelEntry.objects.get(name="文心").slug.startswith("imported-")


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("leftvote", (1, 0, 0, 0)),
        ("rightvote", (0, 1, 0, 0)),
        ("tievote", (0, 0, 1, 0)),
        ("bothbad_vote", (0, 0, 0, 1)),
    ],
)
def test_a_vote_is_counted_in_a_scope_of_its_own(alice: Any, log: Any, kind: str, numbers: tuple[int, ...]) -> None:
    out, _err = read(log(vote(1000, kind)))
    count = PairCount.objects.get()
    assert (count.left.name, count.right.name) == ("vicuna-7b", "alpaca")
    assert (count.left_wins, count.right_wins, count.ties, count.both_bad) == numbers
    assert count.scope.kind == "import" and str(count.scope) in out
    assert Conversation.objects.count() == 2 and not Vote.objects.exists()


def test_logs_share_one_leaderboard_and_names_keep_installations_apart(alice: Any, log: Any) -> None:
    read(log(vote(1000)))
    read(log(vote(2000), name="2024-05-02-conv.json"))
    assert VoteImport.objects.get().votes.count() == 2
    read(log(vote(3000), name="2024-05-03-conv.json"), name="Berlin")
    assert set(VoteImport.objects.values_list("name", flat=True)) == {"FastChat logs", "Berlin"}


def test_no_address_is_kept(alice: Any, log: Any) -> None:
    other = {**vote(1001), "ip": "198.51.100.2"}
    read(log(chat(999, "q", "a"), vote(1000), other, vote(1002)))
    assert IP not in str(rows()) and "198.51.100.2" not in str(rows())
    voters = list(ImportedVote.objects.order_by("line").values_list("voter", flat=True))
    assert voters[0] == voters[2] != voters[1] and all(voters)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (vote(1, models=("### Model A: vicuna-7b", "### Model B: alpaca")), "names were seen"),
        (vote(1, models=("<h3>Model A: vicuna-7b</h3>\n", "<h3>Model B: alpaca</h3>\n")), "names were seen"),
        (vote(1, right=state("hi", "hi", key="r")), "same model"),
        (vote(1, right=state("hi", None, key="r", model="alpaca")), "not finished"),
        (vote(1, right=state("hi", "half▌", key="r", model="alpaca")), "not finished"),
        (vote(1, right=state("hi", "oh (error_code: 50001)", key="r", model="alpaca")), "an error"),
        (vote(1, left=state("hi", "I am Vicuna.", key="l")), "named a model"),
        (vote(1, left=state("who are you?", "guess", key="l")), "asked who answers"),
    ],
)
def test_what_is_not_rated_here_is_not_rated_from_a_log(alice: Any, log: Any, record: Any, reason: str) -> None:
    out, _err = read(log(record))
    assert "1 vote was left out" in out and reason in out
    assert not ImportedVote.objects.exists() and Conversation.objects.exists(), "what was said is kept"


def test_votes_can_be_exported(alice: Any, log: Any) -> None:
    read(log(vote(1000, "bothbad_vote")))
    (row,) = json.loads("".join(export_votes(scope=str(VoteImport.objects.get().scope))))
    assert (row["model_a"], row["model_b"], row["winner"]) == ("vicuna-7b", "alpaca", "tie (bothbad)")


BAD = [
    ("{oops", "not valid JSON"),
    ("7", "no JSON object"),
    ({"tstamp": 1}, "no “type”"),
    ({**chat(1, "q", "a"), "finish": None, "tstamp": "x"}, "no time"),
    ({**chat(1, "q", "a"), "finish": 1e300}, "is no time"),
    ({**chat(1, "q", "a"), "state": None}, "no conversation"),
    ({**chat(1, "q", "a"), "state": state("q", "a", model=None), "model": ""}, "which model"),
    (chat(1, "q", "a", model="x" * 201), "longer than"),
    ({**chat(1, "q", "a"), "state": {**state(), "messages": ["q"]}}, "a role and a text"),
    ({**vote(1), "states": [None, None]}, "no conversation"),
    ({**vote(1), "models": ["a"]}, "two “models”"),
    (vote(1, models=("koala", "alpaca")), "not those that answered"),
]


@pytest.mark.parametrize(("record", "words"), BAD)
def test_a_line_that_cannot_be_read_says_why(record: Any, words: str) -> None:
    with pytest.raises(Wrong, match=words):
        read_line(record if isinstance(record, str) else json.dumps(record))


def test_bad_lines_are_named_and_the_others_taken(alice: Any, log: Any) -> None:
    out, err = read(log(chat(1, "q", "a"), "", "{oops", {"type": "chat"}, chat(2, "r", "b", key="c2")))
    assert "New: 2 conversations" in out
    assert "2024-05-01-conv.json, line 3:" in err and "2024-05-01-conv.json, line 4:" in err and err.count("line") >= 2
    _out, err = read(log(*["{"] * 50))
    assert "30 more lines" in err


def test_odd_lines_are_no_trouble(alice: Any, log: Any) -> None:
    read(
        log(
            chat(1, "hello\u0000", "zero"),
            chat(2, ["look", ["0a1b"]], "a cat", key="c2"),
            chat(3, ["", ["0a1b"]], "a dog", key="c3"),
            chat(4, "example", "answer", "real", "yes", key="c4", offset=2),
            chat(5, "no id", "fine", key=None),
            chat(6, "", "", key="c6"),
            chat(7, "🌏" * 400, "long", key="c7"),
        )
    )
    texts = {row.title: [m.text for m in row.thread()] for row in Conversation.objects.all()}
    assert ["look", "a cat"] in texts.values() and ["[image]", "a dog"] in texts.values()
    assert ["real", "yes"] in texts.values() and ["no id", "fine"] in texts.values()
    assert len(texts) == 6 and not [key for key in texts if "\0" in key]


def test_a_folder_and_what_is_missing(alice: Any, log: Any, tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    log(chat(1, "q", "a"), name="server/2024-05-01-conv.json")
    log("{", name="server/notes.json")
    assert read(tmp_path) == ("New: 1 conversations, 1 answers, 0 votes.\n", "")
    with pytest.raises(CommandError, match="no file or folder"):
        read(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match=r"no \*-conv\.json"):
        read(tmp_path / "empty")
    with pytest.raises(CommandError, match="no account carol"):
        call_command("import_fastchat_logs", str(tmp_path), "--user", "carol")


def test_a_deleted_conversation_comes_back_whole(alice: Any, log: Any) -> None:
    path = log(chat(1, "q", "a"), chat(2, "q", "a", "r", "b"))
    read(path)
    delete_conversation(Conversation.objects.get())
    assert not Generation.objects.exists()
    read(path)
    assert [message.text for message in Conversation.objects.get().thread()] == ["q", "a", "r", "b"]


def test_two_people_may_read_the_same_log(alice: Any, bob: Any, log: Any) -> None:
    path = log(chat(1, "q", "a"))
    read(path)
    call_command("import_fastchat_logs", str(path), "--user", "bob", stdout=StringIO())
    assert Conversation.objects.count() == 2


def test_many_lines(alice: Any, log: Any) -> None:
    """More than one batch, and more rows than one statement takes."""
    records = []
    for number in range(450):
        records += [chat(number, f"question {number}", "a", key=f"c{number}"), vote(number + 0.5)]
    assert "New: 452 conversations, 452 answers, 450 votes." in read(log(*records))[0]
    assert PairCount.objects.get().left_wins == 450 and rebuild() == 0
