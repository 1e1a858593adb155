"""The request budget shared through Redis, by the server's clock: the skew of a worker's own clock costs nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Self

from django_clopos.client.budget import LONGEST_RESET_SECONDS, WINDOW_SECONDS, Rate
from django_clopos.client.config import Config
from django_clopos.client.errors import BudgetUnavailable

if TYPE_CHECKING:
    import redis

# The same maths as `budget.admit` and `budget.lower`, in one step on the server.
# KEYS[1]: theoretical arrival time in seconds. ARGV: interval, tolerance, remaining ('' to reserve), longest wait.
_SCRIPT = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local arrival = tonumber(redis.call('GET', KEYS[1]) or '0')
local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local wait = 0
if ARGV[3] == '' then
    local start = math.max(arrival, now)
    wait = start - tolerance - now
    if wait < 0.001 then wait = 0 end
    arrival = start + interval
elseif tonumber(ARGV[3]) <= 0 then
    arrival = math.max(arrival, now + tolerance + tonumber(ARGV[4]))
else
    arrival = math.max(arrival, now + tolerance - (tonumber(ARGV[3]) - 1) * interval)
end
redis.call('SET', KEYS[1], string.format('%.6f', arrival), 'PX', math.ceil(math.max(arrival - now, 0) * 1000) + 60000)
return string.format('%.6f', wait)
"""


class RedisBudget:
    """A budget for every process that uses the same Redis and key.

    Raises (from `reserve` and `observe`):
        BudgetUnavailable: Redis does not answer. To send without a budget could exceed the limit for everyone.
    """

    def __init__(self, client: redis.Redis, *, key: str, requests_per_minute: int = 300) -> None:
        self._key = key
        self._rate = Rate.per_minute(requests_per_minute)
        # A registered script is sent again by itself after the server has forgotten it (restart, SCRIPT FLUSH).
        self._script = client.register_script(_SCRIPT)

    @classmethod
    def from_url(cls, url: str, *, config: Config) -> Self:
        """Share the budget of the configuration's integrator and brand; needs the `redis` extra.

        Raises:
            ValueError: the package redis is not installed, or the address is none of Redis.
        """
        try:
            import redis  # noqa: PLC0415  # an extra
        except ImportError:
            raise ValueError("Install django-clopos[redis] to share the request budget through Redis.") from None
        client = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
        return cls(client, key=budget_key(config), requests_per_minute=config.requests_per_minute)

    def reserve(self) -> float:
        """Take the next slot; give the seconds to wait for it."""
        return self._run("", 0.0)

    def observe(self, *, limit: int | None, remaining: int, reset_seconds: float | None) -> None:
        """Slow down to what the remote says is left."""
        if remaining >= self._rate.burst:
            return  # could change nothing; saves the round trip
        wait = WINDOW_SECONDS if reset_seconds is None else min(max(reset_seconds, 0.0), LONGEST_RESET_SECONDS)
        self._run(str(remaining), wait)

    def _run(self, remaining: str, wait: float) -> float:
        from redis.exceptions import RedisError  # noqa: PLC0415  # an extra

        arguments: list[Any] = [self._rate.interval_seconds, self._rate.tolerance_seconds, remaining, wait]
        try:
            return float(self._script(keys=[self._key], args=arguments))
        except RedisError as error:
            problem = f"the request budget in Redis does not answer ({type(error).__name__})"
        raise BudgetUnavailable(problem)  # outside the except: the cause could hold the server's address and password


def budget_key(config: Config) -> str:
    """Name the budget of an integrator and brand. Hashed, because an integrator id is a credential."""
    name = f"{config.base_url}\n{config.integrator_id}\n{config.brand}".encode()
    return f"clopos:budget:{hashlib.blake2b(name, digest_size=16).hexdigest()}"
