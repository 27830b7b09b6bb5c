"""Nothing that a model writes runs, loads or hangs."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest

from chat.markdown import MarkdownStream, render

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "<style>*{display:none}</style>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    '![x"onerror="alert(1)](https://evil.example/p.png"onerror="alert(1))',
    '[x](https://a.example "onmouseover=alert(1)")',
    '```python" onmouseover="alert(1)\ncode\n```',
    "```<script>\nx\n```",
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$\\href{javascript:alert(1)}{x}$",
    "$$\n</math><script>alert(1)</script>\n$$",
    "<div hx-get='/accounts/delete/' hx-trigger='load'></div>",
    "<form action='https://evil.example'><input name=password></form>",
    '| a |\n|---|\n| <b onclick="x">b</b> |',
    "[x](https://a.example){onclick=alert(1)}",
    "\x1b[31m red \x00 nul \u202e right to left",
    "<!-- --><!doctype html><meta http-equiv=refresh content=0>",
]
HUGE = {
    "quotes": ">" * 20_000 + " x",
    "lists": "- " * 5_000 + "x",
    "numbered lists": "1. " * 5_000 + "x",
    "stars": "*" * 20_000,
    "stars and letters": "*a " * 5_000,
    "brackets": "[" * 10_000,
    "links": "[a](" * 5_000,
    "pictures": "![" * 10_000,
    "ticks": "`" + " `" * 5_000 + "``",
    "growing ticks": " ".join("`" * number for number in range(1, 200)),
    "unclosed fence": "```python\n" + "x = 1\n" * 10_000,
    "dollars": "$" * 10_000,
    "dollars and letters": "$a " * 5_000,
    "formula": "$" + "{" * 1_500 + "$",
    "deep formula": "$" + "\\frac{" * 300 + "$",
    "unclosed formula": "$$\n" + "x + y\n" * 5_000,
    "brackets of formulas": "\\(" * 5_000,
    "table": "|" + "a|" * 2_000 + "\n|" + "-|" * 2_000 + "\n",
    "pipes": "|a\n" * 5_000,
    "headings": "# x\n" * 5_000,
    "one line": "x" * 200_000,
    "entities": "&amp;" * 10_000,
    "underscores": "a_" * 10_000,
    "addresses": "https://a.b/" * 3_000,
    "open angles": "<" * 20_000,
    "indents": "".join(" " * number + "- x\n" for number in range(300)),
}
ALLOWED = {"href", "target", "rel", "class", "start", "tabindex", "display"}


class Inspector(HTMLParser):
    """Collects what is left that could do something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "img", "iframe", "svg", "form", "input", "meta", "object", "link", "button"}:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith(("on", "hx-", "data-", "style", "src", "id")):
                self.found.append(f"{tag} {name}={value}")
            if name == "href" and not (value or "").lower().startswith(("http://", "https://", "mailto:")):
                self.found.append(f"{tag} {name}={value}")


def dangers(html: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html)
    return inspector.found


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_runs(attack: str) -> None:
    assert dangers(render(attack)) == []
    assert dangers(render(f"- before\n\n  {attack}\n\n> {attack}")) == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_runs_while_it_grows(attack: str) -> None:
    stream = MarkdownStream()
    for character in attack + "\n\nend":
        stream.feed(character)
        assert dangers(stream.take_closed() + stream.open()) == []


def test_the_inspector_sees_dangers() -> None:
    assert len(dangers('<a href="javascript:x" onclick="y">z</a><img src="q">')) == 4


@pytest.mark.parametrize("name", HUGE)
def test_nothing_hangs(name: str) -> None:
    start = time.process_time()
    html = render(HUGE[name])
    assert time.process_time() - start < 5
    assert html
    assert dangers(html) == []


@pytest.mark.parametrize("name", HUGE)
def test_nothing_hangs_while_it_grows(name: str) -> None:
    stream, text = MarkdownStream(), HUGE[name]
    start = time.process_time()
    for position in range(0, len(text), 200):
        stream.feed(text[position : position + 200])
        stream.take_closed()
        stream.open()
    assert time.process_time() - start < 10
