"""How single pieces of Markdown look as HTML: code with colours, formulas as MathML, tables that scroll."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from latex2mathml.converter import convert
from markdown_it.token import Token
from pygments import highlight as colour
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

log = logging.getLogger(__name__)

LONGEST_COLOURED = 50_000
LONGEST_FORMULA = 2_000

formatter = HtmlFormatter(nowrap=True)


def fence(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    words = token.info.split()
    return _code(token.content, words[0] if words else "", env.get("highlight", True))


def code_block(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return _code(tokens[index].content, "", False)


def _code(content: str, language: str, highlighted: bool) -> str:
    html = _coloured(content, language) if highlighted and language else escape(content, quote=False)
    return (
        f'<div class="code"><div class="code-head"><span>{escape(language)}</span></div>'
        f'<pre tabindex="0"><code>{html}</code></pre></div>\n'
    )


def _coloured(content: str, language: str) -> str:
    if len(content) > LONGEST_COLOURED:
        return escape(content, quote=False)
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(content, quote=False)
    return str(colour(content, lexer, formatter))


def math_inline(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return mathml(tokens[index].content, "inline")


def math_inline_double(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return mathml(tokens[index].content, "block")


def math_block(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f'<div class="formula" tabindex="0">{mathml(tokens[index].content, "block")}</div>\n'


@lru_cache(maxsize=1024)
def mathml(formula: str, display: str) -> str:
    """What is no formula after all is shown as code."""
    if len(formula) <= LONGEST_FORMULA:
        try:
            return str(convert(formula.strip(), display=display))
        except Exception as error:  # the converter raises many kinds; none may take the answer away
            log.debug("not a formula: %r (%s)", formula, error)
    return f"<code>{escape(formula, quote=False)}</code>"


def image(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Pictures from elsewhere are not loaded (that would tell the other server who reads what): a link instead."""
    token = tokens[index]
    words = renderer.renderInlineAsText(token.children, options, env) or str(token.attrGet("src"))
    return f'<a href="{escape(str(token.attrGet("src")))}">🖼 {escape(words)}</a>'


def table_open(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return '<div class="table" tabindex="0"><table>\n'


def table_close(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return "</table></div>\n"


def cell_open(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Alignment as a class: the content security policy allows no style attributes."""
    token = tokens[index]
    side = str(token.attrGet("style") or "").removeprefix("text-align:")
    return f'<{token.tag} class="{side}">' if side else f"<{token.tag}>"


def heading(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Below the page's own headings: the chat is h1, each message h2. Models skip levels, a page must not."""
    token = tokens[index]
    return f'<h3 class="{token.tag}">' if token.nesting == 1 else "</h3>\n"


RULES: dict[str, Callable[..., str]] = {
    "fence": fence,
    "code_block": code_block,
    "math_inline": math_inline,
    "math_inline_double": math_inline_double,
    "math_block": math_block,
    "image": image,
    "table_open": table_open,
    "table_close": table_close,
    "th_open": cell_open,
    "td_open": cell_open,
    "heading_open": heading,
    "heading_close": heading,
}
