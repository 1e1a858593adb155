"""A page that is too slow whole comes in halves, and nothing is lost between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_clopos.client import (
    RECEIPTS,
    Client,
    RemoteTimeout,
)
from tests.client.conftest import CONFIG, Clock, Remote, ids, make_rows

TIMEOUT = httpx.Response(504, json={"message": "upstream"})


def read_ids(client: Client, **question: Any) -> list[int]:
    return [number for page in client.pages(RECEIPTS, **question) for number in ids(page.records)]


def slow_above(remote: Remote, limit: int) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        if int(request.url.params["limit"]) > limit:
            return TIMEOUT
        return remote._list(request)

    return answer


@settings(max_examples=60, deadline=None)
@given(count=st.integers(0, 70), ahead=st.sampled_from([0, 1, 4]), passes=st.sampled_from([4, 8, 16]))
def test_a_slow_page_comes_in_halves_and_loses_nothing(count: int, ahead: int, passes: int) -> None:
    clock, remote = Clock(), Remote(rows=make_rows(count))
    remote.script.extend([slow_above(remote, passes)] * 500)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", clock.sleep)
        client = Client(CONFIG, transport=httpx.MockTransport(remote), clock=clock, sleep=clock.sleep)
        pages = list(client.pages(RECEIPTS, limit=16, ahead=ahead))

    assert [number for page in pages for number in ids(page.records)] == list(range(1, count + 1))
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert all(len(page.records) == 16 for page in pages[:-1])


def test_a_page_is_halved_after_two_timeouts_and_the_next_ones_at_once(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(40)
    remote.script.extend([slow_above(remote, 8)] * 100)

    pages = list(client.pages(RECEIPTS, limit=16, ahead=0))

    assert remote.pages_asked == [(1, 16), (1, 16), (1, 8), (2, 8), (3, 8), (4, 8), (5, 8), (6, 8)]
    assert [len(page.records) for page in pages] == [16, 16, 8]
    assert [(page.limit, page.total) for page in pages] == [(16, 40)] * 3


def test_a_page_is_halved_twice_at_most(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(40)
    remote.script.extend([slow_above(remote, 2)] * 100)

    with pytest.raises(RemoteTimeout, match="after 5 attempts"):
        list(client.pages(RECEIPTS, limit=16, ahead=0))

    assert remote.pages_asked == [(1, 16)] * 2 + [(1, 8)] * 2 + [(1, 4)] * 5


def test_one_timeout_halves_nothing(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(20)
    remote.script.extend([TIMEOUT, None, httpx.ReadTimeout("slow")])

    assert read_ids(client, limit=16, ahead=0) == list(range(1, 21))
    assert remote.pages_asked == [(1, 16), (1, 16), (2, 16), (2, 16)]


def test_a_page_of_a_remote_that_clamps_is_not_halved(client: Client, remote: Remote) -> None:
    """The halves of a clamped page begin elsewhere: rows would be lost."""
    remote.rows, remote.clamp = make_rows(40), 6
    remote.script.extend([None, *[TIMEOUT] * 5])

    with pytest.raises(RemoteTimeout, match="after 5 attempts"):
        read_ids(client, limit=16, ahead=0)


def test_a_first_page_that_clamps_below_its_half_is_not_put_together(client: Client, remote: Remote) -> None:
    remote.rows, remote.clamp = make_rows(40), 6
    remote.script.extend([slow_above(remote, 8)] * 100)

    with pytest.raises(RemoteTimeout):
        read_ids(client, limit=16, ahead=0)


def test_a_single_page_is_never_halved(client: Client, remote: Remote) -> None:
    remote.script.extend([TIMEOUT] * 5)

    with pytest.raises(RemoteTimeout, match="after 5 attempts"):
        client.page(RECEIPTS, limit=100)
