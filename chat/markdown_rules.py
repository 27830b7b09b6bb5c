"""The Markdown dialect of the answers: CommonMark, tables, formulas, and emphasis that works in Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from chat import markdown_html

BARE_ADDRESS = re.compile(r"https?://[^\s<>\"'`（）「」，。；、]+[^\s<>\"'`（）「」，。；、.,:;!?)\]*_]")
MOST_BRACKETS = 500  # in one paragraph
CLOSING = {"$$": "$$", "\\[": "\\]"}


def math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    r"""`$$ … $$` or `\[ … \]` on lines of their own. An empty line ends the hope for the closing mark.

    While the text is still growing (`is_growing`) an unclosed formula counts as one that stays open.
    """
    if state.is_code_block(start):
        return False
    first = state.getLines(start, start + 1, state.blkIndent, False).strip()
    opening = first[:2]
    if opening not in CLOSING:
        return False
    formula: list[str] = []
    for line in range(start, end):
        text = first[2:] if line == start else state.getLines(line, line + 1, state.blkIndent, False).strip()
        if line > start and (not text or state.sCount[line] < state.blkIndent):
            return False
        if text.endswith(CLOSING[opening]):
            formula.append(text[:-2])
            return _push_formula(state, start, line + 1, "\n".join(formula), silent)
        if line == start and CLOSING[opening] in text:
            return False  # closed in the middle of the line: a formula within a sentence
        formula.append(text)
    if not state.env.get("is_growing"):
        return False
    state.env["has_open_math"] = True
    return _push_formula(state, start, end, "", silent)


def _push_formula(state: StateBlock, start: int, end: int, formula: str, silent: bool) -> bool:
    if not silent:
        token = state.push("math_block", "math", 0)
        token.block, token.content, token.map = True, formula, [start, end]
        state.line = end
    return True


def bracket_math(state: StateInline, silent: bool) -> bool:
    r"""`\( … \)` and `\[ … \]` within a sentence."""
    closing = {"\\(": "\\)", "\\[": "\\]"}.get(state.src[state.pos : state.pos + 2])
    if closing is None:
        return False
    end = state.src.find(closing, state.pos + 2, state.posMax)
    if end <= state.pos + 2:
        return False
    if not silent:
        token = state.push("math_inline" if closing == "\\)" else "math_inline_double", "math", 0)
        token.content = state.src[state.pos + 2 : end]
    state.pos = end + 2
    return True


def unless_too_many(rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    """The search for the end of a link begins anew at every bracket: thousands of them would take minutes."""

    def guarded(state: StateInline, silent: bool) -> bool:
        return state.src.count("[") <= MOST_BRACKETS and rule(state, silent)

    return guarded


def link_bare_addresses(state: StateCore) -> None:
    """https://… in running text becomes a link."""
    for block in state.tokens:
        if block.type != "inline" or not block.children or "://" not in block.content:
            continue
        children: list[Token] = []
        depth = 0
        for token in block.children:
            depth += token.nesting if token.type in ("link_open", "link_close") else 0
            children.extend(_linked(token, state.md) if token.type == "text" and not depth else [token])
        block.children = children


def _linked(token: Token, md: MarkdownIt) -> list[Token]:
    parts: list[Token] = []
    position = 0
    for match in BARE_ADDRESS.finditer(token.content):
        address = md.normalizeLink(match[0])
        if not md.validateLink(address):
            continue
        parts += [
            Token("text", "", 0, content=token.content[position : match.start()]),
            Token("link_open", "a", 1, attrs={"href": address}),
            Token("text", "", 0, content=match[0]),
            Token("link_close", "a", -1),
        ]
        position = match.end()
    return [*parts, Token("text", "", 0, content=token.content[position:])] if parts else [token]


class ChineseFriendlyState(StateInline):
    """CommonMark asks for a space between `**` and a letter when punctuation stands on the inner side.

    Chinese has no such spaces: in `**注意：**文字` the emphasis would stay visible as asterisks.
    """

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        marker = self.src[start]
        position = start
        while position < self.posMax and self.src[position] == marker:
            position += 1
        before = self.src[start - 1] if start > 0 else " "
        after = self.src[position] if position < self.posMax else " "
        before_space, after_space = _is_space(before), _is_space(after)
        before_mark, after_mark = _is_punctuation(before), _is_punctuation(after)
        left = not after_space and (not after_mark or before_space or before_mark or _is_chinese(before))
        right = not before_space and (not before_mark or after_space or after_mark or _is_chinese(after))
        return Scanned(
            left and (canSplitWord or not right or before_mark),
            right and (canSplitWord or not left or after_mark),
            position - start,
        )


class ChineseFriendlyInline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = ChineseFriendlyState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def _is_space(character: str) -> bool:
    return isWhiteSpace(ord(character))


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _is_chinese(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 30})
    # Reference links would make early blocks depend on later ones; models write "[1]: https://…" to be read.
    md.enable(["table", "strikethrough"]).disable(["reference", "html_block", "html_inline"])
    inline = ChineseFriendlyInline()
    inline.ruler, inline.ruler2 = md.inline.ruler, md.inline.ruler2
    md.inline = inline
    dollarmath_plugin(md, allow_space=False, allow_digits=False, double_inline=True)
    md.disable("math_block")
    interrupts: RuleOptionsType = {"alt": ["paragraph", "blockquote", "list"]}
    md.block.ruler.before("fence", "math_lines", math_block, interrupts)
    md.inline.ruler.before("escape", "math_bracket", bracket_math)
    md.inline.ruler.at("link", unless_too_many(link))
    md.inline.ruler.at("image", unless_too_many(image))
    md.core.ruler.push("link_bare_addresses", link_bare_addresses)
    for name, rule in markdown_html.RULES.items():
        md.add_render_rule(name, rule)
    return md


parser = _parser()
