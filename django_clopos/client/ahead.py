"""Requests sent ahead of need, by threads that do nothing but wait for their slot and send."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

from django_clopos.client.errors import CloposError, ConnectionLost
from django_clopos.client.transport import Answer

Outcome: TypeAlias = Answer | CloposError

#: More would only lengthen the queue: four pages in flight hide a latency of 800 ms.
MOST_IN_FLIGHT = 4


class Ahead:
    """The threads of one walk. No thread starts before the first `submit`."""

    def __init__(self, *, sleep: Callable[[float], None] | None = None) -> None:
        """`sleep` None: a wait that `close` cuts short."""
        self._sleep = sleep
        self._closing = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=MOST_IN_FLIGHT, thread_name_prefix="clopos-ahead")

    def submit(self, send: Callable[[], Outcome], *, wait_seconds: float) -> Future[Outcome]:
        """Send after a wait, in another thread."""
        return self._pool.submit(self._send_after, send, wait_seconds)

    def close(self) -> None:
        """Drop what has not been sent and wait for what has."""
        self._closing.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _send_after(self, send: Callable[[], Outcome], wait_seconds: float) -> Outcome:
        if wait_seconds > 0:
            (self._sleep or self._closing.wait)(wait_seconds)
        return ConnectionLost("the walk was closed") if self._closing.is_set() else send()
