"""The request budget shared through Redis, by the server's clock: the skew of a worker's own clock costs nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal, Self

from django_clopos.client.config import Config
from django_clopos.client.errors import BudgetUnavailable
from django_clopos.client.pace import AUTH_RATE, LONGEST_RESET_SECONDS, WINDOW_SECONDS, Book, BudgetUse, Rate

if TYPE_CHECKING:
    import redis

# The same maths as `pace.take` and `pace.lower`, in one step on the server.
# KEYS[1]: the four numbers of a `pace.Book`. ARGV: what to do, interval, tolerance, remaining, longest wait.
_SCRIPT = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local kept = {}
for number in string.gmatch(redis.call('GET', KEYS[1]) or '', '%S+') do kept[#kept + 1] = tonumber(number) end
local arrival, minute, taken, before = kept[1] or 0, kept[2] or 0, kept[3] or 0, kept[4] or 0
local act, interval, tolerance = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local remaining, longest = tonumber(ARGV[4]), tonumber(ARGV[5])
local start = math.max(arrival, now)
local wait = start - tolerance - now
if wait < 0.001 then wait = 0 end
if act == 'reserve' or (act == 'try' and wait == 0) then
    arrival = start + interval
    local leaves = math.max(math.floor((now + wait) / 60), minute)
    if leaves == minute + 1 then before = taken elseif leaves > minute then before = 0 end
    if leaves > minute then taken = 0 end
    minute, taken = leaves, taken + 1
elseif act == 'lower' and remaining <= 0 then
    arrival = math.max(arrival, now + tolerance + longest)
elseif act == 'lower' then
    arrival = math.max(arrival, now + tolerance - (remaining - 1) * interval)
end
local book = string.format('%.6f %d %d %d', arrival, minute, taken, before)
if act ~= 'read' then
    redis.call('SET', KEYS[1], book, 'PX', math.ceil(math.max(arrival - now, 0) * 1000) + 60000)
end
return string.format('%.6f %.6f ', wait, now) .. book
"""


class RedisBudget:
    """A budget for every process that uses the same Redis and key.

    `rate`: in place of the one that follows from `requests_per_minute`.

    Raises (from every method that asks Redis):
        BudgetUnavailable: Redis does not answer. To send without a budget could exceed the limit for everyone.
    """

    def __init__(
        self, client: redis.Redis, *, key: str, requests_per_minute: int = 300, rate: Rate | None = None
    ) -> None:
        self._key = key
        self._rate = rate or Rate.per_minute(requests_per_minute)
        self._limit = self._rate.per_window if rate else requests_per_minute
        # A registered script is sent again by itself after the server has forgotten it (restart, SCRIPT FLUSH).
        self._script = client.register_script(_SCRIPT)

    @classmethod
    def from_url(cls, url: str, *, config: Config) -> Self:
        """Share the budget of the configuration's integrator and brand; needs the `redis` extra.

        Raises:
            ValueError: the package redis is not installed, or the address is none of Redis.
        """
        return cls(_connect(url), key=budget_key(config), requests_per_minute=config.requests_per_minute)

    @classmethod
    def for_authentication(cls, url: str, *, config: Config) -> Self:
        """Share the budget of sign-ins at the configuration's address, over all brands. Raises as `from_url` does."""
        return cls(_connect(url), key=auth_budget_key(config), rate=AUTH_RATE)

    def reserve(self) -> float:
        """Take the next slot; give the seconds to wait for it."""
        return self._run("reserve")[0]

    def try_take(self) -> float:
        """Take a slot that can be used at once; else give the seconds to ask again after."""
        return self._run("try")[0]

    def observe(self, *, limit: int | None, remaining: int, reset_seconds: float | None) -> None:
        """Slow down to what the remote says is left."""
        if remaining >= self._rate.burst:
            return  # could change nothing; saves the round trip
        wait = WINDOW_SECONDS if reset_seconds is None else min(max(reset_seconds, 0.0), LONGEST_RESET_SECONDS)
        self._run("lower", remaining, wait)

    def use(self) -> BudgetUse:
        """Say how much is used. A budget that was not used for a minute is forgotten, its last minute with it."""
        _, now, book = self._run("read")
        return book.use(now=now, rate=self._rate, limit=self._limit)

    def _run(
        self, act: Literal["reserve", "try", "lower", "read"], remaining: int = 0, wait: float = 0.0
    ) -> tuple[float, float, Book]:
        """Give the seconds to wait, the server's time, and what it keeps now."""
        from redis.exceptions import RedisError  # noqa: PLC0415  # an extra

        arguments: list[Any] = [act, self._rate.interval_seconds, self._rate.tolerance_seconds, remaining, wait]
        try:
            waits, now, arrival, minute, taken, before = self._script(keys=[self._key], args=arguments).split()
        except RedisError as error:
            problem = f"the request budget in Redis does not answer ({type(error).__name__})"
        else:
            book = Book(arrival=float(arrival), minute=int(minute), taken=int(taken), taken_before=int(before))
            return float(waits), float(now), book
        raise BudgetUnavailable(problem)  # outside the except: the cause could hold the server's address and password


def budget_key(config: Config) -> str:
    """Name the budget of an integrator and brand. Hashed, because an integrator id is a credential."""
    return _name(config.base_url, config.integrator_id, config.brand)


def auth_budget_key(config: Config) -> str:
    """Name the budget of sign-ins, which the remote counts by client address: all our machines may have the same."""
    return _name(config.base_url, "auth")


def _name(*parts: str) -> str:
    return f"clopos:budget:{hashlib.blake2b(chr(10).join(parts).encode(), digest_size=16).hexdigest()}"


def _connect(url: str) -> redis.Redis:
    try:
        import redis  # noqa: PLC0415  # an extra
    except ImportError:
        raise ValueError("Install django-clopos[redis] to share the request budget through Redis.") from None
    return redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
