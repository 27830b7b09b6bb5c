"""The door to the records of the evaluation; each group has a file of its own."""

from __future__ import annotations

from arena.evaluation.question_records import Guard, Question, QuestionSet, SetOnceAdded
from arena.evaluation.run_records import Answer, Candidate, Run
from arena.evaluation.verdict_records import HumanGrade, Judgment

__all__ = ["Answer", "Candidate", "Guard", "HumanGrade", "Judgment", "Question", "QuestionSet", "Run", "SetOnceAdded"]
