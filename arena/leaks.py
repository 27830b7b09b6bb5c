"""Does an answer tell who gives it, or a question ask for it? Cheap rules over words, in Latin and in CJK script.

A name that nobody writes by chance (ChatGPT, Qwen, 通义千问) tells anywhere. A name that is also ordinary language
(palm, Gemini, 豆包, "Air quality expert") tells only where the writer speaks of itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from arena.known_names import (
    AMBIGUOUS_NAMES,
    ENGLISH_LEADS,
    FILLERS,
    IDENTITY_QUESTIONS,
    OTHER_LEADS,
    TELLING_NAMES,
    TRIMMED_WORDS,
    UNREMARKABLE_STEMS,
)

SEPARATORS = r"[\s\-_./·()\[\],:*]*"
SIZE_OR_VERSION = re.compile(r"v?\d+(\.\d+)*[a-z]{0,2}")  # 7b, 50m, v3, 2.5
WORD_WITH_NUMBER = re.compile(r"([a-z]{3,})\d")  # qwen2, gpt4: nobody writes that by chance
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LOOKED_AT_BEFORE = 160  # characters before a name in which the writer may speak of itself

_WORDS_BETWEEN = "|".join(sorted(map(re.escape, FILLERS), key=len, reverse=True))
SPEAKS_OF_ITSELF = re.compile(
    rf"(?:(?:^|[^a-z0-9])(?:{'|'.join(ENGLISH_LEADS)})(?![a-z])|(?:{'|'.join(OTHER_LEADS)}))"
    rf"(?:[\s,，:：*_\"'「“(]|(?:{_WORDS_BETWEEN})(?![a-z])){{0,60}}+$"  # possessive: no text makes it slow
)
SPEAKS_OF_ITSELF_AFTER = re.compile(
    r"^[\s*_\"']*(?:(?:has |have )?(?:made|created|trained|built|developed|designed|taught) me\b"
    r"|, an? (?:ai|artificial|large language|language model|chatbot|virtual assistant)\b)"
)
AS_NAME = re.compile(r"(?:(?:^|[^a-z])as|作為|作为)[\s*_\"']*$")
AS_A_NAME = re.compile(r"(?:^|[^a-z])as (?:an?|the|your)[\s*_\"']+$")
I_FOLLOWS = re.compile(r"^[\s*_\"']*,\s*(?:i(?:'|\s)|我)")
INVISIBLE = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
NAMED = re.compile(r"(?:my name(?: is|'s)|named|called|call me|我叫|名為|名为|名叫|名字是|名字叫)[\s*_\"'「“]*$")
IDENTITY = re.compile("|".join(f"(?:{pattern})" for pattern in IDENTITY_QUESTIONS))


def telling_names(entries: Iterable[Any]) -> list[str]:
    """Every name that would tell who answers: those of the entries and of known vendors and models.

    An entry has `name`, `name_zh_hant`, `slug`, `organisation` and `source` (as inference.models.ModelEntry).
    """
    names = {*TELLING_NAMES, *AMBIGUOUS_NAMES}
    for entry in entries:
        last_part = re.split(r"[/\\:]", str(entry.source).rstrip("/\\"))[-1]
        given = [entry.name, entry.name_zh_hant, entry.slug, entry.organisation, "" if "=" in last_part else last_part]
        for name in map(normalised, given):
            names.update({name, _trimmed(name)})
    return sorted(name for name in names if len(name) > 1)


def names_somebody(answer: str, names: Sequence[str]) -> bool:
    """True when the answer contains one of the names in a way that tells who answers."""
    text = normalised(answer)
    # Looking for the longest word of each name first costs a hundredth of trying their patterns everywhere.
    return any(
        _tells(text, match, name)
        for name in _names(tuple(names))
        if name.longest_word in text
        for match in _compiled(name.pattern).finditer(text)
    )


def asks_for_identity(prompt: str) -> bool:
    """True when the question asks who or which model answers."""
    return IDENTITY.search(normalised(prompt)) is not None


def normalised(text: str) -> str:
    """Case, width and invisible characters do not matter; apostrophes are straight and white space is single."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("ʼ", "'")
    return " ".join(INVISIBLE.sub("", text).split())


# --- steps ------------------------------------------------------------------------------------------------------------


class _Name(NamedTuple):
    longest_word: str
    pattern: str
    tells_anywhere: bool


@lru_cache(maxsize=16)
def _names(names: tuple[str, ...]) -> list[_Name]:
    found = []
    for name in sorted(set(map(normalised, names))):
        if len(name) > 1 and (words := _words(name)):
            found.append(_Name(max(words, key=len), _pattern(words), _tells_anywhere(name)))
    return found


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Only of names that occur: compiling hundreds would keep a vote waiting."""
    return re.compile(pattern)


def _tells(text: str, match: re.Match[str], name: _Name) -> bool:
    return name.tells_anywhere or _is_of_the_writer(text, match)


def _is_of_the_writer(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - LOOKED_AT_BEFORE) : match.start()], text[match.end() :][:80]
    if match.group() in FILLERS or match.group() in UNREMARKABLE_STEMS:  # "I am a large language model"
        return NAMED.search(before) is not None or _stands_alone(before, after)
    return bool(
        SPEAKS_OF_ITSELF.search(before)
        or SPEAKS_OF_ITSELF_AFTER.match(after)
        or (I_FOLLOWS.match(after) and (AS_NAME.search(before) or AS_A_NAME.search(before)))
    )


def _stands_alone(before: str, after: str) -> bool:
    """ "I am Echo." or "As Echo, I", but not "I am an expert" and not "I am large enough"."""
    is_lead = re.search(r"(?:^|[^a-z])(?:i am|i'm)[\s*_\"']+$|我是[\s*_\"'「“]*$", before)
    ends = re.match(r"^[*_\"'」”]*\s*(?:[.,!?;:。，！？；：]|$)", after)
    return bool((is_lead and ends) or (AS_NAME.search(before) and I_FOLLOWS.match(after)))


def _tells_anywhere(name: str) -> bool:
    words = _words(name)
    if name in AMBIGUOUS_NAMES:
        return False
    if name in TELLING_NAMES or any(word in TELLING_NAMES for word in words):
        return True
    if CJK.search(name):
        return any(CJK.search(known) and known in name for known in TELLING_NAMES)
    return any(
        (found := WORD_WITH_NUMBER.match(word)) is not None and found.group(1) not in UNREMARKABLE_STEMS
        for word in words
    )


def _pattern(words: list[str]) -> str:
    """The words of a name with any separators; Latin ones not inside a longer word, but a number may follow."""
    first, last = words[0][0], words[-1][-1]
    start = "" if CJK.match(first) else "(?<![a-z0-9à-ÿ])"
    end = "" if CJK.match(last) else "(?![a-z0-9à-ÿ])" if last.isdigit() else "(?![a-zà-ÿ])"
    return start + SEPARATORS.join(map(re.escape, words)) + end


def _words(name: str) -> list[str]:
    """What is written between signs; a word of signs only is none."""
    return [word for word in re.split(r"[\s\-_./·()\[\],:*]+", name) if any(map(str.isalnum, word))]


def _trimmed(name: str) -> str:
    """Without sizes, versions and "instruct" behind the name itself: how a model would call itself."""
    words = _words(name)
    while len(words) > 1 and (words[-1] in TRIMMED_WORDS or SIZE_OR_VERSION.fullmatch(words[-1])):
        words.pop()
    return " ".join(words)
