"""What people may send: a new set, a file, a question, a run, a guard, a question out of a chat."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arena.evaluation.models import Question, QuestionSet
from arena.evaluation.modes import Mode
from inference.models import ModelEntry

LARGEST_FILE = 20 * 1024 * 1024  # bytes
TURN_MARK = "---"  # alone on a line, between two turns in one box
MARKS_IN_TURNS = re.compile(r"^(\\*---[ \t]*)$", re.MULTILINE)


class SetForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
    )


class FileForm(forms.Form):
    """Questions, or right answers to questions that the set has already."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput({"accept": ".jsonl,.json,.csv,text/csv"}),
        help_text=gettext_lazy("FastChat's question.jsonl, or a table as CSV."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What is in it"),
        choices=[("questions", gettext_lazy("Questions")), ("references", gettext_lazy("Reference answers"))],
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 20 MB; please split it."))
        return file


class JsonListField(forms.JSONField):
    """A list in JSON; an empty box is an empty list."""

    empty_values = [None, ""]

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned is None:
            return []
        if not isinstance(cleaned, list):
            raise forms.ValidationError(_("Please write a list in square brackets."))
        return cleaned

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value or ""
        lines = ",\n ".join(json.dumps(item, ensure_ascii=False) for item in value)
        return f"[{lines}]" if value else ""


class QuestionForm(forms.Form):
    """One question; turns, and their references, stand in one box with a line of --- between them."""

    external_id = forms.CharField(
        label=gettext_lazy("Number"), max_length=80, required=False, help_text=gettext_lazy("Empty: the next one.")
    )
    category = forms.CharField(label=gettext_lazy("Category"), max_length=60)
    turns = forms.CharField(
        label=gettext_lazy("Question"),
        widget=forms.Textarea({"rows": 6}),
        help_text=gettext_lazy("A line of --- alone begins the next turn."),
        max_length=200_000,
    )
    references = forms.CharField(
        label=gettext_lazy("Reference answer"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Where there is one right answer; turns are parted by --- in the same way."),
        max_length=200_000,
    )
    expected_points = forms.CharField(
        label=gettext_lazy("Expected points"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("What a good answer mentions, one point per line."),
        max_length=20_000,
    )
    checkers = JsonListField(
        label=gettext_lazy("Exact checkers"),
        widget=forms.Textarea({"rows": 4, "class": "code-box", "spellcheck": "false"}),
        help_text=gettext_lazy('One for each turn, or null, as in [{"name": "number", "value": 42}, null].'),
    )
    required_temperature = forms.FloatField(
        label=gettext_lazy("Required temperature"), required=False, min_value=0, max_value=2
    )

    @staticmethod
    def initial_of(question: Question) -> dict[str, Any]:
        return {
            "external_id": question.external_id,
            "category": question.category,
            "turns": joined_turns(question.turns),
            "references": joined_turns(question.references),
            "expected_points": "\n".join(map(str, question.expected_points)),
            "checkers": question.checkers,
            "required_temperature": question.required_temperature,
        }

    def fields_of_question(self) -> dict[str, Any]:
        """As arena.evaluation.question_sets.save_question takes them."""
        data = self.cleaned_data
        points = [line.strip() for line in data["expected_points"].splitlines() if line.strip()]
        fields = {
            "category": data["category"],
            "turns": parted_turns(data["turns"]),
            "references": parted_turns(data["references"]) if data["references"].strip() else [],
            "expected_points": points,
            "checkers": data["checkers"],
            "required_temperature": data["required_temperature"],
        }
        return {**fields, "external_id": data["external_id"]} if data["external_id"] else fields


def joined_turns(turns: Sequence[str]) -> str:
    """In one box. A line of a turn that looks like the mark gets a backslash, so that it parts nothing."""
    return f"\n{TURN_MARK}\n".join(MARKS_IN_TURNS.sub(r"\\\1", turn) for turn in turns)


def parted_turns(text: str) -> list[str]:
    """The other way round, without space around a turn."""
    turns: list[list[str]] = [[]]
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.rstrip() == TURN_MARK:
            turns.append([])
        else:
            turns[-1].append(line.removeprefix("\\") if MARKS_IN_TURNS.fullmatch(line) else line)
    return ["\n".join(lines).strip() for lines in turns]


def offered() -> Any:
    return ModelEntry.objects.offered()


class RunForm(forms.Form):
    question_set = forms.ModelChoiceField(label=gettext_lazy("Question set"), queryset=QuestionSet.objects.none())
    entries = forms.ModelMultipleChoiceField(label=gettext_lazy("Models"), queryset=ModelEntry.objects.none())
    mode = forms.ChoiceField(label=gettext_lazy("Judged by"), choices=Mode.choices, initial=Mode.CHECKERS)
    judges = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Judges"), queryset=ModelEntry.objects.none(), required=False
    )
    baseline = forms.ModelChoiceField(
        label=gettext_lazy("Baseline"), queryset=ModelEntry.objects.none(), required=False
    )
    temperature = forms.FloatField(label=gettext_lazy("Temperature"), required=False, min_value=0, max_value=2)
    max_tokens = forms.IntegerField(
        label=gettext_lazy("Longest answer, in tokens"), required=False, min_value=1, max_value=1_000_000
    )
    at_once = forms.IntegerField(label=gettext_lazy("Answers at once"), initial=32, min_value=1, max_value=256)
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=120)

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["question_set"].queryset = QuestionSet.objects.all()  # type: ignore[attr-defined]
        for field in ("entries", "judges", "baseline"):
            self.fields[field].queryset = offered()  # type: ignore[attr-defined]


class GuardForm(forms.Form):
    expert = forms.ModelChoiceField(label=gettext_lazy("Expert"), queryset=ModelEntry.objects.none())
    mode = forms.ChoiceField(
        label=gettext_lazy("Judged by"),
        choices=[(mode.value, mode.label) for mode in (Mode.CHECKERS, Mode.SINGLE)],
    )
    judge = forms.ModelChoiceField(label=gettext_lazy("Judge"), queryset=ModelEntry.objects.none(), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, auto_id="guard_%s", **options)
        self.fields["expert"].queryset = offered().filter(backend=ModelEntry.Backend.EXPERT)  # type: ignore[attr-defined]
        self.fields["judge"].queryset = offered()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("mode") == Mode.SINGLE and not data.get("judge"):
            raise forms.ValidationError(_("Please choose a judge, or exact checkers only."))
        return data


class AddForm(forms.Form):
    """A question out of one's own chat into a set."""

    question_set = forms.ModelChoiceField(label=gettext_lazy("Question set"), queryset=QuestionSet.objects.none())
    category = forms.CharField(label=gettext_lazy("Category"), max_length=60)
    expected_points = forms.CharField(
        label=gettext_lazy("Expected points"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("What a good answer mentions, one point per line."),
        max_length=20_000,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, auto_id="add_%s", **options)
        self.fields["question_set"].queryset = newest_sets()  # type: ignore[attr-defined]


def newest_sets(and_also: int | None = None) -> Any:
    """Of every set its newest version; and an older one that somebody came from."""
    newest = QuestionSet.objects.latest_versions().values("pk")
    return QuestionSet.objects.filter(Q(pk__in=newest) | Q(pk=and_also))
