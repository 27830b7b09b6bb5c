# ruff: noqa: E501 - a table: one entry stays on one line
"""The wordings of questions that lean on the turn before."""

from __future__ import annotations

from inference.demo.segment import Language

AND_NOUN: dict[Language, tuple[str, ...]] = {
    "en": (
        "and {}?", "and for {}?", "[what|how] about {}?", "[and|so|ok,|now] what about {}?", "{}?", "and [what is it|what's it] for {}?", "the same for {}[, please|]?", "and of {}?", "now {}", "[and|] {} too?", "same question for {}", "next: {}", "and in the case of {}?",
        "[can|could] you tell me for {} too?", "I also want to know it for {}", "then {}?", "also {}[, please|]", "and if I say {}?", "[now|then] for {}?", "try {}", "and {}, do you know that too?", "do the same with {}", "let's take {} [now|instead]", "and then {}?", "and [also|how about] {}?",
    ),
    "zh": (
        "那{}呢?", "{}呢?", "那麼{}呢?", "{}的話呢?", "還有{}呢?", "換成{}呢?", "那{}?", "{}也[說說|告訴我]", "再來是{}", "[同樣的問題|一樣的問題],{}呢?", "如果是{}呢?", "改成{}呢?", "那如果是{}?", "接下來{}", "也想知道{}的", "[然後|接著]{}呢?", "{}又是什麼呢?", "至於{}呢?", "{}[你也|也]知道嗎?", "換{}", "下一個:{}", "要是{}呢?",
    ),
}
MORE: dict[Language, tuple[str, ...]] = {
    "en": (
        "tell me more", "[please |]tell me more about [it|that|this]", "more[, please|]", "[can|could] you [say|tell me|explain] more?", "[can|could] you [explain|describe] [it|that] [further|in more detail|more]?", "go on", "continue", "[and|] what else?", "anything else [about it|]?", "[some|a bit|a little] more [detail|details|information][, please|]", "more [detail|details|information|about it]",
        "what else [can you say|do you know|should I know] [about it|]?", "explain [further|more|it more]", "I [want|would like|need] to know more [about it|]", "[say|give me] [some|a bit] more", "keep going", "is there more to [say|know|it]?", "why is [it|that] important?", "why does [it|that] matter?", "and further?", "that's short, more?", "elaborate[, please|]", "in more depth?", "please continue", "why should I care [about it|]?",
    ),
    "zh": (
        "[請|可以|能|]多說[一點|一些]", "[再|多]說[一點|一些]", "[請|]繼續", "還有呢?", "然後呢?", "[更|再]詳細[一點|一些|說明|的說明]", "[可以|能][再|更]詳細[一點|說明|解釋]嗎?", "還有什麼[要補充|可以說|]的?", "[多|再多]告訴我一點", "[請|]補充[說明|一下]", "為什麼[重要|這很重要]?", "這有什麼重要?", "我想[知道|了解]更多", "[更多|多一點][細節|資訊|說明]", "接著說", "[再|進一步]解釋[一下|]", "可以再解釋清楚一點嗎?", "說得更清楚[一點|些]", "[還有|有]其他[資訊|的|細節]嗎?", "深入[一點|說明]", "請再說下去", "就這樣嗎?還有嗎?",
    ),
}
IN_LANGUAGE: dict[Language, dict[Language, tuple[str, ...]]] = {
    "zh": {
        "en": (
            "[now |]in Chinese[, please| please|]?", "say [it|that|this] in Chinese", "[can|could] you say [it|that|this] in Chinese?", "[please |]translate [it|that|this|your answer] [into|to] Chinese", "[and |]in Chinese?", "what is [it|that|this] in Chinese?", "how do you say [it|that|this] in Chinese?", "Chinese[, please| please|]", "[the same|again|repeat it|once more] in Chinese", "[answer|write|repeat] [it|that|this] in Chinese",
            "[can|could] I have [it|that|this] in Chinese?", "I [need|want] [it|that|this] in Chinese", "put [it|that|this] into Chinese", "switch to Chinese", "use Chinese [instead|]", "give me [the|a] Chinese [version|translation]", "how would that be in Chinese?", "could you translate to Chinese?", "and [now|the] Chinese?", "what would you say in Chinese?",
        ),
        "zh": (
            "[請|可以|]用中文[說|講|回答|再說一次|說一次|說明]", "用中文呢?", "中文[怎麼說|呢|版|]?", "[翻譯成|翻成|翻譯為|換成|改成]中文", "[請|幫我]翻成中文", "[可以|能][用中文說|翻成中文|說中文]嗎?", "[這句|剛才的|那|這個]中文怎麼說?", "我[要|想看|需要]中文[的|版|]", "說中文", "改用中文", "再用中文說一[次|遍]", "中文[請|謝謝]", "給我中文[翻譯|版本]", "[那|]中文是什麼?", "請換中文回答", "把[它|這個|答案]翻成中文", "請用繁體中文說", "看不懂英文,請用中文",
        ),
    },
    "en": {
        "en": (
            "[now |]in English[, please| please|]?", "say [it|that|this] in English", "[can|could] you say [it|that|this] in English?", "[please |]translate [it|that|this|your answer] [into|to] English", "[and |]in English?", "what is [it|that|this] in English?", "how do you say [it|that|this] in English?", "English[, please| please|]", "[the same|again|repeat it|once more] in English", "[answer|write|repeat] [it|that|this] in English",
            "[can|could] I have [it|that|this] in English?", "I [need|want] [it|that|this] in English", "put [it|that|this] into English", "switch to English", "use English [instead|]", "give me [the|an] English [version|translation]", "how would that be in English?", "could you translate to English?", "and [now|the] English?", "what would you say in English?",
        ),
        "zh": (
            "[請|可以|]用英[文|語][說|講|回答|再說一次|說一次|說明]", "用英文呢?", "英文[怎麼說|呢|版|]?", "[翻譯成|翻成|翻譯為|換成|改成]英文", "[請|幫我]翻成英文", "[可以|能][用英文說|翻成英文|說英文]嗎?", "[這句|剛才的|那|這個]英文怎麼說?", "我[要|想看|需要]英文[的|版|]", "說英文", "改用英文", "再用英文說一[次|遍]", "英文[請|謝謝]", "給我英文[翻譯|版本]", "[那|]英文是什麼?", "請換英文回答", "把[它|這個|答案]翻成英文", "請用英語說", "看不懂中文,請用英文",
        ),
    },
}
REPEAT: dict[Language, tuple[str, ...]] = {
    "en": (
        "[say|repeat] that again[, please|]?", "[can|could] you [repeat|say] that [again|once more|]?", "repeat [that|it|your answer|please]", "[once more|again|one more time][, please|]", "what did you [just |]say?", "pardon?", "sorry, what [was that|did you say]?", "say [it|that] [once more|one more time]", "I did not [get|catch|hear] that", "come again?", "what was [that|your answer|it][ again|]?", "please repeat [that|it|your last answer]", "[tell me|give me the answer] again", "huh?", "I missed that", "the answer again[, please|]?",
    ),
    "zh": (
        "[請|可以|]再說一[次|遍]", "[請|]重複[一次|一遍|剛才的回答]", "你[剛才|剛剛]說什麼?", "[剛才|剛剛]說了什麼?", "[我|]沒聽[清楚|到|懂]", "再一次", "[請|]再講一[次|遍]", "什麼?[再說一次|]", "可以重複嗎?", "[請|]再回答一次", "你說什麼?", "剛才的答案是什麼?", "麻煩再說一次", "蛤?", "把答案再說一遍", "不好意思,再說一次?",
    ),
}  # fmt: skip
