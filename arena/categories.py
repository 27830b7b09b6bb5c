"""Puts a question into a language and into categories by cheap rules; an administrator may correct both.

No model and no package: counting scripts and looking for words takes microseconds and can be read by everybody.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from arena.category_words import CATEGORY_PATTERNS, LANGUAGE_WORDS, SIMPLIFIED, TRADITIONAL

SUBJECTS = ("air", "water", "soil", "waste", "noise", "climate", "ecology", "eia", "toxics")
CATEGORIES = ("code", "maths", "long_prompt", "short_prompt", "environment", *SUBJECTS)

LONG_PROMPT = 2000  # Latin letters; a CJK character says about as much as three of them
SHORT_PROMPT = 60
LOOKED_AT = 20_000  # characters; what a question is about is said before that

FENCED_CODE = re.compile(r"```.*?(?:```|$)", re.DOTALL)
LATIN_WORD = re.compile(r"[a-zà-öø-ÿāăąćčđėęěğīįıłńňőœřśşšțůűźżžơưạ-ỹ]+(?:'[a-z]+)?")
SCRIPTS = {  # the first that is more than a few signs wins; Han is looked at last
    "ja": re.compile(r"[\u3041-\u30fa\u31f0-\u31ff]"),
    "ko": re.compile(r"[\uac00-\ud7af\u1100-\u11ff\u3130-\u318f]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
}
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
UKRAINIAN = re.compile("[іїєґ]")
SIGNS_IN_A_WORD = 1.7  # of Han, on average


def language_of(text: str) -> str:
    """A language code such as "en", "zh-hant", "zh-hans", "ja", "ko" or "fr"; empty when the rules cannot tell.

    Chinese that is written alike in both ways counts as "zh-hant".
    """
    text = _plain(text)
    text = FENCED_CODE.sub(" ", text).strip() or text
    words = LATIN_WORD.findall(text)
    for language, script in SCRIPTS.items():
        signs = len(script.findall(text))
        outweighed = language != "ja" and signs < len(HAN.findall(text))  # Japanese is written with Han, too
        if signs and signs / SIGNS_IN_A_WORD >= len(words) / 3 and not outweighed:
            return "uk" if language == "ru" and UKRAINIAN.search(text) else language
    if _is_chinese(text, len(words)):
        simplified, traditional = (sum(map(text.count, signs)) for signs in (SIMPLIFIED, TRADITIONAL))
        return "zh-hans" if simplified > traditional else "zh-hant"
    return _latin_language(words)


def categories_of(text: str) -> list[str]:
    """The categories of a question, in the order of CATEGORIES; often none."""
    text = _plain(text)
    weight = len(text) + 2 * len(CJK.findall(text))
    found = {category for category, pattern in CATEGORY_PATTERNS.items() if pattern.search(text)}
    if found & set(SUBJECTS):
        found.add("environment")
    if weight >= LONG_PROMPT:
        found.add("long_prompt")
    if weight <= SHORT_PROMPT:
        found.add("short_prompt")
    return [category for category in CATEGORIES if category in found]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:LOOKED_AT]).casefold().strip()


def _is_chinese(text: str, latin_words: int) -> bool:
    """More Han than Latin words; or it begins in Han, as an instruction for a foreign text does."""
    signs = len(HAN.findall(text))
    first = re.search(r"[^\W\d_]", text)
    begins = signs >= 2 and first is not None and HAN.match(first.group()) is not None
    return signs / SIGNS_IN_A_WORD > latin_words or (begins and 6 * signs >= latin_words)


def _latin_language(words: list[str]) -> str:
    """The language whose commonest words are seen most; letters that only one language has count, too."""
    seen = Counter(words)
    scores = {language: sum(seen[word] for word in known) for language, known in LANGUAGE_WORDS.items()}
    for language, letters in {"vi": "ơưđạảấầẩậắặẹẻếềểệỉịọỏốồổộớờởợụủứừửựỳỹ", "de": "ß", "es": "ñ¿", "pt": "ãõ"}.items():
        scores[language] += sum(1 for word in words if any(letter in word for letter in letters))
    best, second = sorted(scores, key=lambda language: -scores[language])[:2]
    return best if scores[best] > scores[second] else ""
