"""Answers become HTML that is right, and the same whether rendered whole or while they grow."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat.markdown import MarkdownStream, render

PIECES = [
    "word ", "中文，",
    "**", "*", "_", "`", "``", "```", "```python\n", "~~~", "\n", "\n\n", "    ", "\t", "- ", "1. ", "> ",
    "# ", "## ", "#", "---", "===", "|", "| a | b |\n", "|---|---|\n", "|:-:|", "$", "$$", "$$\n", "\\[", "\\]", "\\(",
    "\\)", "x^2", "\\frac{a}{b}", "[a](b)", "[a]: b\n", "[a]", "![i](http://x/y.png)", "<b>", "<!--", "https://a.bc/d",
    "\\", "&amp;", "\r", "\r\n", "\0", "~~", "\\begin{matrix}", ":", "+ ", "==", "  \n", "- [ ] ",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
cuts = st.lists(st.integers(min_value=1, max_value=7), min_size=1, max_size=10)


def chunks(text: str, sizes: list[int]) -> list[str]:
    parts, position, index = [], 0, 0
    while position < len(text):
        size = sizes[index % len(sizes)]
        parts.append(text[position : position + size])
        position, index = position + size, index + 1
    return parts


@settings(max_examples=400, deadline=None)
@given(texts, cuts)
@example("Thus:\n$$\nx\n- c\n$$\nend", [1])
@example("$$\nx\n# h\n\nmore\n$$", [1])
@example("- a\n$$\nx\n\ny", [2])
@example("a\r\nb\r\n\r\nc", [1])
@example("```\ncode\n    ```\nmore\n```\nafter", [3])
@example("| a | b |\n|---|---|\n| 1 | 2 |\n\ntext", [1])
def test_a_growing_answer_equals_the_whole(text: str, sizes: list[int]) -> None:
    stream = MarkdownStream()
    closed = ""
    for delta in chunks(text, sizes):
        stream.feed(delta)
        closed += stream.take_closed()
        stream.open()
    # A carriage return at the very end is still held back: its line feed might follow.
    assert closed + render(stream.tail) == render(text.removesuffix("\r"))


def test_what_is_closed_is_given_out_once_and_early() -> None:
    stream = MarkdownStream()
    stream.feed("First paragraph.\n\nSecond")
    assert stream.take_closed() == "<p>First paragraph.</p>\n"
    assert stream.take_closed() == ""
    assert stream.open() == "<p>Second</p>\n"


def test_a_finished_code_block_is_coloured_before_anything_follows() -> None:
    stream = MarkdownStream()
    stream.feed("```python\ndef f(): pass\n")
    assert stream.take_closed() == ""
    assert 'class="k"' not in stream.open()
    stream.feed("```\n")
    assert 'class="k"' in stream.take_closed()


def test_the_cost_grows_with_the_length_and_not_with_its_square() -> None:
    def seconds(paragraphs: int) -> float:
        stream = MarkdownStream()
        text = "".join(f"- point {number} with **some** words\n" for number in range(paragraphs))
        start = time.process_time()
        for delta in chunks(text, [40]):
            stream.feed(delta)
            stream.take_closed()
            stream.open()
        return time.process_time() - start

    seconds(50)  # warm
    small, large = seconds(100), seconds(1000)
    assert large < small * 10 * 4, (small, large)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** and *italic*", "<strong>bold</strong> and <em>italic</em>"),
        ("**注意：**文字", "<strong>注意：</strong>文字"),
        ("文字**「引號」**文字", "文字<strong>「引號」</strong>文字"),
        ("~~gone~~", "<s>gone</s>"),
        ("two\nlines", "two<br>\nlines"),
        ("# Title", '<h3 class="h1">Title</h3>'),
        (
            "see https://example.com/a_b_c.",
            'href="https://example.com/a_b_c" target="_blank" rel="noopener noreferrer"',
        ),
        ("請見https://example.com/a。謝謝", 'href="https://example.com/a"'),
        ("`https://example.com`", "<code>https://example.com</code>"),
        ("| a |\n|--:|\n| 1 |", '<td class="right">1</td>'),
        ("$x^2$", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("\\(x_1\\)", "<msub><mi>x</mi><mn>1</mn></msub>"),
        ("\\[\nx\n= y\n\\]", '<math display="block">'),
        ("$$\na\n- b\n$$", '<math display="block">'),
        ("```python\nreturn 1\n```", '<span class="k">return</span>'),
        ("```nosuchlanguage\n<x>\n```", "&lt;x&gt;"),
        ("It costs $5 and $6.", "It costs $5 and $6."),
    ],
)
def test_pieces(text: str, html: str) -> None:
    assert html in render(text)


def test_bad_latex_is_shown_as_code() -> None:
    assert "<code>" in render("$\\frac{a}{$")
    assert "<code>" in render("$$\n\\left( x\n$$")


def test_pictures_from_elsewhere_are_links() -> None:
    html = render("![a plume](https://example.com/p.png)")
    assert "<img" not in html
    assert 'href="https://example.com/p.png"' in html
    assert "a plume" in html
