"""How one read is carried through: token, attempts, budget, sending, in this order from the outside in.

Everything but the bare sending runs in the caller's thread, because a token store or a budget may be a database.
The budget is innermost: every attempt takes its own slot. An urgent request takes the next slot, whenever it comes; a
patient one never takes a slot before it can be used, so that urgent ones overtake it.
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
#: A wait for a slot is slept in parts: it is soon over where the process is told to stop, or to hurry.
LONGEST_NAP_SECONDS = 3.0


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

    @property
    def is_sent(self) -> bool:
        """Whether it is on its way already."""
        return self.outcome is not None


@dataclass(kw_only=True, slots=True)
class _Course(Generic[T]):
    """The attempts of one request with one token."""

    request: Request
    read: Callable[[Answer], T]
    token: Token | None = None
    outcome: Future[Outcome] | None = None
    """Of the first attempt, where it was sent ahead."""


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
        auth_budget: Budget,
        tokens: TokenStore,
        is_patient: bool = False,
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
        self.is_patient = is_patient
        """Whether others go first: see `Budget.try_take`. May be changed between two requests."""
        self.auth = Authenticator(config, store=tokens, budget=auth_budget, courier=self)
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
        """Send a request in another thread. What goes wrong shows in `finish`, when its answer is wanted.

        Where no slot can be had, or a patient one not at once, it is not sent yet.
        """
        pending = Pending(request=request)
        try:
            token = self._get_token()
            wait_seconds = self._try_take() if self.is_patient else self._reserve()
        except CloposError:
            return pending
        if self.is_patient and wait_seconds > 0:
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
            return self.repeat(lambda: self._attempt(course), timeouts=timeouts)
        except ConfigurationMismatch:
            raise
        except AuthenticationFailed:
            self.auth.forget(token)
        renewed = self._get_token()
        self._meter.retries += 1
        course = _Course(request=pending.request, read=read, token=renewed)
        return self.repeat(lambda: self._attempt(course), timeouts=timeouts)

    def repeat(self, action: Callable[[], T], *, timeouts: int | None = None) -> T:
        """Run an action again while what it raises may pass, and count that; `timeouts`: see `retry`."""
        failed_at: float | None = None

        def attempt() -> T:
            nonlocal failed_at
            if failed_at is not None:
                self._meter.retries += 1
                self._meter.add_wait(failed_at, self._clock())
            try:
                return action()
            except CloposError:
                failed_at = self._clock()
                raise

        return retry(attempt, attempts=self._config.attempts, timeouts=timeouts)

    def ask(self, request: Request, read: Callable[[Answer], Grant]) -> Grant:
        """Send a request for a token once. Its slot is its sender's, who has taken it from another budget."""
        self._meter.requests += 1
        outcome = self._transport.send(request)
        if isinstance(outcome, CloposError):
            raise outcome
        return read(outcome)

    def wait(self, seconds: float) -> None:
        """Sleep until a slot may be free, but not for long at a time."""
        seconds = min(seconds, LONGEST_NAP_SECONDS)
        self._meter.add_wait(self._clock(), self._clock() + seconds)
        self._nap(seconds)

    def _get_token(self) -> Token:
        token = self.auth.token()
        if token not in self._tokens:
            self._tokens.append(token)
        return token

    def _attempt(self, course: _Course[T]) -> T:
        return self._read(course, self._take(self._obtain(course)))

    def _obtain(self, course: _Course[T]) -> Outcome:
        outcome, course.outcome = course.outcome, None
        if outcome is not None:
            return outcome.result()
        if self.is_patient:
            self._await_slot()
        else:
            self._nap(self._reserve())
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

    def _reserve(self) -> float:
        wait_seconds = self._budget.reserve()
        self._meter.requests += 1
        if wait_seconds > 0:
            self._meter.add_wait(self._clock(), self._clock() + wait_seconds)
        return wait_seconds

    def _await_slot(self) -> None:
        while (wait_seconds := self._try_take()) > 0:
            self.wait(wait_seconds)

    def _try_take(self) -> float:
        wait_seconds = self._budget.try_take()
        self._meter.requests += wait_seconds <= 0
        return wait_seconds

    def _nap(self, seconds: float) -> None:
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
