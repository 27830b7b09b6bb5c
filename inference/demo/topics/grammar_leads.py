# ruff: noqa: E501 - a table: one entry stays on one line
"""What people write before and after a question."""

ENGLISH_LEADS = (
    "hi, ", "hello, ", "hey, ", "hey ", "hi ", "excuse me, ", "ok, ", "ok so ", "so ", "so, ", "quick question: ", "a question: ",
    "sorry, ", "well, ", "hi there, ", "I have a question: ", "one more question: ", "please tell me: ", "hi demo, ",
    "hmm, ", "and ", "another question, ", "just wondering, ", "please, ", "by the way, ", "now ", "dear demo, ",
)  # fmt: skip
ENGLISH_QUESTION_LEADS = (
    "could you tell me ", "can you tell me ", "do you know ", "please tell me ", "tell me ", "I want to know ", "I'd like to know ",
    "would you tell me ", "can you say ", "I wonder ", "may I ask ", "can I ask ", "remind me, ", "please explain ", "I am wondering ",
)  # fmt: skip
ENGLISH_STATEMENT_TAILS = (".", ".", ".", "", "", "", ", please", " please", ", thanks", ". Thanks!", "!")
ENGLISH_QUESTION_TAILS = ("?",) * 9 + (
    "",
    "",
    "",
    "",
    ", please?",
    " please?",
    "? thanks",
    "? Thank you",
    " ?",
    "??",
    ".",
    " please",
)
CHINESE_LEADS = (
    "請問", "請問", "請問一下,", "你好,", "您好,", "嗨,", "哈囉,", "想請問", "不好意思,", "我想問一下,", "想問", "我想知道,",
    "請教一下,", "我有個問題,", "那", "那麼,", "對了,", "再問一下,", "請你告訴我,", "請告訴我,", "你知道", "欸,", "可以告訴我", "麻煩你,",
)  # fmt: skip
CHINESE_NEUTRAL_LEADS = ("你好,", "您好,", "嗨,", "不好意思,", "對了,", "那", "哈囉,", "我有個問題,", "好,", "欸,")
CHINESE_QUESTION_TAILS = ("?",) * 8 + (
    "",
    "",
    "",
    "",
    "",
    "?",
    "?",
    "呢?",
    "呢",
    "?謝謝",
    ",謝謝",
    "??",
    "?謝謝你",
    "啊?",
)
CHINESE_STATEMENT_TAILS = ("。", "。", "。", "", "", "", "", ",謝謝", "。謝謝", "!", "，謝謝你")
PLAIN_TAILS = ("", "", "", ".", ".", "!", "!", "!!", "...")
PLAIN_QUESTION_TAILS = ("?", "?", "?", "", "", "??", " ?")
