"""The leaderboard page, the fragment that asks for news, JSON and CSV: the same rows for everybody who may chat."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arena import charts
from arena.models import Contestant, PairCount, Scope
from arena.voting import cast_vote
from chat.owners import Owner
from inference.models import ModelEntry
from tests.arena.ready_battles import contestants_named, ready_battle

pytestmark = pytest.mark.django_db
PAGE = "/arena/leaderboard/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def scope(db: None) -> Scope:
    """Ant is better than bee, cat has too few votes."""
    ant, bee, cat = contestants_named("ant", "bee", "cat")
    scope = Scope.objects.create(kind=Scope.Kind.OVERALL, revision=7)
    PairCount.objects.create(scope=scope, left=ant, right=bee, left_wins=400, right_wins=200, ties=50)
    PairCount.objects.create(scope=scope, left=bee, right=cat, left_wins=6, right_wins=3)
    return scope


@pytest.fixture
def client(as_user: Any, alice: Any) -> Client:
    return as_user(alice)


def page(client: Client, query: str = "", **headers: Any) -> str:
    response = client.get(PAGE + query, **headers)
    assert response.status_code == 200
    return response.content.decode()


def names(html: str) -> list[str]:
    return re.findall(r'<span class="name">([^<]+)</span>', html.split('class="ranking"')[1].split("</table>")[0])


# --- who may read it --------------------------------------------------------------------------------------------------


def test_a_stranger_is_sent_to_the_login_and_a_guest_may_read_where_guests_may_chat(
    guest: Client, scope: Scope, settings: Any
) -> None:
    for address in (PAGE, "/arena/leaderboard.json", "/arena/leaderboard.csv"):
        assert guest.get(address)["Location"].startswith("/accounts/login/")
    settings.GUEST_CHAT = True
    assert names(page(guest)) == ["Ant", "Bee", "Cat"]


def test_nothing_can_be_posted_there(client: Client, scope: Scope) -> None:
    assert client.post(PAGE).status_code == client.post("/arena/leaderboard.json").status_code == 405


# --- the table --------------------------------------------------------------------------------------------------------


def test_the_table_says_rank_range_points_and_who_has_not_enough_data(client: Client, scope: Scope) -> None:
    html = page(client)
    assert "<caption>Models by votes of people who did not know whose answers they read</caption>" in html
    assert names(html) == ["Ant", "Bee", "Cat"]
    assert 'aria-sort="ascending"><a id="sort-rank"' in html and "not enough data" in html
    assert "1055 <span" in html and "Bradley–Terry maximum likelihood" in html
    assert html.count('<circle class="dot"') == 2
    assert "is-level" not in html, "the first is surely the first: nothing is shaded"
    assert "659 rated votes." in html


def test_without_a_single_rank_there_are_no_empty_columns(client: Client, db: None) -> None:
    ant, bee = contestants_named("ant", "bee")
    scope = Scope.objects.create(kind=Scope.Kind.OVERALL, revision=7)
    PairCount.objects.create(scope=scope, left=ant, right=bee, left_wins=1, right_wins=1)
    html = page(client)
    assert names(html) == ["Ant", "Bee"]
    assert "sort-points" not in html and "Range" not in html and "sort-votes" in html


def test_the_page_needs_no_inline_style_or_script(client: Client, scope: Scope) -> None:
    html = page(client, "?style=1")
    assert not re.search(r"<[^>]+\sstyle=", html) and not re.search(r"<script(?![^>]*\bsrc=)", html)


def test_names_are_never_markup(client: Client, scope: Scope) -> None:
    ModelEntry.objects.filter(slug="ant").update(name="<script>alert(1)</script>")
    Contestant.objects.filter(name="bee").update(note='"><img src=x>')
    html = page(client)
    assert "<script>alert" not in html and "&lt;script&gt;alert(1)" in html and "<img src=x>" not in html


def test_sorting_and_the_fewest_votes_are_in_the_address(client: Client, scope: Scope) -> None:
    assert names(page(client, "?sort=-model")) == ["Cat", "Bee", "Ant"]
    assert 'aria-sort="descending"><a id="sort-model"' in page(client, "?sort=-model")
    html = page(client, "?min_votes=30")
    assert names(html) == ["Ant", "Bee"] and "1 model with fewer votes is not shown." in html
    assert 'href="/arena/leaderboard.csv?min_votes=30"' in html


def test_each_scope_is_a_board_of_its_own_and_an_unknown_one_is_not_found(client: Client, scope: Scope) -> None:
    other = Scope.objects.create(kind="language", key="zh-hant")
    ant, cat = Contestant.objects.filter(name__in=["ant", "cat"]).order_by("name")
    PairCount.objects.create(scope=other, left=ant, right=cat, left_wins=1, right_wins=50)
    html = page(client, "?scope=language:zh-hant")
    assert names(html) == ["Cat", "Ant"] and "Language: Traditional Chinese" in html
    for nonsense in ("language:xx", "overall:x", "nothing", "import:", "%00"):
        assert client.get(f"{PAGE}?scope={nonsense}").status_code == 404, nonsense


def test_an_empty_board_says_what_to_do(client: Client) -> None:
    assert "Begin a battle, vote, and the table fills." in page(client)
    assert client.get("/arena/leaderboard.json").json()["rows"] == []
    assert "No vote on answers of different length" in page(client, "?style=1")


def test_the_page_is_read_in_chinese_too(client: Client, scope: Scope) -> None:
    ModelEntry.objects.filter(slug="ant").update(name_zh_hant="螞蟻")
    assert names(page(client, headers={"Accept-Language": "zh-TW"}))[0] == "螞蟻"


# --- news -------------------------------------------------------------------------------------------------------------


def test_an_open_page_hears_nothing_until_a_vote_comes(client: Client, alice: Any) -> None:
    owner, pair = Owner(user=alice), contestants_named("ant", "bee")
    cast_vote(battle=ready_battle(owner, pair), owner=owner, choice="a")
    address = re.findall(r'id="board"[^>]*hx-get="([^"]+)"', page(client))[0].replace("&amp;", "&")
    assert client.get(address, headers=HTMX).status_code == 204
    cast_vote(battle=ready_battle(owner, pair, question="another"), owner=owner, choice="b")
    answer = client.get(address, headers=HTMX)
    assert answer.status_code == 200 and "2 rated votes." in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_asking_for_news_costs_one_query_beside_the_log_in(client: Client, scope: Scope) -> None:
    page(client)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"{PAGE}?revision=7", headers=HTMX).status_code == 204
    own = [query["sql"] for query in queries if "session" not in query["sql"] and "accounts_user" not in query["sql"]]
    assert len(own) == 1, own


# --- for programs -----------------------------------------------------------------------------------------------------


def test_json_and_csv_give_what_the_page_shows(client: Client, scope: Scope) -> None:
    query = "?min_votes=30&sort=-rank"
    found = client.get(f"/arena/leaderboard.json{query}").json()
    assert [row["name"] for row in found["rows"]] == ["bee", "ant"]
    bee, ant = found["rows"]
    assert ant["points"] - 1000 == pytest.approx(1000 - bee["points"])
    assert ant["lower"] < ant["points"] < ant["upper"] and (ant["rank"], ant["votes"]) == (1, 650)
    assert (found["scope"], found["votes"], found["revision"]) == ("overall", 659, 7)
    assert found["pairs"]["win_rates"][0][1] == pytest.approx(2 / 3)
    response = client.get(f"/arena/leaderboard.csv{query}")
    assert response["Content-Disposition"] == 'attachment; filename="leaderboard-overall.csv"'
    lines = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))
    assert [(line["name"], float(line["points"])) for line in lines] == [
        (row["name"], row["points"]) for row in found["rows"]
    ]


def test_a_spreadsheet_takes_no_name_for_a_formula(client: Client, scope: Scope) -> None:
    Contestant.objects.filter(name="ant").update(note="=HYPERLINK(1)", name="+1")
    text = client.get("/arena/leaderboard.csv").content.decode()
    assert "'=HYPERLINK(1)" in text and ",'+1," in text


def test_a_scope_with_a_strange_name_still_downloads(client: Client) -> None:
    Scope.objects.create(kind="group", key='環評 "組"')
    response = client.get("/arena/leaderboard.csv", {"scope": 'group:環評 "組"'})
    assert response["Content-Disposition"] == 'attachment; filename="leaderboard-group.csv"'


def test_the_command_prints_the_same(client: Client, scope: Scope) -> None:
    output = StringIO()
    call_command("leaderboard", "--json", stdout=output)
    assert json.loads(output.getvalue()) == client.get("/arena/leaderboard.json").json()
    output = StringIO()
    call_command("leaderboard", stdout=output)
    assert re.search(r"^ +1 +1-1 +1055 +\d+ to \d+ +650 +67% +- +Ant$", output.getvalue(), re.MULTILINE)
    with pytest.raises(CommandError, match="choose one of: overall"):
        call_command("leaderboard", "--scope", "moon")


# --- drawings ---------------------------------------------------------------------------------------------------------


def test_all_intervals_share_one_axis_and_stay_inside_the_drawing() -> None:
    axis = charts.axis([(900, 1000), (950, 1100)])
    low, high = axis.interval(900, 950, 1000), axis.interval(950, 1000, 1100)
    assert low.left == charts.MARGIN and high.right == charts.WIDTH - charts.MARGIN
    assert low.right == high.middle
    assert axis.x(-5000) == charts.MARGIN and axis.x(5000) == charts.WIDTH - charts.MARGIN
    assert [tick.value for tick in axis.ticks] == [900, 950, 1000, 1050, 1100]


@pytest.mark.parametrize("ends", [[(1000.0, 1000.0)], [(999.8, 1000.1)], [(-4000.0, 9000.0)]])
def test_an_axis_has_a_few_whole_numbers_whatever_it_shows(ends: Any) -> None:
    ticks = charts.axis(ends).ticks
    assert 1 <= len(ticks) <= 2 * charts.TICKS and all(0 <= tick.x <= charts.WIDTH for tick in ticks)


def test_an_axis_of_nothing_is_empty() -> None:
    assert charts.axis([]).ticks == []


def test_bars_and_cells_show_the_smallest_numbers_too() -> None:
    bars = charts.bars([("a", 0), ("b", 1), ("c", 5000)])
    assert [bar.height for bar in bars] == [0, 2, charts.DAYS_HEIGHT]
    assert bars[2].x + bars[2].width <= charts.DAYS_WIDTH and charts.bars([]) == []
    assert [charts.rate_cell(rate).shade for rate in (None, 0, 0.5, 1)] == [None, 0, 5, 10]
    assert charts.count_cell(0, 0) == charts.Cell("", None) and charts.count_cell(9, 9) == charts.Cell("9", 10)
