"""Which failures are worth another attempt, and how long to wait before it. Reads and authentication only.

A wait between attempts is slept by stamina, in the caller's thread; `stamina.set_testing` takes the waits out of tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import stamina

from django_clopos.client.errors import RateLimited, RemoteTimeout, Unavailable

T = TypeVar("T")

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 20.0
JITTER_SECONDS = 1.0


def retry(action: Callable[[], T], *, attempts: int, timeouts: int | None = None) -> T:
    """Run an action until it succeeds, `attempts` times at most.

    A spent request budget waits as long as the remote says; other failures that may pass back off with jitter. The
    error raised at the end tells how many attempts were made.

    Args:
        timeouts: give up after this many RemoteTimeout, for a caller that then asks for less; None: like any other.
    """
    made = 0
    timed_out = 0

    def run() -> T:
        nonlocal made
        made += 1
        return action()

    def wait_before_next(error: Exception) -> bool | float:
        nonlocal timed_out
        timed_out += isinstance(error, RemoteTimeout)
        if not isinstance(error, Unavailable) or (timeouts is not None and timed_out >= timeouts):
            return False
        return error.retry_after if isinstance(error, RateLimited) else True

    caller = stamina.RetryingCaller(
        attempts=attempts,
        timeout=None,
        wait_initial=FIRST_WAIT_SECONDS,
        wait_max=LONGEST_WAIT_SECONDS,
        wait_jitter=JITTER_SECONDS,
    )
    try:
        return caller(wait_before_next, run)
    except Unavailable as error:
        error.attempts = made
        raise
