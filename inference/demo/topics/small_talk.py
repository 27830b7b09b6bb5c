"""Small talk: greetings, thanks, good-byes, a joke, and polite refusals to look out of the window."""

from __future__ import annotations

import random

from inference.demo.segment import Language, Segment
from inference.demo.topics.grammar import Intent, ask, flat_training_frames
from inference.demo.topics.small_talk_terms import INTENTS, OPENERS, REQUESTS

DOMAIN = "small_talk"

# Small talk about foreign things is declined.
OFF_TOPIC: dict[Language, tuple[str, ...]] = {
    "en": (
        "do you [like|love|enjoy] {}?",
        "what do you think [of|about] {}?",
        "what is your favourite {}?",
        "tell me a story about {}",
        "[sing|write] me a [song|poem] about {}",
        "have you [seen|heard of|tried] {}?",
        "let's [talk|chat] about {}",
        "can we [talk|chat] about {}?",
        "I [like|love|hate] {}, and you?",
        "are you a fan of {}?",
        "did you hear about {}?",
        "how is {} today?",
        "what's new with {}?",
        "can you help me with {}?",
        "I am thinking about {}, what do you say?",
        "what do people say about {}?",
        "is {} fun?",
    ),
    "zh": (
        "你[喜歡|愛]{}嗎?",
        "你[覺得|認為]{}怎麼樣?",
        "你對{}有什麼看法?",
        "說一個關於{}的故事",
        "[寫|唱]一首關於{}的[詩|歌]",
        "你[看過|聽過|試過]{}嗎?",
        "我們來[聊聊|談談]{}",
        "可以[聊|談]{}嗎?",
        "我[喜歡|討厭|很愛]{},你呢?",
        "今天的{}如何?",
        "{}有什麼新消息?",
        "你可以幫我[處理|弄]{}嗎?",
        "你知道{}最近怎麼了嗎?",
        "大家怎麼看{}?",
        "{}好玩嗎?",
    ),
}
FRAMES_FOR_REFUSAL: dict[Language, tuple[str, ...]] = {
    "en": flat_training_frames(DOMAIN, "en", OFF_TOPIC["en"], limit=4),
    "zh": flat_training_frames(DOMAIN, "zh", OFF_TOPIC["zh"], limit=4),
}
NEAR_MISSES: dict[Language, tuple[str, ...]] = {
    "en": (
        "the football game",
        "the news",
        "the traffic",
        "my cat",
        "my boss",
        "the film last night",
        "my birthday cake",
        "the stock market",
    ),
    "zh": ("球賽", "新聞", "路況", "我的貓", "我的老闆", "昨晚的電影", "生日蛋糕", "股市"),
}


def draw(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """One remark, or a greeting and then a remark."""
    chosen = [rng.choice(INTENTS)]
    if rng.random() < 0.25 and chosen[0] not in OPENERS:
        chosen.insert(0, rng.choice(OPENERS))
    exchanges = tuple(ask(rng, DOMAIN, language, intent, {}, held_out, lead_in=intent in REQUESTS) for intent in chosen)
    return Segment(DOMAIN, language, exchanges)


def all_intents() -> tuple[Intent, ...]:
    """Every intent of this topic, for tests and counts."""
    return INTENTS
