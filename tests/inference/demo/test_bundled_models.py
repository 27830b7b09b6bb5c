"""The two bundled models: ordinary folders that answer held-out questions as well as their cards say."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from inference.demo.evaluate import Item, answer_all, held_out_items, is_refusal, is_right

MODELS = Path(__file__).parents[3] / "inference" / "demo" / "models"
COUNT_PER_DOMAIN = 5
LEAST_RIGHT = {"small": 0.27, "large": 0.74}
LARGEST_MEGABYTES = 24


@cache
def examined(size: str) -> tuple[list[Item], list[str]]:
    items = held_out_items(11, COUNT_PER_DOMAIN)
    return items, answer_all(MODELS / size, items)


def share_right(size: str) -> float:
    items, answers = examined(size)
    return sum(is_right(item, answer) for item, answer in zip(items, answers, strict=True)) / len(items)


@pytest.mark.parametrize("size", LEAST_RIGHT)
def test_held_out_questions_are_answered(size: str) -> None:
    assert share_right(size) >= LEAST_RIGHT[size]


def test_the_larger_is_the_better_one() -> None:
    assert share_right("large") > share_right("small")


@pytest.mark.parametrize("size", LEAST_RIGHT)
def test_no_answer_is_empty_endless_or_broken(size: str) -> None:
    for answer in examined(size)[1]:
        assert answer.strip() and "\ufffd" not in answer and len(answer) < 300


def test_foreign_questions_are_refused_and_good_ones_answered() -> None:
    items, answers = examined("large")
    foreign = [is_refusal(answer) for item, answer in zip(items, answers, strict=True) if item.is_off_topic]
    good = [is_refusal(answer) for item, answer in zip(items, answers, strict=True) if not item.is_off_topic]
    assert sum(foreign) / len(foreign) >= 0.75
    assert sum(good) / len(good) <= 0.06


@pytest.mark.parametrize("size", LEAST_RIGHT)
def test_the_folder_is_an_ordinary_one(size: str) -> None:
    from transformers import AutoTokenizer

    folder = MODELS / size
    tokenizer = AutoTokenizer.from_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    assert config["architectures"] == ["LlamaForCausalLM"] and config["dtype"] == "bfloat16"
    assert tokenizer.eos_token_id == config["eos_token_id"] != tokenizer.pad_token_id == config["pad_token_id"]
    card = (folder / "README.md").read_text()
    assert "demonstration model" in card and "apache-2.0" in card.lower()
    rendered = tokenizer.apply_chat_template(
        [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "hi"}],
        tokenize=False,
        add_generation_prompt=True,
    )
    assert rendered == "<|system|>Be kind.<|end|><|user|>hi<|end|><|assistant|>"
    for text in ("My name is Zoë, 58 + 67?", "你好,我叫犇鑫。PM2.5 是什麼?", "naïve café 🙂\n\tend"):
        assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


def test_both_together_are_small() -> None:
    assert sum(file.stat().st_size for file in MODELS.rglob("*") if file.is_file()) <= LARGEST_MEGABYTES * 10**6
