"""Help with this product: battles, settings of the answer, conversations, keys, accounts."""

from __future__ import annotations

import random

from inference.demo.segment import Language, Segment
from inference.demo.topics.grammar import Intent, ask, flat_training_frames
from inference.demo.topics.product_terms import INTENTS

DOMAIN = "product"

SHARED: dict[str, dict[Language, tuple[str, ...]]] = {
    "how_to": {
        "en": (
            "how [do|can|should|would] I {}?",
            "how to {}?",
            "what [must|should|do] I do to {}?",
            "where [can|do] I {}?",
            "where [do|must|should] I [go|click|look] to {}?",
            "which [button|menu|page] [do I need|is it|do I use] to {}?",
            "I [want|need|would like|am trying|wish] to {}",
            "I'd like to {}, what do I [press|click|do]?",
            "I'd like to {}",
            "[show|tell|teach] me how [to|I can] {}",
            "[explain|describe] how to {}",
            "what is the [way|easiest way|best way] to {}?",
            "is there [a|any] way to {}?",
            "is it possible to {}?",
            "can I {} [here|somewhere|in this app|on this site|]?",
            "what are the steps to {}?",
            "[please help|help] me [to|] {}",
            "how does one {}?",
            "I [don't know|can't find out|do not understand] how to {}",
            "I want to {} but I don't [know|see] [how|where]",
            "where is the button to {}?",
            "how do [you|we|people|users] {}?",
            "[steps|instructions|help] to {}",
            "what [steps|clicks] are needed to {}?",
            "how is it possible to {}?",
            "let me {}",
            "am I able to {}?",
        ),
        "zh": (
            "[要怎麼|怎麼|該怎麼|我要怎麼]{}?",
            "[如何|怎樣|該如何|要如何]{}?",
            "[在哪裡|哪裡|去哪裡|要到哪裡]可以{}?",
            "[我想|我想要|我要|想要]{}",
            "我想{},要按哪裡?",
            "我想{},[該怎麼做|要怎麼做|怎麼辦]?",
            "[可以|能不能|可不可以|能]{}嗎?",
            "[請教我|教我|請說明|告訴我][怎麼|如何]{}",
            "{}[要怎麼做|怎麼做|該怎麼做|怎麼弄|怎麼操作]?",
            "{}的[方法|步驟|方式][是什麼|有哪些|]?",
            "要{}的話[,|]該怎麼做?",
            "有沒有辦法{}?",
            "我不知道[怎麼|如何]{}",
            "[找不到|看不到]{}的地方",
            "{}要[按|點|選]哪[裡|個按鈕|一個]?",
            "{}[在哪裡|在哪|要去哪裡]?",
            "[幫我|請幫我|協助我]{}",
            "怎樣才[能|可以]{}?",
            "我們要[怎麼|如何]{}?",
            "要按哪個按鈕才能{}?",
            "這裡[能|可以]{}嗎?",
            "{}需要[哪些步驟|幾個步驟]?",
        ),
    },
    "what_is": {
        "en": (
            "what is {}?",
            "what's {}?",
            "what does {} [mean|do]?",
            "what does {} [mean|do] [here|in this app|in the settings|for the answer]?",
            "what is [meant by|the meaning of] {}?",
            "what is {} [good|used] for?",
            "what do you [mean by|call] {}?",
            "[explain|describe|define] {}",
            "explain {} [to me|in one sentence|briefly|simply]",
            "I [don't|do not] [understand|get] {}",
            "I don't know what {} [is|means]",
            "can you explain {}?",
            "[tell me|say something|something] about {}",
            "tell me what {} [is|means|does]",
            "what [exactly is|is actually] {}?",
            "how does {} work?",
            "why is there {}?",
            "what happens with {}?",
            "{}, what is [that|it]?",
            "what should I know about {}?",
            "{}?",
            "meaning of {}",
            "I see {} [here|on the page], what is [it|that]?",
            "what is the [purpose|point|idea] of {}?",
            "what can I do with {}?",
            "in short, what is {}?",
        ),
        "zh": (
            "[什麼是|何謂]{}?",
            "{}是什麼[|意思|東西]?",
            "{}[代表|表示]什麼?",
            "{}[有什麼用|有什麼用途|有什麼作用|能做什麼|可以做什麼]?",
            "[解釋|說明|介紹]一下{}",
            "請[解釋|說明|介紹]{}",
            "我[不懂|不了解|不明白|看不懂]{}",
            "{}的[意思|作用|用途|功能]是什麼?",
            "{}是[做什麼|幹嘛|用來做什麼]的?",
            "可以[解釋|說明|介紹][一下|]{}嗎?",
            "[簡單說明|用一句話說明]{}",
            "{}是怎麼[運作|回事]的?",
            "為什麼有{}?",
            "我不知道{}是什麼",
            "{}[到底|究竟]是什麼?",
            "{}是指什麼?",
            "[告訴我|說說]{}是什麼",
            "頁面上的{}是什麼?",
            "設定裡的{}是什麼意思?",
            "{}要怎麼[理解|看]?",
            "{}?",
        ),
    },
}

# The same wordings with things that this product does not have.
REFUSED_ACTIONS: dict[Language, tuple[str, ...]] = {
    "en": (
        "start a {}",
        "add a {}",
        "delete the {}",
        "change my {}",
        "find {}",
        "make {}",
        "stop the {}",
        "open the {}",
    ),
    "zh": ("開始{}", "新增{}", "刪除{}", "更改{}", "找{}", "做{}", "停止{}", "打開{}"),
}
NEAR_MISSES: dict[Language, tuple[str, ...]] = {
    "en": (
        "video call",
        "podcast",
        "spreadsheet",
        "phone number",
        "credit card",
        "calendar",
        "voice message",
        "printer",
        "plugin store",
        "photo album",
        "slide show",
        "shopping cart",
        "newsletter",
        "group video",
        "loyalty points",
        "invoice",
        "webcam",
        "keyboard shortcut list",
    ),
    "zh": (
        "視訊通話",
        "播客",
        "試算表",
        "電話號碼",
        "信用卡",
        "行事曆",
        "語音訊息",
        "印表機",
        "外掛商店",
        "相簿",
        "簡報",
        "購物車",
        "電子報",
        "發票",
        "攝影機",
    ),
}


def _refusal_frames(language: Language) -> tuple[str, ...]:
    how_to = flat_training_frames(DOMAIN, language, SHARED["how_to"][language], limit=4)
    actions = REFUSED_ACTIONS[language]
    wrapped = [
        frame.replace("{}", actions[(at + step) % len(actions)]) for at, frame in enumerate(how_to) for step in (0, 3)
    ]
    return (*wrapped, *flat_training_frames(DOMAIN, language, SHARED["what_is"][language], limit=4))


FRAMES_FOR_REFUSAL: dict[Language, tuple[str, ...]] = {"en": _refusal_frames("en"), "zh": _refusal_frames("zh")}


def draw(rng: random.Random, language: Language, held_out: bool) -> Segment:
    """One question about the product, sometimes a second one."""
    intents = rng.sample(INTENTS, 2 if rng.random() < 0.25 else 1)
    return Segment(DOMAIN, language, tuple(ask(rng, DOMAIN, language, intent, SHARED, held_out) for intent in intents))


def all_intents() -> tuple[Intent, ...]:
    """Every intent of this topic, for tests and counts."""
    return INTENTS
