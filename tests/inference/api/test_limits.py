"""Limits are rows, and what they allow is taken from one place by everybody at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection

from inference import limits, run
from inference.engine.types import ChatMessage
from inference.models import ApiKey, Generation, Limit, ModelEntry
from inference.services import NotNow, TooManyRequests, start_generation, start_generations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key(alice: Any) -> ApiKey:
    return ApiKey.issue(alice, "test")[0]


def take(key: ApiKey, model: ModelEntry, requests: int = 1) -> None:
    limits.take(requester=key.requester, user_id=key.user_id, model_id=model.pk, requests=requests)


def left(key: ApiKey, model: ModelEntry) -> dict[str, tuple[int, int]]:
    found = limits.allowances(requester=key.requester, user_id=key.user_id, model_id=model.pk)
    return {allowance.unit: (allowance.remaining, allowance.limit) for allowance in found}


def test_without_a_limit_nobody_is_asked(key: ApiKey, echo_a: ModelEntry, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    take(key, echo_a, 1000)
    assert left(key, echo_a) == {}


def test_requests_are_counted_and_come_back(valkey: Any, key: ApiKey, echo_a: ModelEntry, monkeypatch) -> None:
    Limit.objects.create(key=key, requests_per_minute=3)
    for remaining in (2, 1, 0):
        take(key, echo_a)
        assert left(key, echo_a) == {"requests": (remaining, 3)}
    with pytest.raises(limits.LimitReached, match="3 requests per minute") as caught:
        take(key, echo_a)
    assert 15 < caught.value.retry_seconds <= 20  # one of three comes back every 20 seconds
    monkeypatch.setattr(limits, "MINUTE", 0.03)
    time.sleep(0.02)
    take(key, echo_a)


def test_a_refused_request_costs_nothing_anywhere(valkey: Any, key: ApiKey, echo_a, echo_b) -> None:
    Limit.objects.create(user=key.user, requests_per_minute=10)
    Limit.objects.create(model=echo_a, requests_per_minute=1)
    take(key, echo_a)
    with pytest.raises(limits.LimitReached, match="1 requests"):
        take(key, echo_a)
    assert left(key, echo_b) == {"requests": (9, 10)}
    assert left(key, echo_a) == {"requests": (0, 1)}  # the tightest of both


def test_who_shares_a_limit(valkey: Any, key: ApiKey, alice: Any, bob: Any, echo_a, echo_b) -> None:
    second, bobs = ApiKey.issue(alice, "second")[0], ApiKey.issue(bob, "bob's")[0]
    of_user = Limit.objects.create(user=alice, requests_per_minute=5)
    take(key, echo_a, 2)
    assert (left(second, echo_b), left(bobs, echo_a)) == ({"requests": (3, 5)}, {})
    of_user.delete()
    Limit.objects.create(model=echo_a, requests_per_minute=5)
    take(key, echo_a, 2)
    assert (left(bobs, echo_a), left(bobs, echo_b)) == ({"requests": (3, 5)}, {})
    Limit.objects.all().delete()
    Limit.objects.create(user=alice, model=echo_b, requests_per_minute=5)
    take(second, echo_b)
    assert (left(key, echo_b), left(key, echo_a), left(bobs, echo_b)) == ({"requests": (4, 5)}, {}, {})
    Limit.objects.all().delete()
    Limit.objects.create(requests_per_minute=5)  # each key by itself
    take(key, echo_a)
    assert (left(key, echo_a), left(second, echo_a)) == ({"requests": (4, 5)}, {"requests": (5, 5)})
    limits.take(requester=f"user:{alice.pk}", user_id=alice.pk, model_id=echo_a.pk, requests=100)  # the chat has none


def test_many_at_once_get_exactly_what_there_is(valkey: Any, key: ApiKey, echo_a: ModelEntry) -> None:
    Limit.objects.create(key=key, requests_per_minute=20)

    def attempt(_number: int) -> bool:
        try:
            take(key, echo_a)
        except limits.LimitReached:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        allowed = sum(pool.map(attempt, range(60)))
    assert 20 <= allowed <= 22  # a token may have come back meanwhile, at one in three seconds


def test_tokens_are_counted_when_the_answer_has_ended(valkey: Any, key: ApiKey, echo_a: ModelEntry) -> None:
    Limit.objects.create(key=key, tokens_per_day=20)
    for remaining in (14, 8, 2, 0):
        generation = asked(key, echo_a, "one two three")
        run.answer(str(generation.pk), 1)
        assert left(key, echo_a) == {"tokens": (remaining, 20)}
    with pytest.raises(TooManyRequests, match="20 tokens per day") as caught:
        asked(key, echo_a, "one")
    assert caught.value.retry_seconds > 3600  # the last answer was allowed below zero, and that is paid first


def test_all_answers_of_a_request_or_none(valkey: Any, key: ApiKey, echo_a: ModelEntry) -> None:
    Limit.objects.create(key=key, requests_per_minute=4)
    conversation = [ChatMessage("user", "x")]
    options: Any = {"model": echo_a, "params": {"seed": 3}, "requester": key.requester, "user": key.user}
    made = start_generations(conversations=[conversation] * 3, **options)
    assert [generation.params["seed"] for generation in made] == [3, 4, 5]
    with pytest.raises(TooManyRequests):
        start_generations(conversations=[conversation] * 2, **options)
    assert Generation.objects.count() == 3
    assert left(key, echo_a) == {"requests": (1, 4)}


def test_more_than_a_bucket_holds_is_allowed_once_it_is_full(valkey: Any, key: ApiKey, echo_a: ModelEntry) -> None:
    Limit.objects.create(key=key, requests_per_minute=2)
    take(key, echo_a, 5)
    with pytest.raises(limits.LimitReached):
        take(key, echo_a)


def test_the_chat_has_the_limits_of_its_user_too(valkey: Any, alice: Any, echo_a: ModelEntry) -> None:
    Limit.objects.create(user=alice, requests_per_minute=1)
    options: Any = {"model": echo_a, "messages": [ChatMessage("user", "x")], "params": {}, "user": alice}
    start_generation(requester=f"user:{alice.pk}", **options)
    with pytest.raises(TooManyRequests, match="requests per minute"):
        start_generation(requester=f"user:{alice.pk}", **options)


def test_while_valkey_is_away_nobody_slips_through(key: ApiKey, echo_a: ModelEntry, settings: Any) -> None:
    from inference import valkey as connections

    settings.REDIS_URL = "redis://127.0.0.1:1"
    connections.client.cache_clear()
    Limit.objects.create(key=key, requests_per_minute=1)
    with pytest.raises(NotNow):
        asked(key, echo_a, "x")
    assert not Generation.objects.exists()
    connections.client.cache_clear()


@pytest.mark.parametrize("fields", [{}, {"requests_per_minute": 0}, {"both": True, "requests_per_minute": 1}])
def test_rows_that_make_no_sense_are_refused(key: ApiKey, fields: dict[str, Any]) -> None:
    both = {"user": key.user, "key": key} if fields.pop("both", False) else {}
    with pytest.raises(IntegrityError):
        Limit.objects.create(**both, **fields)


def asked(key: ApiKey, model: ModelEntry, text: str) -> Generation:
    return start_generation(
        model=model, messages=[ChatMessage("user", text)], params={}, requester=key.requester, user=key.user
    )
