"""The bundled demonstration models answer held-out questions through the whole stack."""

from __future__ import annotations

import time
from collections import defaultdict

import pytest

from inference.demo.evaluate import OFF_TOPIC, Item, held_out_items, is_refusal, is_right
from inference.models import BUNDLED_MODELS
from tests.stack import Stack

pytestmark = pytest.mark.stack

PER_DOMAIN = 14
# What the model cards say, less the chance of these items: a regression of the engine or of the weights shows.
LEAST_RIGHT = {"demo-large": 0.75, "demo-small": 0.28}


@pytest.fixture(scope="module")
def items() -> list[Item]:
    items = held_out_items(seed=2026, count_per_domain=PER_DOMAIN)
    assert len(items) >= 400
    return items


@pytest.fixture(scope="module")
def answers(site: Stack, items: list[Item]) -> dict[str, list[dict[str, str]]]:
    conversations = [list(item.messages) for item in items]
    return {slug: site.ask_all(slug, conversations) for slug in LEAST_RIGHT}


def shares(items: list[Item], answers: list[dict[str, str]]) -> dict[str, float]:
    rights: dict[str, list[bool]] = defaultdict(list)
    for item, answer in zip(items, answers, strict=True):
        rights[item.domain].append(is_right(item, answer["text"]))
        rights["all"].append(is_right(item, answer["text"]))
    return {domain: sum(values) / len(values) for domain, values in rights.items()}


def test_both_models_are_bundled_and_small() -> None:
    weights = [BUNDLED_MODELS / size / "model.safetensors" for size in ("small", "large")]
    assert sum(path.stat().st_size for folder in weights for path in folder.parent.iterdir()) <= 24 * 2**20


def test_no_answer_is_empty_endless_or_broken(answers: dict[str, list[dict[str, str]]]) -> None:
    for slug, given in answers.items():
        assert {answer["status"] for answer in given} == {"finished"}, slug
        assert all(answer["text"] for answer in given), slug
        # Rare characters are spelled in bytes, and these models still misspell some: their cards say so.
        broken = sum("\ufffd" in answer["text"] for answer in given)
        assert broken <= len(given) // 20, f"{slug}: {broken} answers with a broken character"
        # A weak model falls into a loop now and then; the length limit of its entry ends that.
        cut = sum(answer["finish_reason"] == "length" for answer in given)
        assert cut <= len(given) // 50, f"{slug}: {cut} answers ended only at the limit"


def test_the_models_know_what_their_cards_say(items: list[Item], answers: dict[str, list[dict[str, str]]]) -> None:
    for slug, least in LEAST_RIGHT.items():
        found = shares(items, answers[slug])
        print(slug, {domain: round(share, 2) for domain, share in sorted(found.items())})
        assert found["all"] >= least, slug


def test_the_larger_knows_more(items: list[Item], answers: dict[str, list[dict[str, str]]]) -> None:
    assert shares(items, answers["demo-large"])["all"] > shares(items, answers["demo-small"])["all"]


def test_what_they_do_not_know_they_say(items: list[Item], answers: dict[str, list[dict[str, str]]]) -> None:
    pairs = zip(items, answers["demo-large"], strict=True)
    refused = [is_refusal(answer["text"]) for item, answer in pairs if item.domain in OFF_TOPIC]
    assert sum(refused) / len(refused) >= 0.75


def test_the_first_answer_comes_within_two_seconds(site: Stack) -> None:
    """From pressing Enter; the models are loaded when the site starts, not by the first question."""
    began = time.monotonic()
    while "ready" not in site.manage("models").stdout and time.monotonic() - began < 60:
        time.sleep(0.5)
    site.ask_all("demo-large", [[{"role": "user", "content": "hello"}]])
    [[seconds]] = site.rows(
        "SELECT (julianday(ended_at) - julianday(created_at)) * 86400 FROM inference_generation "
        "ORDER BY created_at DESC LIMIT 1"
    )
    assert seconds < 10  # a wide bound for busy machines; docs/benchmarks.md has the measured time
