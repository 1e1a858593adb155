"""How one read is carried through: token, attempts, budget, sending, in this order from the outside in.

Everything but the bare sending runs in the caller's thread, because a token store or a budget may be a database.
The budget is innermost: every attempt takes its own slot.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django_clopos.client.ahead import Ahead, Outcome
from django_clopos.client.auth import Authenticator, Grant, TokenStore
from django_clopos.client.budget import Budget
from django_clopos.client.config import Config
from django_clopos.client.errors import (
    AuthenticationFailed,
    BudgetUnavailable,
    CloposError,
    ConfigurationMismatch,
    RateLimited,
)
from django_clopos.client.retry import retry
from django_clopos.client.scrub import Secrets
from django_clopos.client.transport import Answer, Request, Token, Transport

T = TypeVar("T")

#: A remote may echo the token that it refused, after the next one was fetched.
_TOKENS_MASKED = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What a client has used since it was made; take the difference of two for a part of it."""

    requests: int = 0
    """Sent or about to be, authentication included."""
    retries: int = 0
    """Those of them that repeated another."""
    waited_seconds: float = 0.0
    """Waits for a budget slot and between attempts; waits at the same time count once."""

    def __sub__(self, earlier: Usage) -> Usage:
        return Usage(
            requests=self.requests - earlier.requests,
            retries=self.retries - earlier.retries,
            waited_seconds=self.waited_seconds - earlier.waited_seconds,
        )


@dataclass(kw_only=True, slots=True)
class Pending:
    """A request on its way with its token; without an outcome it is not sent yet."""

    request: Request
    token: Token | None = None
    outcome: Future[Outcome] | None = None


@dataclass(kw_only=True, slots=True)
class _Course(Generic[T]):
    """The attempts of one request with one token."""

    request: Request
    read: Callable[[Answer], T]
    token: Token | None = None
    outcome: Future[Outcome] | None = None
    """Of the first attempt, where it was sent ahead."""
    failed_at: float | None = None


@dataclass(kw_only=True, slots=True)
class _Meter:
    """Counts; used by the caller's thread only."""

    requests: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    waiting_until: float = field(default=float("-inf"))

    def add_wait(self, start: float, end: float) -> None:
        """Count the part of a wait that no earlier one covers."""
        self.waited_seconds += max(0.0, end - max(start, self.waiting_until))
        self.waiting_until = max(self.waiting_until, end)


class Exchange:
    """Carries requests for one configuration."""

    def __init__(
        self,
        config: Config,
        *,
        transport: Transport,
        budget: Budget,
        tokens: TokenStore,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._config = config
        self._transport = transport
        self._budget = budget
        self._clock = clock
        self._sleep = sleep
        self._meter = _Meter()
        self._tokens: deque[Token] = deque(maxlen=_TOKENS_MASKED)
        self.auth = Authenticator(config, store=tokens, ask=self._ask_for_token)
        self.latency_seconds = 0.0
        """Time from sending to the whole answer, smoothed; 0 before the first."""
        self.budget_remaining: int | None = None
        """RateLimit-Remaining as last read; None: no answer had it."""

    @property
    def secrets(self) -> Secrets:
        """What no error may show: the credentials, and the tokens last sent."""
        return self._config.secrets.add(*(token.value for token in self._tokens))

    @property
    def usage(self) -> Usage:
        """What was used up to now."""
        meter = self._meter
        return Usage(requests=meter.requests, retries=meter.retries, waited_seconds=meter.waited_seconds)

    def open_ahead(self) -> Ahead:
        """Give threads to send requests ahead with; the caller closes them."""
        return Ahead(sleep=self._sleep)

    def start(self, request: Request, *, ahead: Ahead) -> Pending:
        """Send a request in another thread. What goes wrong shows in `finish`, when its answer is wanted."""
        pending = Pending(request=request)
        try:
            token = self._get_token()
            wait_seconds = self._reserve()
        except CloposError:
            return pending
        pending.token = token
        pending.outcome = ahead.submit(lambda: self._transport.send(request, token), wait_seconds=wait_seconds)
        return pending

    def finish(self, pending: Pending, *, read: Callable[[Answer], T], timeouts: int | None = None) -> T:
        """Give what `read` makes of the answer, repeating what may pass.

        `read` raises a CloposError for an answer that is a refusal or cannot be read. `timeouts`: see `retry`.
        """
        token = pending.token or self._get_token()
        course = _Course(request=pending.request, read=read, token=token, outcome=pending.outcome)
        try:
            return self._repeat(course, timeouts)
        except ConfigurationMismatch:
            raise
        except AuthenticationFailed:
            self.auth.forget(token)
        renewed = self._get_token()
        self._meter.retries += 1
        return self._repeat(_Course(request=pending.request, read=read, token=renewed), timeouts)

    def _get_token(self) -> Token:
        token = self.auth.token()
        if token not in self._tokens:
            self._tokens.append(token)
        return token

    def _repeat(self, course: _Course[T], timeouts: int | None) -> T:
        return retry(lambda: self._attempt(course), attempts=self._config.attempts, timeouts=timeouts)

    def _attempt(self, course: _Course[T]) -> T:
        self._note_retry(course)
        try:
            return self._read(course, self._take(self._obtain(course)))
        except CloposError:
            course.failed_at = self._clock()
            raise

    def _obtain(self, course: _Course[T]) -> Outcome:
        outcome, course.outcome = course.outcome, None
        if outcome is not None:
            return outcome.result()
        self._wait(self._reserve())
        return self._transport.send(course.request, course.token)

    def _take(self, outcome: Outcome) -> Answer:
        if isinstance(outcome, CloposError):
            raise outcome
        self._observe(outcome)
        elapsed = outcome.elapsed_seconds
        self.latency_seconds = elapsed if not self.latency_seconds else 0.7 * self.latency_seconds + 0.3 * elapsed
        return outcome

    def _read(self, course: _Course[T], answer: Answer) -> T:
        try:
            return course.read(answer)
        except RateLimited as error:
            # The answer may have lain here while earlier pages were written.
            error.retry_after = max(0.0, error.retry_after - (self._clock() - answer.answered_at))
            raise

    def _ask_for_token(self, request: Request, read: Callable[[Answer], Grant]) -> Grant:
        """Authentication takes no slot: the remote counts it by address. Source: wire contract, section 7, tier 1."""
        course = _Course(request=request, read=read)

        def attempt() -> Grant:
            self._note_retry(course)
            self._meter.requests += 1
            outcome = self._transport.send(request)
            course.failed_at = self._clock()
            if isinstance(outcome, CloposError):
                raise outcome
            return read(outcome)

        return retry(attempt, attempts=self._config.attempts)

    def _note_retry(self, course: _Course[T]) -> None:
        if course.failed_at is not None:
            self._meter.retries += 1
            self._meter.add_wait(course.failed_at, self._clock())

    def _reserve(self) -> float:
        wait_seconds = self._budget.reserve()
        self._meter.requests += 1
        if wait_seconds > 0:
            self._meter.add_wait(self._clock(), self._clock() + wait_seconds)
        return wait_seconds

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            (self._sleep or time.sleep)(seconds)

    def _observe(self, answer: Answer) -> None:
        """Source: wire contract, section 7."""
        remaining = _read_number(answer, "ratelimit-remaining")
        if remaining is None:
            return
        self.budget_remaining = int(remaining)
        limit, reset = _read_number(answer, "ratelimit-limit"), _read_number(answer, "ratelimit-reset")
        age = self._clock() - answer.answered_at
        try:
            self._budget.observe(
                limit=None if limit is None else int(limit),
                remaining=self.budget_remaining,
                reset_seconds=None if reset is None else max(0.0, reset - age),
            )
        except BudgetUnavailable:
            return  # the answer is good; the next reservation will say it


def _read_number(answer: Answer, name: str) -> float | None:
    try:
        number = float(answer.headers.get(name, ""))
    except ValueError:
        return None
    return number if 0 <= number < 1e9 else None
