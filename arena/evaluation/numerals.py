"""The numbers in a text: 1,234.5 · －3 · ２５％ · 3/4 · 1.2 × 10³ · 一百二十三 · 三點五. Pure."""

from __future__ import annotations

import re
from fractions import Fraction

# Full-width digits and signs are the same as the narrow ones. The full-width comma is not: 「１，２」 are two numbers.
NARROW = str.maketrans("０１２３４５６７８９．－＋％／−﹣⁻", "0123456789.-+%/---")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

# A sign counts only where no number or letter stands before it: 3-5 is a range, PM2.5 and CO2 are names.
# Every gap has its limit: a model that repeats a space for ever must not keep the checker busy.
NUMBER = re.compile(
    r"(?<![A-Za-z\d.])(?=[-+]?\.?\d)(?P<sign>(?<![\w)])[-+])?"
    r"(?P<whole>\d{1,3}(?:,\d{3})+(?!\d)|\d+)?(?P<part>(?<=\d)\.\d+|(?<![\d.])\.\d+)?"
    r"(?:[eE](?P<e>[-+]?\d+))?(?:\s{0,3}\^\s{0,3}\{?(?P<to>[-+]?\d+)\}?)?"
    r"(?:\s{0,3}[×xX*]\s{0,3}10(?:\s{0,3}\^\s{0,3}\{?(?P<power>[-+]?\d+)\}?|(?P<raised>-?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)))?"
    r"(?:\s{0,3}/\s{0,3}(?P<below>\d+)(?![\d/.]))?"
)
HIGHEST_POWER = 300
LONGEST_NUMBER = 100  # characters
# \\frac{3}{4} and 4分之3 are 3/4; 百分之 is %, which changes no number.
FRACTION = re.compile(r"\\d?frac\{(\d{1,15})\}\{(\d{1,15})\}")
CHINESE_FRACTION = re.compile(r"(?<!\d)(\d{1,15})\s{0,3}分之\s{0,3}(\d{1,15})")

DIGITS = dict(zip("〇零一二三四五六七八九", [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], strict=True)) | {"兩": 2, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"萬": 10**4, "万": 10**4, "億": 10**8, "亿": 10**8, "兆": 10**12}
CHINESE = re.compile(rf"[負负]?[{''.join([*DIGITS, *UNITS, *MYRIADS])}]+(?:[點点][{''.join(DIGITS)}]+)?")


def numbers_in(text: str) -> list[Fraction]:
    """In their order. Chinese numerals are read only where no Arabic digit stands in the whole text: 「一個」 is no
    answer beside a 42."""
    narrow = FRACTION.sub(r" \1/\2", text.translate(NARROW)).replace("百分之", "")
    narrow = CHINESE_FRACTION.sub(r"\2/\1", narrow)
    found = [_arabic(match) for match in NUMBER.finditer(narrow) if _is_number(match)]
    return found or _chinese_in(narrow)


def _is_number(match: re.Match[str]) -> bool:
    """A model that repeats one digit for ever has said no number."""
    return bool(match["whole"] or match["part"]) and len(match[0]) <= LONGEST_NUMBER


def _chinese_in(text: str) -> list[Fraction]:
    found: list[Fraction] = []
    end = -1
    for match in CHINESE.finditer(text):
        value = chinese(match[0]) if len(match[0]) <= LONGEST_NUMBER else None
        if value is None:
            continue
        # 四分之三: what stands before 分之 divides what stands behind it.
        if found and text[end : match.start()] == "分之" and found[-1]:
            value /= found.pop()
        found.append(value)
        end = match.end()
    return found


def _arabic(match: re.Match[str]) -> Fraction:
    value = Fraction((match["whole"] or "0").replace(",", "") + (match["part"] or ""))
    raised = (match["raised"] or "").translate(SUPERSCRIPTS)
    for power in filter(None, (match["e"], match["power"], raised)):
        # 10^400 is nobody's answer, and computing 10^999999999 would take for ever.
        value *= Fraction(10) ** max(-HIGHEST_POWER, min(HIGHEST_POWER, int(power[:5])))
    if match["to"]:
        value = _power(value, int(match["to"][:5]))
    if match["below"] and int(match["below"]):
        value /= int(match["below"])
    return -value if match["sign"] == "-" else value


def _power(base: Fraction, exponent: int) -> Fraction:
    """10^400 is nobody's answer, and computing 10^99999 for one takes long."""
    if not base or abs(exponent) > HIGHEST_POWER or base.numerator > 10**6:
        return base
    return base**exponent


def chinese(text: str) -> Fraction | None:
    """三億二千五百萬零四十 → 325000040; digit by digit (二〇二六) too. None for what is no number (十百, 萬)."""
    sign = -1 if text[:1] in ("負", "负") else 1
    whole, _point, part = text.lstrip("負负").replace("点", "點").partition("點")
    value = _chinese_whole(whole)
    if value is None:
        return None
    digits = "".join(str(DIGITS[character]) for character in part)
    return sign * (value + Fraction(int(digits or 0), 10 ** len(digits)))


def _chinese_whole(text: str) -> int | None:
    if text and all(character in DIGITS for character in text):
        return int("".join(str(DIGITS[character]) for character in text))
    total, section, last_unit = 0, 0, 0
    digit: int | None = None
    for before, character in zip("零" + text, text, strict=False):
        if character in DIGITS:
            digit = DIGITS[character]
            # 三百二 is 320, 三百零二 is 302.
            last_unit = {**UNITS, **MYRIADS}.get(before, 0)
        elif character in UNITS:
            # 十五 begins with its ten; 百 and 千 need a digit before them.
            if digit is None and (character != "十" or section % 100):
                return None
            section, digit = section + UNITS[character] * (1 if digit is None else digit), None
        else:
            section, digit, unit = section + (digit or 0), None, MYRIADS[character]
            if not section and not total:
                return None
            # 三萬億 is thirty thousand times a hundred million.
            total = (total + section) * unit if total < unit else total + section * unit
            section = 0
    return total + section + (digit or 0) * max(1, last_unit // 10 if digit else 1)
