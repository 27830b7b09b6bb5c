"""Votes from elsewhere: every format, all or nothing, and the same file only once."""

from __future__ import annotations

import csv
import json
import math
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arena.counting import kept, rebuild, recount
from arena.exporting import export_votes
from arena.formats.reading import read_votes
from arena.formats.rows import MOST_PROBLEMS, FileRefused
from arena.importing import forget, import_votes
from arena.models import Contestant, ImportedVote, PairCount, Scope, VoteImport
from arena.rating import bradley_terry
from arena.rating.counts import PairCounts

pytestmark = pytest.mark.django_db

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
BATTLES = [
    {"model_a": "vicuna", "model_b": "alpaca", "winner": "model_a", "judge": "arena_user_1", "anony": True},
    {"model_a": "alpaca", "model_b": "vicuna", "winner": "tie (bothbad)", "judge": "arena_user_2", "anony": True},
    {"model_a": "vicuna", "model_b": "koala", "winner": "tie", "judge": "arena_user_1", "anony": True},
]


def as_json(rows: Any) -> bytes:
    return json.dumps(rows).encode()


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def cells(scope: Scope) -> dict[tuple[str, str], tuple[int, ...]]:
    rows = PairCount.objects.filter(scope=scope).values_list(
        "left__name", "right__name", "left_wins", "right_wins", "ties", "both_bad"
    )
    return {(left, right): tuple(numbers) for left, right, *numbers in rows}


def refused(content: bytes, format: str = "auto") -> list[str]:
    with pytest.raises(FileRefused) as caught:
        import_votes(content, "file", format)
    assert not VoteImport.objects.exists() and not ImportedVote.objects.exists() and not PairCount.objects.exists()
    assert not Scope.objects.exists() and not Contestant.objects.exists()
    return caught.value.problems


def test_a_battle_list_gets_a_scope_of_its_own() -> None:
    imported = import_votes(as_json(BATTLES), "spring.json")
    assert (imported.source.format, imported.votes, imported.source.name) == ("fastchat-simple", 3, "spring.json")
    assert str(imported.source.scope) == f"import:{imported.source.sha256[:12]}"
    assert cells(imported.source.scope) == {
        ("vicuna", "alpaca"): (1, 0, 0, 0),
        ("alpaca", "vicuna"): (0, 0, 0, 1),
        ("vicuna", "koala"): (0, 0, 1, 0),
    }
    assert list(ImportedVote.objects.order_by("line").values_list("line", "voter")) == [
        (1, "arena_user_1"),
        (2, "arena_user_2"),
        (3, "arena_user_1"),
    ]
    assert [row.data for row in ImportedVote.objects.order_by("line")] == BATTLES
    assert kept() == recount() and rebuild() == 0
    assert Scope.objects.get().revision == 1, "a leaderboard that was shown before is computed again"
    assert not PairCount.objects.exclude(scope__kind="import").exists(), "never on this site's own boards"


def test_the_same_file_twice_doubles_nothing() -> None:
    import_votes(as_json(BATTLES), "spring.json")
    before = kept()
    with pytest.raises(FileRefused, match=r"here already: spring\.json"):
        import_votes(as_json(BATTLES), "other name.json")
    assert kept() == before and ImportedVote.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_same_file_at_the_same_moment_is_imported_once() -> None:
    together = Barrier(4)

    def attempt(_number: int) -> str:
        together.wait()
        try:
            return str(import_votes(as_json(BATTLES), "spring.json").votes)
        except FileRefused as refused:
            return str(refused)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        results = sorted(pool.map(attempt, range(4)))
    assert results[0] == "3" and all("here already" in result for result in results[1:])
    assert ImportedVote.objects.count() == 3 and rebuild() == 0


def test_two_files_share_names_but_no_counts() -> None:
    first = import_votes(as_json(BATTLES), "one").source
    second = import_votes(as_json(BATTLES[:1]), "two").source
    assert Contestant.objects.count() == 3
    assert sum(map(sum, cells(first.scope).values())) == 3
    assert sum(map(sum, cells(second.scope).values())) == 1


def test_what_fastchat_does_not_rate_is_left_out_and_said() -> None:
    rows = [
        *BATTLES,
        {**BATTLES[0], "anony": False},
        {**BATTLES[0], "dedup_tag": {"high_freq": True, "sampled": False}},
        {**BATTLES[0], "dedup_tag": {"high_freq": True, "sampled": True}},
        {**BATTLES[0], "is_rated": False},
    ]
    imported = import_votes(as_json(rows), "with names")
    assert imported.votes == 4 and sum(imported.left_out.values()) == 3 and len(imported.left_out) == 3
    assert any("names were seen" in sentence for sentence in imported.sentences)


def test_json_lines_and_lmarena_rows() -> None:
    row = {
        "id": "1",
        "model_a": "a",
        "model_b": "b",
        "winner": "both_bad",
        "evaluation_session_id": "s",
        "x": [1, None],
    }
    content = b"\xef\xbb\xbf" + b"\r\n".join(as_json({**row, "id": str(n)}) for n in range(3)) + b"\n\n"
    imported = import_votes(content, "rows.jsonl")
    assert imported.source.format == "lmarena"
    assert cells(imported.source.scope) == {("a", "b"): (0, 0, 0, 3)}
    assert list(ImportedVote.objects.values_list("line", flat=True)) == [1, 2, 3]


def test_counts_of_leaderbot() -> None:
    counts = {"models": ["a", "b", "c"], "X": [[0, 1], [1, 2]], "Y": [[3, 2, 1.0, 4], [0, 0, 0, 7]]}
    imported = import_votes(as_json(counts), "counts.json")
    assert (imported.source.format, imported.votes) == ("leaderbot", 17)
    assert cells(imported.source.scope) == {("a", "b"): (3, 2, 1, 4), ("b", "c"): (0, 0, 0, 7)}
    assert ImportedVote.objects.count() == 17 and rebuild() == 0
    assert json.loads("".join(export_votes(scope=str(imported.source.scope)))) == counts


def test_more_votes_than_one_statement_holds() -> None:
    counts = {"models": ["a", "b"], "X": [[0, 1]], "Y": [[2000, 2001, 0, 1]]}
    import_votes(as_json(counts), "counts.json")
    assert ImportedVote.objects.count() == 4002 and recount() == kept()


def test_tables() -> None:
    left_right = import_votes(b"left,right,winner,worker\na,b,left,7\nb,a,both_bad,8\n", "one").source
    assert left_right.format == "csv" and cells(left_right.scope) == {
        ("a", "b"): (1, 0, 0, 0),
        ("b", "a"): (0, 0, 0, 1),
    }
    ranked = import_votes(b'model_a;model_b;winner\na;"b; or c";model_b\n', "two").source
    assert ranked.format == "arena-rank" and cells(ranked.scope) == {("a", "b; or c"): (0, 1, 0, 0)}


@pytest.mark.parametrize(
    ("content", "format", "words"),
    [
        (b'[{"model_a":"a","model_b":"b","winner":"modelA"}]', "auto", ["Entry 1 (line 1)", "“modelA”"]),
        (b'[\n{"model_a":"a","model_b":"b","winner":null}]', "auto", ["Entry 1 (line 2)", "None"]),
        (b'[{"model_a":"a","model_b":" a ","winner":"tie"}]', "auto", ["both models are “a”"]),
        (b'[{"model_a":"","model_b":"b","winner":"tie"}]', "auto", ["the left model has no name"]),
        (b'[{"model_a":"a","model_b":7,"winner":"tie"}]', "auto", ["the right model has no name"]),
        (b'[{"model_a":"' + b"x" * 201 + b'","model_b":"b","winner":"tie"}]', "auto", ["longer than 200"]),
        (b'[{"model_a":"a","model_b":"b","winner":"tie"},\n7]', "auto", ["Entry 2 (line 2)", "no JSON object"]),
        (b'[{"model_a":"a","model_b":"b","winner":"tie"}', "auto", ["comma or the end"]),
        (b'[{"model_a":"a","model_b":"b","winner":"tie"}] oh', "auto", ["behind the end"]),
        (b'[{"model_a":"a","model_b":"b","winner":"tie","n":NaN}]', "auto", ["NaN"]),
        (b'[{"model_a":"a","model_b":"b","winner":"tie","n":1e999}]', "auto", ["1e999"]),
        (b'{"model_a":"a","model_b":"b","winner":"tie"}\n\n{"model_a"', "auto", ["Line 3", "line 3, column"]),
        (b"[" * 100_000, "auto", ["nested too deeply"]),
        (b'[{"model_a":"a","model_b":"b","winner":"tie","n":' + b"9" * 5000 + b"}]", "auto", ["too many digits"]),
        (b'{"models":["a","a"],"X":[],"Y":[]}', "auto", ["listed twice"]),
        (b'{"models":["a","b"],"X":[[0,1]],"Y":[]}', "auto", ["as long as"]),
        (b'{"models":["a","b"],"X":[[0,0]],"Y":[[1,1,1,1]]}', "auto", ["pair 1"]),
        (b'{"models":["a","b"],"X":[[0,1]],"Y":[[1,1,-1,1]]}', "auto", ["pair 1"]),
        (b'{"models":["a","b"],"X":[[0,1]],"Y":[[1,1,1.5,1]]}', "auto", ["pair 1"]),
        (b'{"models":["a","b"],"X":[[0,1]],"Y":[[30000000,0,0,0]]}', "auto", ["too many"]),
        (b"left,right,winner\na,b,up\n", "auto", ["Line 2", "“up”"]),
        (b"left,right,winner\na,b,model_a\n", "auto", ["Line 2", "“model_a”"]),
        (b"left,right,winner\na,b\n", "auto", ["Line 2", "2 values for 3 columns"]),
        (b'left,right,winner\n"two\nlines",b,left\n,b,left\n', "auto", ["Line 4", "no name"]),
        (b'left,right,winner\na,b,left\na,"b,left\n', "auto", ["Line 3", "no CSV"]),
        (b"left,right,left,winner\na,b,c,left\n", "auto", ["twice"]),
        (b"left,right\na,b\n", "csv", ["no column winner"]),
        (b"left,right,winner\n", "auto", ["no vote"]),
        (b"left,right,winner\n\xff,b,left\n", "auto", ["Line 2", "UTF-8"]),
        (b"", "auto", ["empty"]),
        (b"[]", "auto", ["no vote"]),
        (b"\x1f\x8b123", "auto", ["compressed"]),
        (b"hello", "auto", ["none of the known formats"]),
        (b'{"tstamp":1,"type":"leftvote","models":["",""],"states":[]}', "auto", ["import_fastchat_logs"]),
    ],
)
def test_refused_with_its_place_and_nothing_is_kept(content: bytes, format: str, words: list[str]) -> None:
    (problem,) = refused(content, format)
    assert not [word for word in words if word not in problem], problem


def test_every_fault_is_told_up_to_a_limit() -> None:
    rows = [{**BATTLES[0], "winner": "x"} if number % 2 else BATTLES[0] for number in range(100)]
    problems = refused(as_json(rows))
    assert len(problems) == MOST_PROBLEMS + 1
    assert problems[0].startswith("Entry 2 ") and problems[1].startswith("Entry 4 ") and "30 more" in problems[-1]


def test_characters_that_no_database_takes_are_replaced() -> None:
    content = b'[{"model_a":"a","model_b":"b","winner":"tie","judge":"\\u0000x","note":["\\ud83d","\\ud83d\\ude00"]}]'
    import_votes(content, "odd")
    vote = ImportedVote.objects.get()
    assert vote.voter == "\ufffdx" and vote.data["note"] == ["\ufffd", "😀"]


def test_forgetting_takes_everything_back(echo_a: Any) -> None:
    Contestant.objects.create(name="vicuna", model=echo_a)
    first = import_votes(as_json(BATTLES), "one").source
    second = import_votes(as_json(BATTLES[:1]), "two").source
    forget(first)
    assert set(Contestant.objects.values_list("name", flat=True)) == {"vicuna", "alpaca"}
    forget(second)
    assert set(Contestant.objects.values_list("name", flat=True)) == {"vicuna"}, "a model of this site stays"
    assert not PairCount.objects.exists() and not Scope.objects.exists() and rebuild() == 0
    assert import_votes(as_json(BATTLES), "again").votes == 3


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    path = tmp_path / "votes.json"
    path.write_bytes(as_json(BATTLES))
    assert "3 votes of Spring were imported" in run("import_votes", str(path), "--name", "Spring")
    with pytest.raises(CommandError, match="here already: Spring"):
        run("import_votes", str(path))
    with pytest.raises(CommandError, match="cannot be read"):
        run("import_votes", str(tmp_path / "missing"))


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda name: bool(name.strip())
)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.sampled_from("uvwxyz"), parts, max_size=3),
    max_leaves=5,
)


@st.composite
def battles(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = draw(st.lists(NAMES, min_size=2, max_size=4, unique_by=str.strip))
    winners = st.sampled_from(["model_a", "model_b", "tie", "tie (bothbad)"])
    rows = []
    for _row in range(draw(st.integers(1, 6))):
        left, right = draw(st.permutations(names))[:2]
        extra = draw(st.dictionaries(st.sampled_from(["turn", "language", "conversation_b", "tag"]), PLAIN, max_size=2))
        rows.append({"model_a": left, "model_b": right, "winner": draw(winners), **extra})
    return rows


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=battles(), as_lines=st.booleans())
def test_an_import_is_exported_as_it_came(rows: list[dict[str, Any]], as_lines: bool, db: None) -> None:
    content = b"\n".join(map(as_json, rows)) if as_lines else as_json(rows)
    source = import_votes(content, "random").source
    exported = "".join(export_votes(scope=str(source.scope)))
    assert json.loads(exported) == rows
    assert kept() == recount()
    winners = Counter(row["winner"] for row in rows)
    assert sum(numbers[2] for numbers in cells(source.scope).values()) == winners["tie"]
    forget(source)
    assert not Contestant.objects.exists()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(NAMES, NAMES, st.sampled_from(["left", "right", "tie", "both_bad"]), NAMES).filter(
            lambda row: row[0].strip() != row[1].strip()
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_table_is_exported_as_it_came(rows: list[tuple[str, ...]], db: None) -> None:
    text = StringIO()
    csv.writer(text).writerows([("left", "right", "winner", "note, or not"), *rows])
    source = import_votes(text.getvalue().encode(), "table").source
    exported = "".join(export_votes(scope=str(source.scope)))
    assert list(csv.reader(StringIO(exported))) == [["left", "right", "winner", "note, or not"], *map(list, rows)]
    forget(source)


def test_real_votes_give_the_published_ratings() -> None:
    """8,931 votes of people on 59 models (llmfao), against the ratings that evalica published for them."""
    if not SHARED.exists():
        assert not os.environ.get("CI"), "the shared data are missing"
        pytest.skip(f"needs {SHARED}")
    run("import_votes", str(SHARED / "llmfao.csv"))
    scope = VoteImport.objects.get().scope
    rows = PairCount.objects.filter(scope=scope).values_list(
        "left__name", "right__name", "left_wins", "right_wins", "ties", "both_bad"
    )
    fit = bradley_terry.fit(PairCounts.from_rows(rows))
    with (SHARED / "llmfao-golden.csv").open() as file:
        table = [row for row in csv.DictReader(file) if row["algorithm"] == "bradley_terry"]
    golden = {row["item"]: 400 / math.log(10) * math.log(float(row["score"])) for row in table}
    mean = sum(golden.values()) / len(golden)
    ours = dict(zip(fit.models, fit.points, strict=True))
    assert ImportedVote.objects.count() == 8931 and len(ours) == len(golden) == 59
    assert max(abs(ours[name] - 1000 - (points - mean)) for name, points in golden.items()) <= 1e-6


def test_a_large_list_is_read_in_time_that_grows_with_its_length() -> None:
    """Not a timed test: with a cost per entry that grows with the file this would take minutes."""
    row = {**BATTLES[0], "conversation_a": [{"role": "user", "content": "\\u0000 x" * 50}]}
    assert len(read_votes(as_json([row] * 20_000)).rows) == 20_000
