"""A walk uses the budget to the full, whatever the latency, patient or not. Nothing here waits for real."""

from __future__ import annotations

import random
import threading
from concurrent.futures import Future
from typing import Any

import httpx
import pytest

from django_clopos.client import RECEIPTS, Client, InProcessBudget, Rate
from django_clopos.client.transport import Answer
from tests.client.conftest import CONFIG, Clock, Remote, make_rows

SIMULATED_SECONDS = 300.0


class Timeline(Clock):
    """Time of a walk whose answers arrive a latency after their request was sent.

    A thread that sends ahead reads on its own clock when its answer arrives; the walk's clock moves there when the
    answer is wanted (`Future.result`), to the end of a sleep, and by what the user of a page takes.
    """

    def __init__(self, remote: Remote, latency_seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self._remote = remote
        self._latency_seconds = latency_seconds
        self._random = random.Random(7)
        self._own = threading.local()
        self._walk = threading.current_thread()
        self.sent = 0
        real = Future.result

        def wait_for_answer(future: Future[Any], timeout: float | None = None) -> Any:
            outcome = real(future, timeout)
            if isinstance(outcome, Answer):
                self.now = max(self.now, outcome.answered_at)
            return outcome

        monkeypatch.setattr(Future, "result", wait_for_answer)

    def __call__(self) -> float:
        moment = getattr(self._own, "answered_at", None)
        self._own.answered_at = None
        return self.now if moment is None else float(moment)

    def answer(self, request: httpx.Request) -> httpx.Response:
        answered_at = self.now + self._latency_seconds * self._random.uniform(0.8, 1.3)
        if threading.current_thread() is self._walk:
            self.now = answered_at
        else:
            self._own.answered_at = answered_at
        response = self._remote(request)
        self.sent += 1
        return response

    def use_page(self, client: Client, seconds: float) -> None:
        while self.sent < client.usage.requests:
            threading.Event().wait(0.0005)  # for what was sent ahead to read the clock
        self.now += seconds


def count_requests(latency_seconds: float, *, monkeypatch: pytest.MonkeyPatch, is_patient: bool) -> int:
    """Count what a walk over an endless list sends in the simulated time.

    A page is used almost as long as the budget takes for the next one, with a hiccup now and then.
    """
    remote = Remote(rows=make_rows(4 * 3_000))
    line = Timeline(remote, latency_seconds, monkeypatch)
    budget = InProcessBudget(clock=line)
    client = Client(
        CONFIG,
        budget=budget,
        transport=httpx.MockTransport(line.answer),
        clock=line,
        sleep=line.sleep,
        is_patient=is_patient,
    )
    end = line.now + SIMULATED_SECONDS
    walk = client.pages(RECEIPTS, limit=4, ahead="auto")
    for page in walk:
        line.use_page(client, 1.5 if page.number % 100 == 0 else 0.2)
        if line.now >= end:
            break
    walk.close()
    return client.usage.requests


@pytest.mark.parametrize("latency_seconds", [0.002, 0.2, 0.37, 0.6])
def test_a_patient_walk_uses_the_budget_to_the_full(latency_seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    possible = SIMULATED_SECONDS / Rate.per_minute(300).interval_seconds

    assert count_requests(latency_seconds, monkeypatch=monkeypatch, is_patient=True) >= 0.97 * possible
