"""Words, sentences and languages of a text, in English and Chinese, as the exact checkers count them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# As word processors count: every Chinese character is a word, and so is every run of letters or digits.
WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:['’\-./][^\W_{HAN}]+)*")
# A full stop within 3.5 or e.g. ends nothing.
SENTENCE_END = re.compile(r"[。！？!?]++[」』”\"')]*|(?<!\be\.g)(?<!\bi\.e)(?<!\.)\.++[”\"')]*+(?=\s|\Z)")
BULLET = re.compile(r"^\s*(?:[-*•‧・]|\d+[.)、])\s*\S")

# In small letters. "I am sorry" alone is no refusal: people are sorry about the weather.
REFUSALS = re.compile(
    r"\b(?:i|we)\s+(?:really\s+|simply\s+|honestly\s+)?(?:do\s+not|don['’]t|cannot|can\s?not|can['’]t|am\s+not\s+able\s+to|am\s+unable\s+to|"
    r"could\s+not|couldn['’]t|have\s+no\s+(?:way|information|record|access|knowledge))\b"
    r"|\bi['’]m\s+(?:unable|not\s+(?:able|sure|aware))\b|\bi\s+am\s+not\s+(?:sure|aware)\b"
    r"|\b(?:not\s+possible\s+to\s+(?:know|say|tell|determine|predict)|impossible\s+to\s+(?:know|say|tell|predict))\b"
    r"|\b(?:there\s+is|there['’]s)\s+no\s+(?:such|information|record|evidence)\b"
    r"|\b(?:does\s+not|doesn['’]t|did\s+not|didn['’]t)\s+(?:exist|say|state|mention|tell|give)\b|\bnot\s+(?:stated|mentioned|given)\b"
    r"|\bno\s+(?:such|information)\b|\bcannot\s+be\s+(?:known|determined|predicted|answered|verified)\b"
    r"|(?:我|目前)?(?:不知道|不清楚|不確定|無法(?:得知|確定|知道|回答|預測|提供|判斷|查證|存取|看到|取得|協助)|沒有(?:辦法|提到|提及|說明|提供|寫|這|相關|任何|資料|足夠)|未(?:提及|提到|說明|提供)|查無|不存在|並無|不能(?:確定|回答|提供|預測|協助)|不可能(?:知道|預測))"
)


def word_count(text: str) -> int:
    return len(WORD.findall(text))


def line_count(text: str) -> int:
    """Lines with something in them."""
    return sum(1 for line in text.splitlines() if line.strip())


def paragraph_count(text: str) -> int:
    return len([part for part in re.split(r"\n\s*\n", text) if part.strip()])


def sentence_count(text: str) -> int:
    """A last sentence without its full stop counts too."""
    parts = SENTENCE_END.split(text)
    return sum(1 for part in parts if WORD.search(part))


def character_count(text: str) -> int:
    """Without white space."""
    return sum(1 for character in text if not character.isspace())


def han_count(text: str) -> int:
    """Chinese characters alone, without punctuation: what 「五個字」 means."""
    return len(re.findall(f"[{HAN}]", text))


def bullet_count(text: str) -> int:
    return sum(1 for line in text.splitlines() if BULLET.match(line))


UNITS: dict[str, Callable[[str], int]] = {
    "words": word_count,
    "lines": line_count,
    "paragraphs": paragraph_count,
    "sentences": sentence_count,
    "characters": character_count,
    "han": han_count,
    "bullets": bullet_count,
}


def is_in(word: str, text: str) -> bool:
    """Both in plain form. "no" is not in "know", 35 is neither in 350 nor in 3.35. Chinese words have no gaps."""
    before = r"(?<![a-z0-9])(?<!\d[.,])" if re.match(r"[a-z0-9]", word) else ""
    after = r"(?![a-z0-9])(?![.,]\d)" if re.search(r"[a-z0-9]\Z", word) else ""
    return re.search(before + re.escape(word) + after, text) is not None


def language_of(text: str) -> str | None:
    """By its letters: en, zh-hant or zh-hans; None without any letter or where nothing prevails."""
    letters = [character for character in text if character.isalpha()]
    han = [character for character in letters if re.match(f"[{HAN}]", character)]
    latin = [character for character in letters if character.isascii()]
    if len(latin) >= 0.9 * len(letters) > 0:
        return "en"
    # A Latin name or unit is many letters long where a Chinese word has two.
    if len(han) >= 0.3 * len(letters) > 0:
        simplified = sum(1 for character in han if is_simplified(character))
        return "zh-hans" if simplified > 0.05 * len(han) else "zh-hant"
    return None


def is_simplified(character: str) -> bool:
    """Written so in Simplified Chinese only: the character set of mainland China has it, that of Taiwan has not."""
    return _has("gb2312", character) and not _has("cp950", character)


def _has(encoding: str, character: str) -> bool:
    try:
        return bool(character.encode(encoding))
    except UnicodeEncodeError:
        return False


def refuses(text: str) -> bool:
    """Says that it does not know, cannot, or that there is no such thing. A rule of thumb in English and Chinese."""
    return REFUSALS.search(text.casefold()) is not None
