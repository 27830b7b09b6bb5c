"""The lines of FastChat's model_answer and model_judgment files, field for field. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FAILED = "$ERROR$"  # FastChat's word for an answer or a judgment that did not come
NO_SCORE = -1  # FastChat's score of a judgment that cannot be read; its tables leave it out
PAIR_WINNERS = {"first": "model_1", "second": "model_2", "tie": "tie"}
SWAPPED_WINNERS = {"first": "model_2", "second": "model_1", "tie": "tie"}
NO_WINNER = "error"


@dataclass(frozen=True, slots=True)
class Judged:
    """What one judge said once. judge: [short name, name of the prompt]; tstamp: seconds since 1970."""

    question_id: int | str
    turn: int
    judge: list[str]
    user_prompt: str
    judgment: str
    score: float | None
    winner: str
    tstamp: float


def answer_record(
    question_id: int | str, answer_id: str, model: str, turns: Sequence[str], tstamp: float
) -> dict[str, Any]:
    """A line of model_answer/MODEL.jsonl."""
    return {
        "question_id": question_id,
        "answer_id": answer_id,
        "model_id": model,
        "choices": [{"index": 0, "turns": list(turns)}],
        "tstamp": tstamp,
    }


def single_record(model: str, judged: Judged) -> dict[str, Any]:
    """A line of model_judgment/JUDGE_single.jsonl."""
    return {
        "question_id": judged.question_id,
        "model": model,
        "judge": judged.judge,
        "user_prompt": judged.user_prompt,
        "judgment": judged.judgment,
        "score": NO_SCORE if judged.score is None else _whole(judged.score),
        "turn": judged.turn,
        "tstamp": judged.tstamp,
    }


def pair_record(model_1: str, model_2: str, game_1: Judged, game_2: Judged) -> dict[str, Any]:
    """A line of model_judgment/JUDGE_pair.jsonl. In game 1 model_1 was shown first, in game 2 model_2."""
    return {
        "question_id": game_1.question_id,
        "model_1": model_1,
        "model_2": model_2,
        "g1_winner": PAIR_WINNERS.get(game_1.winner, NO_WINNER),
        "g2_winner": SWAPPED_WINNERS.get(game_2.winner, NO_WINNER),
        "judge": game_1.judge,
        "g1_user_prompt": game_1.user_prompt,
        "g1_judgment": game_1.judgment,
        "g2_user_prompt": game_2.user_prompt,
        "g2_judgment": game_2.judgment,
        "turn": game_1.turn,
        "tstamp": max(game_1.tstamp, game_2.tstamp),
    }


def _whole(score: float) -> int | float:
    return int(score) if score == int(score) else score
