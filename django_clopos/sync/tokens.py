"""Where the token of a brand is kept: a Django cache, so that it is fetched once for all processes that share it.

Which cache: the one that CLOPOS["CACHE"] names, else the Redis of CLOPOS["REDIS_URL"], else Django's "default".
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.redis import RedisCache

from django_clopos.client.errors import TokenStoreUnavailable

T = TypeVar("T")

_LOCK_SECONDS = 60
_POLL_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 5 * _LOCK_SECONDS


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheTokenStore:
    """Keeps the token in a cache.

    Raises (from every method, and on entering the lock):
        TokenStoreUnavailable: the cache does not answer.
    """

    alias: str = ""
    """Of Django's CACHES; empty: the Redis below, or "default" where there is none."""
    redis_url: str = field(default="", repr=False)

    def get(self, key: str) -> str | None:
        """Give the token; None: none is kept."""
        token: str | None = self._ask(lambda kept: kept.get(key))
        return token

    def set(self, key: str, token: str, *, seconds: float) -> None:
        """Keep a token for so many seconds."""
        self._ask(lambda kept: kept.set(key, token, timeout=seconds))

    def delete(self, key: str) -> None:
        """Drop the token, whichever it is."""
        self._ask(lambda kept: kept.delete(key))

    def delete_if(self, key: str, token: str) -> None:
        """Drop the token, unless another one has been kept in its place meanwhile."""
        if self.get(key) == token:
            self.delete(key)

    def lock(self, key: str) -> AbstractContextManager[object]:
        """Let one process at a time authenticate; a lock left behind by a killed one ends after a minute."""
        return self._hold(f"{key}:lock")

    @contextmanager
    def _hold(self, key: str) -> Iterator[None]:
        mark = uuid.uuid4().hex
        self._wait_for_lock(key, mark)
        try:
            yield
        finally:
            # Whoever took longer than the lock lasts finds another's here. One that stays behind ends by itself.
            with suppress(TokenStoreUnavailable):
                self.delete_if(key, mark)

    def _wait_for_lock(self, key: str, mark: str) -> None:
        for _ in range(int(_LONGEST_WAIT_SECONDS / _POLL_SECONDS)):
            if self._ask(lambda kept: kept.add(key, mark, timeout=_LOCK_SECONDS)):
                return
            time.sleep(_POLL_SECONDS)
        # Some caches that are down answer that they kept nothing, for ever.
        raise TokenStoreUnavailable("the cache that keeps the token gave no lock in five minutes")

    def _ask(self, action: Callable[[BaseCache], T]) -> T:
        try:
            return action(self._open())
        except Exception as error:  # noqa: BLE001  # every cache raises errors of its own
            problem = f"the cache that keeps the token does not answer ({type(error).__name__})"
        raise TokenStoreUnavailable(problem)  # outside the except: the cause could hold the server's password

    def _open(self) -> BaseCache:
        if not self.alias and self.redis_url:
            return _open_redis(self.redis_url)
        return caches[self.alias or "default"]


@cache
def _open_redis(url: str) -> BaseCache:
    """Open a cache in Redis, once per process: its connections notice a fork, and threads may share them."""
    options: dict[str, Any] = {"socket_timeout": 5, "socket_connect_timeout": 5}
    return RedisCache(url, {"KEY_PREFIX": "clopos", "OPTIONS": options})
