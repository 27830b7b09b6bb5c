"""How much may be asked: rows of Limit, enforced by token buckets in Valkey, all of a request's in one atomic step.

A bucket holds so many as the limit allows and refills evenly over its period (a minute, a day). Requests are taken
before the model is asked. Tokens are only looked at then: how many an answer takes is known when it has ended, and
`charge` takes them, below zero if need be, so answers under way may exceed a limit once and are paid for later.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from inference import valkey
from inference.api_keys import REQUESTER, Limit
from inference.generations import Generation

MINUTE, DAY = 60.0, 86_400.0

# KEYS: buckets. ARGV, four for each: capacity, period in seconds, level needed, how much to take.
# Nothing is taken unless every bucket has what is needed. Returns the seconds to wait (0: taken), then the levels.
# The clock is the server's, so that web processes on several machines agree.
TAKE = """
local time = redis.call("TIME")
local now = time[1] + time[2] / 1000000
local levels, wait = {}, 0
for number, key in ipairs(KEYS) do
  local capacity, period = tonumber(ARGV[number * 4 - 3]), tonumber(ARGV[number * 4 - 2])
  local needed = tonumber(ARGV[number * 4 - 1])
  local saved = redis.call("HMGET", key, "level", "at")
  local level, at = tonumber(saved[1]) or capacity, tonumber(saved[2]) or now
  level = math.min(capacity, level + math.max(0, now - at) * capacity / period)
  levels[number] = level
  if level < needed then wait = math.max(wait, (needed - level) * period / capacity) end
end
local answer = {string.format("%.6f", wait)}
for number, key in ipairs(KEYS) do
  local taken = tonumber(ARGV[number * 4])
  if wait == 0 and taken > 0 then
    levels[number] = levels[number] - taken
    local capacity, period = tonumber(ARGV[number * 4 - 3]), tonumber(ARGV[number * 4 - 2])
    redis.call("HSET", key, "level", string.format("%.6f", levels[number]), "at", string.format("%.6f", now))
    redis.call("EXPIRE", key, math.ceil((capacity - levels[number]) * period / capacity) + 1)
  end
  answer[number + 1] = string.format("%.6f", levels[number])
end
return answer
"""
WHATEVER_IS_LEFT = -1e15


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one bucket has left. reset_seconds: until it is full again."""

    unit: Literal["requests", "tokens"]
    limit: int
    remaining: int
    reset_seconds: float


class LimitReached(Exception):
    """`str(error)` is one sentence; retry_seconds: when the same request may be allowed."""

    def __init__(self, sentence: str, retry_seconds: float) -> None:
        super().__init__(sentence)
        self.retry_seconds = retry_seconds


@dataclass(frozen=True, slots=True)
class _Bucket:
    key: str
    unit: Literal["requests", "tokens"]
    limit: int

    @property
    def period(self) -> float:
        return MINUTE if self.unit == "requests" else DAY


def take(*, requester: str, user_id: int | None, model_id: int, requests: int = 1) -> None:
    """Counts so many requests in every limit that applies, or in none and raises LimitReached.

    Raises one of valkey.Away when there are limits and Valkey is not reachable: nobody slips through meanwhile.
    """
    buckets = _buckets(requester, user_id, model_id)
    asked = [
        (bucket, min(requests, bucket.limit), requests) if bucket.unit == "requests" else (bucket, 1, 0)
        for bucket in buckets
    ]
    wait, levels = _run(asked)
    if not wait:
        return
    exhausted = [bucket for (bucket, needed, _taken), level in zip(asked, levels, strict=True) if level < needed]
    raise LimitReached(_sentence(exhausted[0], wait), wait)


def charge(generation: Generation) -> None:
    """Takes the tokens of an ended answer. Raises one of valkey.Away."""
    charge_tokens(
        requester=generation.requester,
        user_id=generation.user_id,
        model_id=generation.model_id,
        tokens=generation.prompt_tokens + generation.completion_tokens,
    )


def charge_tokens(*, requester: str, user_id: int | None, model_id: int, tokens: int) -> None:
    """Raises one of valkey.Away."""
    buckets = _buckets(requester, user_id, model_id)
    _run([(bucket, WHATEVER_IS_LEFT, tokens) for bucket in buckets if bucket.unit == "tokens"])


def allowances(*, requester: str, user_id: int | None, model_id: int) -> list[Allowance]:
    """What is left of requests and of tokens: of several limits the tightest. Raises one of valkey.Away."""
    buckets = _buckets(requester, user_id, model_id)
    _wait, levels = _run([(bucket, WHATEVER_IS_LEFT, 0) for bucket in buckets])
    return list(_tightest(zip(buckets, levels, strict=True)))


def look(limits: Iterable[Limit], requester: str) -> list[tuple[Limit, list[Allowance]]]:
    """Each limit with what is left of it, for a page."""
    listed = [(limit, _buckets_of(limit, requester)) for limit in limits]
    _wait, levels = _run([(bucket, WHATEVER_IS_LEFT, 0) for _limit, buckets in listed for bucket in buckets])
    left = iter(levels)
    return [(limit, [_allowance(bucket, next(left)) for bucket in buckets]) for limit, buckets in listed]


def key_id_of(requester: str) -> int | None:
    number = requester.removeprefix(REQUESTER)
    return int(number) if number != requester and number.isdigit() else None


def _buckets(requester: str, user_id: int | None, model_id: int) -> list[_Bucket]:
    if not Limit.objects.exists():  # as nearly everywhere; to ask which ones apply takes five times as long
        return []
    rows = Limit.objects.that_apply(key_id=key_id_of(requester), user_id=user_id, model_id=model_id)
    return [bucket for limit in rows for bucket in _buckets_of(limit, requester)]


def _buckets_of(limit: Limit, requester: str) -> list[_Bucket]:
    # A limit that names nobody and nothing is one of each key; the others are shared by all to whom they apply.
    whose = f"{limit.pk}" if limit.user_id or limit.key_id or limit.model_id else f"{limit.pk}:{requester}"
    found = []
    if limit.requests_per_minute:
        found.append(_Bucket(f"limit:{whose}:requests", "requests", limit.requests_per_minute))
    if limit.tokens_per_day:
        found.append(_Bucket(f"limit:{whose}:tokens", "tokens", limit.tokens_per_day))
    return found


def _run(asked: Sequence[tuple[_Bucket, float, float]]) -> tuple[float, list[float]]:
    """(seconds to wait, levels). Without buckets Valkey is not asked."""
    if not asked:
        return 0.0, []
    keys = [bucket.key for bucket, _needed, _taken in asked]
    numbers = [
        str(number) for bucket, needed, taken in asked for number in (bucket.limit, bucket.period, needed, taken)
    ]
    answer: Any = valkey.client().eval(TAKE, len(keys), *keys, *numbers)
    wait, *levels = (float(number) for number in answer)
    return wait, levels


def _allowance(bucket: _Bucket, level: float) -> Allowance:
    reset = max(0.0, bucket.limit - level) * bucket.period / bucket.limit
    return Allowance(bucket.unit, bucket.limit, max(0, math.floor(level + 1e-6)), reset)


def _tightest(levels: Iterable[tuple[_Bucket, float]]) -> Iterable[Allowance]:
    by_unit: dict[str, Allowance] = {}
    for bucket, level in levels:
        allowance = _allowance(bucket, level)
        if bucket.unit not in by_unit or allowance.remaining < by_unit[bucket.unit].remaining:
            by_unit[bucket.unit] = allowance
    return by_unit.values()


def _sentence(bucket: _Bucket, wait: float) -> str:
    values = {"count": bucket.limit, "seconds": math.ceil(wait)}
    if bucket.unit == "requests":
        return _("The limit of %(count)s requests per minute is reached. Please try again in %(seconds)s s.") % values
    return _("The limit of %(count)s tokens per day is reached. Please try again in %(seconds)s s.") % values
