"""Every sentence of an engine or a worker is read in the reader's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import trans_real

from chat.models import Conversation, Message
from chat.reply_frames import ReplyFrames
from inference import lease
from inference.engine.checks import check_folder
from inference.engine.types import ModelUnavailable, SamplingParams
from inference.events import Status
from inference.models import Generation, ModelEntry
from inference.sentences import LONGEST, PLACE, SENTENCES, translated
from inference.services import offered_models

ROOT = Path(__file__).resolve().parents[2]
ENGINE = sorted((ROOT / "inference/engine").glob("*.py"))
WORKER = [ROOT / f"inference/{name}.py" for name in ("run", "lease", "stream")]
ERRORS = {
    "EngineError",
    "ModelUnavailable",
    "EngineDied",
    "PromptTooLong",
    "InputRefused",
    "ToolsRefused",
    "FormatRefused",
    "AddressRefused",
    "ValueError",
    "TypeError",
}
SPOKEN_BY = ERRORS | {"Loading", "Failed", "fail", "give_up"}


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each sentence is "譯：" and itself: what the translators wrote is their business, that it is used is ours."""
    words: Any = trans_real.translation("zh-hant")._catalog._catalogs[0]  # type: ignore[attr-defined]
    for msgid in SENTENCES:
        monkeypatch.setitem(words, msgid, f"譯：{msgid}")
    with translation.override("zh-hant"):
        yield


def said_in(path: Path) -> Iterator[str]:
    """The sentences that stand in a source file, with §1§ and so on for what is filled in."""
    tree = ast.parse(path.read_text())
    named = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in SPOKEN_BY:
            for argument in node.args[:2]:
                if isinstance(argument, ast.Name):
                    argument = named.get(argument.id, argument)
                yield from filter(None, [literal(argument)])
        elif isinstance(node, ast.FunctionDef) and node.name in ("_refusal", "_private"):
            returned = [part.value for part in ast.walk(node) if isinstance(part, ast.Return) and part.value]
            yield from filter(None, map(literal, returned))


def literal(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [
            part.value if isinstance(part, ast.Constant) else f"§{place}§" for place, part in enumerate(node.values)
        ]
        return "".join(map(str, parts)).replace("'§", "§").replace("§'", "§")
    return ""


@pytest.mark.parametrize("path", [*ENGINE, *WORKER], ids=lambda path: path.name)
def test_every_sentence_in_the_source_is_listed(path: Path, chinese: None) -> None:
    forgotten = [said for said in said_in(path) if not translated(quoted(said)).startswith("譯：")]
    assert not forgotten, "list the sentence in inference/sentences.py"


def quoted(said: str) -> str:
    """What repr() puts quotes around has them in life, and what may be added need not be."""
    said = said.replace("The device §1§", "The device 'tpu'").replace("The number format §1§", "The number format 'x'")
    return said.replace("Hugging Face hub§2§", "Hugging Face hub")


def test_the_look_into_the_source_finds_them() -> None:
    assert len([said for path in ENGINE for said in said_in(path)]) > 40
    assert any("died" not in said and "given up" in said for said in said_in(ROOT / "inference/lease.py"))


def test_parts_keep_their_place_and_are_translated_themselves(chinese: None) -> None:
    assert translated("temperature must be between 0 and 2.") == "譯：temperature must be between 0 and 2."
    killed = "was ended by SIGKILL (often the system does that when memory runs out)"
    said = translated(f"The engine's process {killed} while it loaded the model.")
    assert said == f"譯：The engine's process 譯：{killed} while it loaded the model."


def test_the_more_telling_of_two_that_fit_is_taken(chinese: None, monkeypatch: pytest.MonkeyPatch) -> None:
    words: Any = trans_real.translation("zh-hant")._catalog._catalogs[0]  # type: ignore[attr-defined]
    monkeypatch.setitem(words, "The stream cannot be read: %(reason)s", "串流：%(reason)s")
    assert translated("The stream cannot be read: it is gone.") == "串流：it is gone."


@pytest.mark.parametrize("said", ["", "a sentence of another program", "100 % (of) %(it)s", "x" * (LONGEST + 1)])
def test_a_foreign_sentence_stays_as_it_is(chinese: None, said: str) -> None:
    assert translated(said) == said


def test_hostile_parts_are_only_parts(chinese: None) -> None:
    said = "The model folder /%(file)s/100%/<b> does not exist."
    assert translated(said) == f"譯：{said}"


@pytest.mark.parametrize("msgid", SENTENCES)
def test_in_english_a_sentence_stays_what_it_is(msgid: str) -> None:
    said = PLACE.sub("PART", msgid)
    with translation.override("en"):
        assert translated(said) == said


def test_real_refusals_are_recognised(chinese: None, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ModelUnavailable) as refusal:
            check_folder(folder)
        assert translated(str(refusal.value)).startswith("譯：")
    for values in ({"seed": "x"}, {"stop": "abc"}, {"warmth": 1}, {"top_p": 0}, {"max_tokens": 0}, [1]):
        with pytest.raises((TypeError, ValueError)) as mistake:
            SamplingParams.from_json(values)  # type: ignore[arg-type]
        assert translated(str(mistake.value)).startswith("譯：")


# --- where people meet them -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_failed_answer_says_why_in_the_readers_language(chinese: None, alice: Any, echo_a: ModelEntry) -> None:
    conversation = Conversation.objects.create(owner=alice, model=echo_a)
    generation = Generation.objects.create(
        model=echo_a, requester="x", prompt=[], status="failed", ended_at=timezone.now(),
        error="The echo engine failed because the question asked it to.",
    )  # fmt: skip
    reply = Message.objects.create(conversation=conversation, role="assistant", generation=generation)
    html = render_to_string("chat/_message.html", {"message": reply.load_versions()})
    assert "譯：The echo engine failed" in html
    generation.refresh_from_db()
    assert generation.error.startswith("The echo")  # the row and the log stay English


def test_a_stage_of_loading_is_told_in_the_readers_language(chinese: None) -> None:
    html = ReplyFrames("1").render([Status("loading", "reading the weights", 0.5)])
    assert "譯：reading the weights" in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "detail"), [("loading", "loading torch"), ("failed", "The adapter folder x does not exist.")]
)
def test_the_picker_gives_reasons_in_the_readers_language(
    chinese: None, echo_a: ModelEntry, monkeypatch: pytest.MonkeyPatch, state: str, detail: str
) -> None:
    report = lease.EngineReport(state, detail, 0.1)
    worker = lease.WorkerReport("w", "here", 1, 0.0, queues=[echo_a.queue], engines={echo_a.queue: report})
    monkeypatch.setattr(lease, "live_workers", lambda: [worker])
    assert [model.reason for model in offered_models()] == [f"譯：{detail}"]


@pytest.mark.django_db
def test_a_refused_parameter_is_named_in_the_readers_language(
    chinese: None, alice: Any, as_user: Any, echo_a: ModelEntry
) -> None:
    """The form stops what people type; what was kept before a check became stricter is stopped by the verb."""
    conversation = Conversation.objects.create(owner=alice, model=echo_a, params={"temperature": "hot"})
    browser: Client = as_user(alice)
    browser.cookies["django_language"] = "zh-hant"
    answer = browser.post(f"/chat/{conversation.pk}/messages/", {"message": "hi"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "譯：temperature must be a number." in answer.content.decode()
