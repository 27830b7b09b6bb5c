"""A run's results as a small table for a terminal: means by model and turn. The page has intervals and charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from arena.evaluation.models import Run
from arena.evaluation.modes import PAIRWISE, Mode
from arena.evaluation.results import PairRow, ScoreRow, check_rows, pair_rows, score_rows, unparsable_counts

Table = list[list[str]]


def summary(run: Run) -> Table:
    """A heading and one row for each model, the best first."""
    if run.mode in PAIRWISE:
        table = _pairs(run, pair_rows(run))
    elif run.mode == Mode.SINGLE:
        table = _means(run, score_rows(run), "{:.2f}")
    else:
        return _means(run, check_rows(run), "{:.0%}")
    checks = {row[0]: row[-1] for row in _means(run, check_rows(run), "{:.0%}")[1:]}
    return [[*table[0], "exact"], *([*row, checks.get(row[0], "-")] for row in table[1:])]


def footnotes(run: Run) -> list[str]:
    """What the means leave out."""
    unreadable = unparsable_counts(run)
    names = {judge.pk: judge.slug for judge in run.judges.all()}
    return [
        f"{count} judgments of {names.get(judge, judge)} could not be read; they are in no mean."
        for judge, count in unreadable.items()
    ]


def _means(run: Run, rows: Iterable[ScoreRow], form: str) -> Table:
    scores: dict[int, list[ScoreRow]] = {}
    for row in rows:
        scores.setdefault(row.entry_id, []).append(row)
    turns = sorted({row.turn for found in scores.values() for row in found})
    lines = []
    for candidate in run.candidates.select_related("entry"):
        found = scores.get(candidate.entry_id, [])
        by_turn = [_mean([row.score for row in found if row.turn == turn]) for turn in turns]
        lines.append((_mean([row.score for row in found]), candidate.entry.slug, by_turn))
    lines.sort(key=lambda line: (line[0] is None, -(line[0] or 0.0)))
    heading = ["model", *(f"turn {turn}" for turn in turns), "mean"]
    return [heading, *([slug, *(_cell(mean, form) for mean in [*by_turn, mean])] for mean, slug, by_turn in lines)]


def _pairs(run: Run, rows: Iterable[PairRow]) -> Table:
    """FastChat's adjusted win rate: a tie is half a win. A pair that two orders judge differently is a tie."""
    verdicts: dict[tuple[int, int, int, frozenset[int]], list[int | None]] = {}
    for row in rows:
        key = (row.judge_id, row.question_id, row.turn, frozenset((row.first_id, row.second_id)))
        winner = {"first": row.first_id, "second": row.second_id}.get(row.winner)
        verdicts.setdefault(key, []).append(winner)
    wins, losses, ties = Counter[int](), Counter[int](), Counter[int]()
    for (_judge, _question, _turn, pair), winners in verdicts.items():
        if len(winners) < 2:
            continue  # only one order could be read
        winner = winners[0] if winners[0] == winners[1] else None
        for entry in pair:
            (ties if winner is None else wins if entry == winner else losses)[entry] += 1
    lines = []
    for candidate in run.candidates.select_related("entry"):
        entry = candidate.entry_id
        played = wins[entry] + losses[entry] + ties[entry]
        rate = (wins[entry] + ties[entry] / 2) / played if played else None
        counts = [str(count[entry]) for count in (wins, losses, ties)]
        lines.append((rate, [candidate.entry.slug, *counts, _cell(rate, "{:.0%}")]))
    lines.sort(key=lambda line: (line[0] is None, -(line[0] or 0.0)))
    return [["model", "wins", "losses", "ties", "win rate"], *(cells for _rate, cells in lines)]


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _cell(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
