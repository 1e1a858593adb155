"""How long to leave a job alone after a failure: by what the error says to do next, and longer each time."""

from __future__ import annotations

import random
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError

from django_clopos.client import CloposError, Rejected, Unavailable

_FIRST_AND_LONGEST: tuple[tuple[type[BaseException], timedelta, timedelta], ...] = (
    (Unavailable, timedelta(seconds=15), timedelta(minutes=15)),
    (OperationalError, timedelta(seconds=15), timedelta(minutes=15)),
    (InterfaceError, timedelta(seconds=15), timedelta(minutes=15)),
    # Somebody must change something first; until then every attempt costs the restaurant a failed sign-in.
    (Rejected, timedelta(minutes=5), timedelta(hours=6)),
    (ImproperlyConfigured, timedelta(minutes=5), timedelta(hours=6)),
    (BaseException, timedelta(minutes=2), timedelta(hours=1)),
)
#: So that many brands of one failing remote do not come back at the same moment.
_JITTER = 0.1


def choose_wait(error: BaseException, *, failures: int) -> timedelta:
    """Give the wait after so many failures in a row, this one included."""
    first, longest = next((first, longest) for kind, first, longest in _FIRST_AND_LONGEST if isinstance(error, kind))
    wait = min(first * 2 ** min(failures - 1, 20), longest)
    if isinstance(error, Unavailable):
        wait = max(wait, timedelta(seconds=error.retry_after))
    return timedelta(seconds=wait.total_seconds() * (1 + _JITTER * random.random()))  # noqa: S311  # no secret


def explain(error: BaseException) -> str:
    """Say what went wrong, without what an unforeseen error may quote: rows, addresses, people."""
    if isinstance(error, (CloposError, ImproperlyConfigured)):
        return str(error)
    if isinstance(error, (OperationalError, InterfaceError)):
        return f"The database did not answer ({type(error).__name__}); the worker's log has the whole error."
    return f"An unforeseen error ({type(error).__name__}); the worker's log has its traceback."
