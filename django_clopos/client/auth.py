"""The token: fetched once however many need it, kept until 5 minutes before its end, dropped when it is refused.

Sign-ins have a budget of their own, because the remote counts them by address.
Source: wire contract, sections 2 and 7 (tier 1).
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from django_clopos.client.answers import read_date, refuse
from django_clopos.client.budget import Budget
from django_clopos.client.config import Config
from django_clopos.client.errors import BrokenBody, Rejected
from django_clopos.client.transport import Answer, Request, Token

T = TypeVar("T")

#: Renewed this long before its end.
MARGIN_SECONDS = 300.0
_PATH = "auth"


class TokenStore(Protocol):
    """Where the token is kept, shared by as many threads and processes as the store reaches.

    Raises (from every method):
        TokenStoreUnavailable: the store does not answer.
    """

    def get(self, key: str) -> str | None:
        """Give the token; None: none is kept, or its time is over."""
        ...

    def set(self, key: str, token: str, *, seconds: float) -> None:
        """Keep a token for so many seconds."""
        ...

    def delete_if(self, key: str, token: str) -> None:
        """Drop the token, unless another one has been kept in its place meanwhile."""
        ...

    def lock(self, key: str) -> AbstractContextManager[object]:
        """Let one caller at a time authenticate."""
        ...


class MemoryTokenStore:
    """Keeps tokens for the threads of one process."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens: dict[str, tuple[str, float]] = {}
        self._locks: dict[int, threading.RLock] = {}

    def __repr__(self) -> str:
        return f"MemoryTokenStore({len(self._tokens)} kept)"

    def get(self, key: str) -> str | None:
        """Give the token; None: none is kept, or its time is over."""
        token, ends_at = self._tokens.get(key, ("", 0.0))
        return token if token and self._clock() < ends_at else None

    def set(self, key: str, token: str, *, seconds: float) -> None:
        """Keep a token for so many seconds."""
        self._tokens[key] = (token, self._clock() + seconds)

    def delete_if(self, key: str, token: str) -> None:
        """Drop the token, unless another one has been kept in its place meanwhile."""
        with self.lock(key):
            if self._tokens.get(key, ("", 0.0))[0] == token:
                del self._tokens[key]

    def lock(self, key: str) -> AbstractContextManager[object]:
        """Let one thread at a time authenticate."""
        # One for all keys, of which a process has few; but one for each process, because a lock that is held in the
        # moment of a fork stays locked in the child for ever.
        pid = os.getpid()
        return self._locks.get(pid) or self._locks.setdefault(pid, threading.RLock())


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What a successful authentication gave."""

    token: Token
    lifetime_seconds: float

    @property
    def keep_seconds(self) -> float:
        """How long to use it: to 5 minutes before its end, half its life where it is shorter than 10."""
        return self.lifetime_seconds - min(MARGIN_SECONDS, self.lifetime_seconds / 2)


class Courier(Protocol):
    """What signing in needs of the exchange."""

    def repeat(self, action: Callable[[], T]) -> T:
        """Run an action again while what it raises may pass."""
        ...

    def ask(self, request: Request, read: Callable[[Answer], Grant]) -> Grant:
        """Send once; `read` turns the answer into a grant or raises."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time pass until a slot may be free, or a part of it."""
        ...


class Authenticator:
    """Gives the token of one configuration.

    The lock of the store ends by itself after a minute, so that it is held for one request only: never while waiting
    for a slot of the budget, nor between two attempts.
    """

    def __init__(self, config: Config, *, store: TokenStore, budget: Budget, courier: Courier) -> None:
        self._config = config
        self._store = store
        self._budget = budget
        self._courier = courier
        self._key = token_key(config)

    def token(self) -> Token:
        """Give a token that should work, authenticating if none is kept."""
        return self._courier.repeat(self._find_token)

    def forget(self, token: Token) -> None:
        """Drop a token that was refused, unless another caller has renewed it already."""
        self._courier.repeat(lambda: self._store.delete_if(self._key, token.value))

    def authenticate(self) -> Grant:
        """Ask for a new token, whatever is kept, and keep it.

        Raises:
            AuthenticationFailed, ConfigurationMismatch, ModuleOff: refused; the error says what to change.
        """
        return self._courier.repeat(self._sign_in_anyway)

    def _find_token(self) -> Token:
        kept = self._store.get(self._key)
        while kept is None:
            with self._store.lock(self._key):
                kept = self._store.get(self._key)  # another caller may have been here while this one waited
                wait_seconds = self._budget.try_take() if kept is None else 0.0
                if kept is None and wait_seconds <= 0:
                    return self._sign_in().token
            if kept is None:
                self._courier.wait(wait_seconds)
        return Token(kept)

    def _sign_in_anyway(self) -> Grant:
        while (wait_seconds := self._budget.try_take()) > 0:
            self._courier.wait(wait_seconds)
        return self._sign_in()

    def _sign_in(self) -> Grant:
        grant = self._courier.ask(_write_request(self._config), self._read_grant)
        self._store.set(self._key, grant.token.value, seconds=grant.keep_seconds)
        return grant

    def _read_grant(self, answer: Answer) -> Grant:
        if answer.status == 404:  # would read as a missing row
            raise Rejected(
                "the remote has no authentication at this address (HTTP 404)",
                method="POST",
                path=_PATH,
                status=404,
                what_to_do="Check CLOPOS_BASE_URL; it ends in the version, such as /open-api/v2.",
            )
        # The body may hold a token even if it cannot be used: no frame of the errors below keeps it in a local.
        grant = _parse_grant(answer)
        if grant is None:
            raise BrokenBody("the answer holds no usable token", method="POST", path=_PATH, status=answer.status)
        if grant is False:
            raise refuse(answer, Request(method="POST", path=_PATH), secrets=self._config.secrets)
        return grant


def _write_request(config: Config) -> Request:
    credentials = {
        "client_id": config.client_id,
        "client_secret": config.client_secret,
        "brand": config.brand,
        "integrator_id": config.integrator_id,
    }
    return Request(method="POST", path=_PATH, json=credentials)


def _parse_grant(answer: Answer) -> Grant | Literal[False] | None:
    """Give False for a refusal, None where there is no token that could be sent in a header."""
    document = _read_object(answer.body)
    if not document or answer.status >= 300 or document.get("success") is False or document.get("error"):
        return False
    token = document.get("token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token.strip():
        return None
    return Grant(token=Token(token), lifetime_seconds=_read_lifetime(document, answer))


def _read_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _read_lifetime(document: dict[str, Any], answer: Answer) -> float:
    """Measure `expires_at` against the remote's own clock, where it tells it: ours may be wrong by hours."""
    now = read_date(answer)
    expires_at, expires_in = document.get("expires_at"), document.get("expires_in")
    if isinstance(expires_at, int) and expires_at > 0:
        return max(0.0, expires_at - (time.time() if now is None else now.timestamp()))
    return float(expires_in) if isinstance(expires_in, int) and expires_in > 0 else 0.0


def token_key(config: Config) -> str:
    """Name the token of a configuration, without showing any of it. A changed secret is another name."""
    parts = (config.base_url, config.brand, config.client_id, config.client_secret, config.integrator_id)
    digest = hashlib.blake2b("\n".join(parts).encode(), digest_size=16)
    return f"clopos:token:{digest.hexdigest()}"
