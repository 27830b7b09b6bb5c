"""Ask a model the held-out questions: python -m inference.demo.evaluate MODEL_DIR prints its accuracy per domain.

`held_out_items` and `is_right` are the public face; tests and the arena use them too.
"""

from __future__ import annotations

import argparse
import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from inference.demo.corpus import draw_segment, topics
from inference.demo.segment import Exchange, Language, Segment
from inference.demo.topics import arithmetic, follow_up, names, refusal, system_text
from inference.demo.topics.names_data import draw_name
from inference.demo.topics.refusal import ANSWERS as REFUSALS

OFF_TOPIC = ("off-topic", "off-topic in a known frame", "near-miss", "nonsense")
Drawer = Callable[[random.Random, Language], tuple[str, tuple[Exchange, ...]]]
MESSAGES_AT_ONCE = 64
LONGEST_ANSWER = 96


@dataclass(frozen=True, slots=True)
class Item:
    """A held-out question with the turns before it, and every wording of its right answer."""

    domain: str
    language: Language
    messages: tuple[dict[str, str], ...]
    answers: tuple[str, ...]

    @property
    def is_off_topic(self) -> bool:
        return self.domain in OFF_TOPIC


def held_out_items(seed: int, count_per_domain: int) -> list[Item]:
    """The same seed gives the same items; English and Chinese take turns within each domain."""
    rng = random.Random(f"held out {seed}")
    items = []
    for domain, draw in _drawers().items():
        for number in range(count_per_domain):
            language: Language = (
                "zh"
                if domain.endswith("Chinese name")
                else "en"
                if domain.endswith("English name")
                else ("en", "zh")[number % 2]
            )
            system, exchanges = draw(rng, language)
            items.append(_item(domain, language, system, exchanges))
    return items


def is_right(item: Item, text: str) -> bool:
    """Whether a text is one of the accepted answers, whatever its spaces and the width of its punctuation."""
    return normalised(text) in {normalised(answer) for answer in item.answers}


def is_refusal(text: str) -> bool:
    return normalised(text) in {normalised(answer) for answers in REFUSALS.values() for answer in answers}


def normalised(text: str) -> str:
    """Half-width, without spaces, case and a last full stop."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold().rstrip(".。!")


def _drawers() -> dict[str, Drawer]:
    """One function for each domain; it gives a system text (or none) and the exchanges, the last of which is asked."""

    def plain(draw: Callable[[random.Random, Language], Segment]) -> Drawer:
        return lambda rng, language: ("", draw(rng, language).exchanges)

    def ordinary(name: str) -> Drawer:
        return plain(lambda rng, language: topics()[name].draw(rng, language, True))

    def off_topic(domain: str) -> Drawer:
        return plain(lambda rng, language: _until(rng, language, refusal.draw, domain))

    def rule(name: str) -> Drawer:
        return lambda rng, language: _obeyed(rng, language, system_text.draw_rule(rng, name, True))

    return {
        "sum in known wording": plain(lambda rng, language: arithmetic.draw_sum(rng, language, True, False)),
        "sum in new wording": plain(lambda rng, language: arithmetic.draw_sum(rng, language, True, True)),
        "difference in known wording": plain(
            lambda rng, language: arithmetic.draw_difference(rng, language, True, False)
        ),
        "difference in new wording": plain(lambda rng, language: arithmetic.draw_difference(rng, language, True, True)),
        "times table": plain(lambda rng, language: arithmetic.draw_product(rng, language, True)),
        "division": plain(lambda rng, language: arithmetic.draw_division(rng, language, True)),
        "follow-up sum": plain(lambda rng, language: arithmetic.draw_chain(rng, language, True)),
        "sum too large": plain(lambda rng, language: arithmetic.draw_too_hard(rng, language, True)),
        **{name: ordinary(name) for name in ("environment", "product", "small_talk", "identity", "facts")},
        "follow-up: and ...?": plain(lambda rng, language: follow_up.draw_another(rng, language, True)),
        "follow-up: more": plain(lambda rng, language: follow_up.draw_more(rng, language, True)),
        "follow-up: other language": plain(lambda rng, language: follow_up.draw_in_language(rng, language, True)),
        "follow-up: repeat": plain(lambda rng, language: follow_up.draw_repeat(rng, language, True)),
        "told two turns earlier, English name": _name_two_turns_earlier,
        "told two turns earlier, Chinese name": _name_two_turns_earlier,
        "name at once": plain(lambda rng, language: _until(rng, language, names.draw, "name at once")),
        "name not told": plain(lambda rng, language: _until(rng, language, names.draw, "name not told")),
        "system: Chinese": rule("chinese"),
        "system: English": rule("english"),
        "system: one word": rule("one word"),
        "system: expert": lambda rng, language: _obeyed(rng, language, system_text.draw_expert(rng, True)),
        **{domain: off_topic(domain) for domain in OFF_TOPIC},
    }


def _until(rng: random.Random, language: Language, draw: Callable[..., Segment], domain: str) -> Segment:
    while (segment := draw(rng, language, True)).domain != domain:
        pass
    return segment


def _obeyed(rng: random.Random, language: Language, system: system_text.System) -> tuple[str, tuple[Exchange, ...]]:
    """The system text or the question is of a held-out wording; both together would test two things at once."""
    while not (segment := system_text.draw_under(rng, language, system, rng.random() < 0.5)):
        pass
    return system.text, segment.exchanges


def _name_two_turns_earlier(rng: random.Random, language: Language) -> tuple[str, tuple[Exchange, ...]]:
    name = draw_name(rng, language, True)
    between: list[Exchange] = []
    while not between:
        segment = draw_segment(rng, language)
        if len(segment.exchanges) == 1 and not segment.domain.startswith(("name", "repeat")):
            between = list(segment.exchanges)
    return "", (names.told(rng, language, name), *between, names.asked(rng, language, name, rng.random() < 0.5))


def _item(domain: str, language: Language, system: str, exchanges: tuple[Exchange, ...]) -> Item:
    messages = [{"role": "system", "content": system}] if system else []
    for exchange in exchanges:
        messages.append({"role": "user", "content": exchange.question})
        messages.append({"role": "assistant", "content": exchange.answers[0]})
    return Item(domain, language, tuple(messages[:-1]), exchanges[-1].answers)


def answer_all(folder: Path, items: Iterable[Item]) -> list[str]:
    """Greedy answers of plain `generate`, computed in float32."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    prompts = [
        tokenizer.apply_chat_template(list(item.messages), tokenize=False, add_generation_prompt=True) for item in items
    ]
    answers = [""] * len(prompts)
    order = sorted(range(len(prompts)), key=lambda place: len(prompts[place]))
    for start in range(0, len(order), MESSAGES_AT_ONCE):
        places = order[start : start + MESSAGES_AT_ONCE]
        inputs = tokenizer(
            [prompts[place] for place in places],
            return_tensors="pt",
            padding=True,
            add_special_tokens=False,
            return_token_type_ids=False,
        )
        with torch.inference_mode():
            outputs = model.generate(**inputs, max_new_tokens=LONGEST_ANSWER, do_sample=False)
        texts = tokenizer.batch_decode(outputs[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
        for place, text in zip(places, texts, strict=True):
            answers[place] = text
    return answers


def report(items: list[Item], answers: list[str]) -> str:
    """Accuracy per domain and over all, and refusals where they are right and where they are not."""
    rows: dict[str, list[bool]] = defaultdict(list)
    for item, answer in zip(items, answers, strict=True):
        rows[item.domain].append(is_right(item, answer))
    lines = [f"{domain:40} {_share(rights)}" for domain, rights in rows.items()]
    lines.append(f"{'ALL':40} {_share([right for rights in rows.values() for right in rights])}")
    refused = [(item.is_off_topic, is_refusal(answer)) for item, answer in zip(items, answers, strict=True)]
    lines.append(f"{'off-topic refused':40} {_share([said_no for off_topic, said_no in refused if off_topic])}")
    lines.append(
        f"{'good questions refused':40} {_share([said_no for off_topic, said_no in refused if not off_topic])}"
    )
    return "\n".join(lines)


def _share(rights: list[bool]) -> str:
    return f"{100 * sum(rights) / max(1, len(rights)):5.1f} %  of {len(rights)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=40, help="items per domain")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mistakes", type=int, default=0, help="also print so many wrong answers per domain")
    arguments = parser.parse_args()
    items = held_out_items(arguments.seed, arguments.count)
    answers = answer_all(arguments.folder, items)
    print(report(items, answers))
    shown: dict[str, int] = defaultdict(int)
    for item, answer in zip(items, answers, strict=True):
        if not is_right(item, answer) and shown[item.domain] < arguments.mistakes:
            shown[item.domain] += 1
            turns = " | ".join(message["content"] for message in item.messages)
            print(f"\n[{item.domain}] {turns}\n  said:   {answer}\n  wanted: {item.answers[0]}")


if __name__ == "__main__":
    main()
