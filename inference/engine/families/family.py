"""What is known of one family of models: its prompt, its system text, where its answers end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class StopToken:
    """A token that ends an answer. The number belongs to the family's own tokenizer; another tokenizer may use it for
    an ordinary word, so an engine looks the text up and the number is for those who have no tokenizer at hand."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Family:
    """One way of asking.

    names: a regular expression, searched in a model's name (lower case, "_" and blanks as "-"); empty: never by name.
    template: the name of the file in templates/, if it is not the slug.
    marks: what this prompt is made of. A checkpoint that ships a template of the same marks is asked with ours, which
        is that format without its known faults; one that ships another format was trained anew and is asked its way.
        Without marks whatever it ships comes first, and ours only stands in as long as nothing of it is here.
    begins_with: the token that stands before the text. Tokenizers add it by themselves, but some old checkpoints do not
        say so in their files; it is seen to where the tokenizer's own first token has this text.
    writes_all: the template writes the special tokens of the beginning itself, so the tokenizer must not add any.
    writes_none: the template writes no control tokens, so whatever looks like one is text.
    reads_apart: each message was encoded by itself, without blanks around an answer: where a text begins, SentencePiece
        sees the beginning of a word.
    trims_answers: it begins an answer with an empty line, which belongs to no text.
    """

    slug: str
    title: str
    names: str = ""
    template: str = ""
    default_system: str = ""
    stop_strings: tuple[str, ...] = ()
    stop_tokens: tuple[StopToken, ...] = ()
    marks: tuple[str, ...] = ()
    begins_with: str = ""
    writes_all: bool = False
    writes_none: bool = False
    reads_apart: bool = False
    trims_answers: bool = False

    @property
    def template_text(self) -> str:
        return _read(self.template or self.slug)

    def has_marks_of(self, template: str) -> bool:
        return bool(self.marks) and all(mark in template for mark in self.marks)


@cache
def _read(name: str) -> str:
    return (TEMPLATES / f"{name}.jinja").read_text(encoding="utf-8")
