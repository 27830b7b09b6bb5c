"""What answers cost: counted once when they end, at the price of that moment, kept when everything else changes."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from inference import usage
from inference.api.usage import COLUMNS, money
from inference.engine.types import Finish
from inference.models import ApiKey, Generation, ModelEntry, UsageDay

pytestmark = pytest.mark.django_db

ADMIN = "/admin/inference/usageday/"


def ended(model: ModelEntry, requester: str, tokens: tuple[int, int] = (1000, 500), user: Any = None, **at: Any) -> Any:
    generation = Generation.objects.create(model=model, user=user, requester=requester, prompt=[])
    generation.created_at = at.get("at", generation.created_at)
    assert generation.begin("worker") and generation.finish("x", Finish("stop", *tokens))
    return generation


@pytest.fixture
def priced(echo_a: ModelEntry) -> ModelEntry:
    echo_a.prompt_price, echo_a.completion_price = Decimal("0.15"), Decimal("0.6")
    echo_a.save()
    return echo_a


def test_a_cost_is_exact(priced: ModelEntry) -> None:
    for _number in range(3):
        ended(priced, "user:1", (1, 1))
    row = UsageDay.objects.get()
    assert row.cost == Decimal("0.00000225")  # 3 · (0.15 + 0.6) / 10⁶: floats would lose the last digits of sums
    assert (row.requests, row.prompt_tokens, row.completion_tokens) == (3, 3, 3)


def test_what_was_asked_before_keeps_its_cost(priced: ModelEntry) -> None:
    ended(priced, "user:1")
    priced.prompt_price = Decimal("1000")
    priced.save()
    assert UsageDay.objects.get().cost == Decimal("0.00045")
    ended(priced, "user:1", (1, 0))
    assert UsageDay.objects.get().cost == Decimal("0.00145")


def test_every_end_counts_once(priced: ModelEntry) -> None:
    generation = ended(priced, "user:1")
    assert not generation.finish("again", Finish("stop", 9, 9)) and not generation.fail("no")
    waiting = Generation.objects.create(model=priced, requester="user:1", prompt=[])
    assert waiting.stop_waiting() and not waiting.stop_waiting()
    broken = Generation.objects.create(model=priced, requester="user:1", prompt=[])
    assert broken.fail("broken")
    row = UsageDay.objects.get()
    assert (row.requests, row.prompt_tokens, row.cost) == (3, 1000, Decimal("0.00045"))


def test_rows_outlive_answers_accounts_and_keys(priced: ModelEntry, alice: Any) -> None:
    key, _token = ApiKey.issue(alice, "test")
    ended(priced, key.requester, user=alice)
    ended(priced, f"user:{alice.pk}", user=alice)
    Generation.objects.all().delete()
    alice.delete()
    rows = UsageDay.objects.all()
    assert [(row.user, row.cost) for row in rows] == [(None, Decimal("0.00045"))] * 2


def test_guests_are_counted_together_and_unnamed(priced: ModelEntry) -> None:
    ended(priced, "guest:one")
    ended(priced, "guest:two")
    row = UsageDay.objects.get()
    assert (row.charged_to, row.requests) == ("guest", 2)


def test_a_day_ends_at_midnight_here(priced: ModelEntry, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Taipei"
    ended(priced, "user:1", at=datetime(2026, 3, 1, 15, 59, tzinfo=UTC))
    ended(priced, "user:1", at=datetime(2026, 3, 1, 16, 0, tzinfo=UTC))
    assert list(UsageDay.objects.values_list("day", flat=True)) == [date(2026, 3, 2), date(2026, 3, 1)]


def test_an_expert_costs_what_its_base_costs_or_its_own(priced: ModelEntry) -> None:
    expert = ModelEntry.objects.create(slug="expert", name="Expert", backend="expert", base=priced)
    assert expert.cost_units(1000, 500) == priced.cost_units(1000, 500) == 4_500_000
    expert.completion_price = Decimal("2")
    assert expert.cost_units(1000, 500) == 10_000_000
    expert.prompt_price = Decimal("-1")
    with pytest.raises(ValidationError, match="prompt_price"):
        expert.full_clean()


def test_one_row_a_day(priced: ModelEntry) -> None:
    ended(priced, "user:1")
    row = UsageDay.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        UsageDay.objects.create(day=row.day, model=priced, charged_to="user:1")


@pytest.mark.django_db(transaction=True)
def test_many_at_once_lose_nothing(priced: ModelEntry) -> None:
    def note(_number: int) -> None:
        try:
            usage.note(
                model=priced, requester="key:1", user_id=None, asked_at=datetime.now(UTC),
                prompt_tokens=1, completion_tokens=2,
            )  # fmt: skip
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, range(40)))
    row = UsageDay.objects.get()
    assert (row.requests, row.prompt_tokens, row.completion_tokens) == (40, 40, 80)
    assert row.cost_units == 40 * priced.cost_units(1, 2)


def test_answers_from_before_are_counted_without_cost(priced: ModelEntry, alice: Any) -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for requester, user in [("key:1", alice), ("key:1", alice), ("guest:a", None), ("guest:b", None)]:
        generation = Generation.objects.create(model=priced, user=user, requester=requester, prompt=[])
        Generation.objects.filter(pk=generation.pk).update(
            status="finished", created_at=at, ended_at=at, prompt_tokens=3, completion_tokens=4
        )
    Generation.objects.create(model=priced, requester="key:1", prompt=[])  # under way: counts when it ends
    import_module("inference.migrations.0005_usage_of_earlier_answers").count(apps, None)
    rows = UsageDay.objects.values_list("day", "charged_to", "user", "requests", "prompt_tokens", "cost_units")
    assert set(rows) == {
        (date(2026, 3, 1), "key:1", alice.pk, 2, 6, 0),
        (date(2026, 3, 1), "guest", None, 2, 6, 0),
    }


def test_the_page_of_the_keys_shows_it(as_user: Any, alice: Any, bob: Any, priced: ModelEntry) -> None:
    key, _token = ApiKey.issue(alice, "test")
    ended(priced, key.requester, user=alice)
    ended(priced, ApiKey.issue(bob, "other")[0].requester, (10**6, 10**6), bob)
    page = as_user(alice).get("/accounts/api-keys/").content.decode()
    assert page.count("0.00045 USD") == 2 and "0.75" not in page


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0", "0.00 USD"), ("12", "12.00 USD"), ("0.1", "0.10 USD"), ("0.00045", "0.00045 USD"), ("1e-9", "0.00 USD")],
)
def test_money_is_written_shortly(amount: str, shown: str) -> None:
    assert money(Decimal(amount)) == shown


def test_the_administrator_sees_and_downloads_it(as_user: Any, ada: Any, alice: Any, bob: Any, priced, echo_b) -> None:
    bob.username = "=bob()"
    bob.save()
    key, _token = ApiKey.issue(alice, "editor")
    ended(priced, key.requester, user=alice)
    ended(echo_b, f"user:{bob.pk}", user=bob)
    ended(priced, "guest:secret")
    client = as_user(ada)
    page = client.get(ADMIN).content.decode()
    assert "editor" in page and "0.00045 USD" in page and "guest" in page and "secret" not in page
    assert "Together: 3 requests, 3000 question tokens, 1500 answer tokens, 0.0009 USD." in page
    heading, *lines = csv.reader(read(client.get(f"{ADMIN}csv/")).splitlines())
    assert tuple(heading) == COLUMNS and len(lines) == 3
    by_name = {line[1]: line for line in lines}
    assert by_name[key.requester][2:] == [
        *("alice", f"editor ({key.prefix}…)", "echo-a", "1", "1000", "500", "0.0004500000", "USD")
    ]
    assert by_name[f"user:{bob.pk}"][2] == "'=bob()"  # a spreadsheet must not calculate it
    filtered = read(client.get(f"{ADMIN}csv/?model__id__exact={echo_b.pk}"))
    assert len(filtered.splitlines()) == 2
    assert client.get(f"{ADMIN}csv/?model__id__exact=x").status_code == 302
    assert client.get(f"{ADMIN}?user__password__startswith=a").status_code in (302, 400)
    assert client.post(f"{ADMIN}add/").status_code == 403


def read(response: Any) -> str:
    assert response.status_code == 200 and response["Content-Type"].startswith("text/csv")
    return b"".join(response.streaming_content).decode()


def test_only_who_may_look_downloads(as_user: Any, guest: Any, alice: Any, staff: Any) -> None:
    for client in (guest, as_user(alice)):
        assert client.get(f"{ADMIN}csv/").status_code == 302
    staff.user_permissions.clear()
    assert as_user(staff).get(f"{ADMIN}csv/").status_code == 403
