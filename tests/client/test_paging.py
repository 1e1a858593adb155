"""A walk gives every record once, in order, and ends on evidence or with an error."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_clopos.client import (
    CATEGORIES,
    CUSTOMERS,
    PRICE_LISTS,
    PRODUCTS,
    RECEIPTS,
    STOCK_OPERATIONS,
    STOP_LIST,
    USERS,
    VENUES,
    Client,
    EndlessPages,
    NotFound,
    Page,
    RemoteTimeout,
    RepeatedPage,
    ServerError,
)
from tests.client.conftest import CONFIG, Clock, Remote, ids, make_rows

TIMEOUT = httpx.Response(504, json={"message": "upstream"})


def collect(walk: Iterator[Page[Any]], seen: list[int]) -> None:
    for page in walk:
        seen.extend(ids(page.records))


def read_ids(client: Client, **question: Any) -> list[int]:
    return [number for page in client.pages(RECEIPTS, **question) for number in ids(page.records)]


@settings(max_examples=150, deadline=None)
@given(
    count=st.integers(0, 60),
    limit=st.integers(1, 30),
    ahead=st.sampled_from([0, 1, 2, 4, "auto"]),
    clamp=st.integers(1, 40),
    tells_total=st.booleans(),
)
def test_every_record_comes_once_and_in_order(
    count: int, limit: int, ahead: Any, clamp: int, tells_total: bool
) -> None:
    remote = Remote(rows=make_rows(count), clamp=clamp, total="count" if tells_total else None)
    with Client(CONFIG, transport=httpx.MockTransport(remote), sleep=lambda _: None) as client:
        pages = list(client.pages(RECEIPTS, limit=limit, ahead=ahead))

    assert [number for page in pages for number in ids(page.records)] == list(range(1, count + 1))
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert all(page.records for page in pages[1:])


def test_the_page_maximum_is_the_usual_limit(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(250)

    pages = list(client.pages(RECEIPTS))

    assert [len(page.records) for page in pages] == [200, 50]
    assert remote.pages_asked == [(1, 200), (2, 200)]


def test_a_page_tells_what_came_with_it(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(3)
    remote.headers = {"Date": "Mon, 23 Nov 2026 10:00:00 GMT"}

    (page,) = client.pages(RECEIPTS)

    assert page.total == 3
    assert page.date == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert [row.id for row in page.rows()] == [1, 2, 3]
    assert "Row 1" not in repr(page)


@pytest.mark.parametrize("header", ["", "yesterday"])
def test_a_missing_clock_is_none(client: Client, remote: Remote, header: str) -> None:
    remote.headers = {"Date": header}

    assert client.page(RECEIPTS).date is None


def test_an_empty_list_is_one_empty_page(client: Client) -> None:
    pages = list(client.pages(RECEIPTS))

    assert [(page.records, page.total) for page in pages] == [((), 0)]


@pytest.mark.parametrize(
    ("total", "asked"),
    [
        ("count", [1, 2, 3]),  # as many as announced, and the last page is not full
        (None, [1, 2, 3, 4]),  # nothing announced: only an empty page ends it
        (12, [1, 2, 3, 4]),  # fewer came than announced
        (7, [1, 2, 3]),  # more came than announced: a full page asks for one more
        (8, [1, 2, 3]),
        (4, [1, 2, 3]),
    ],
)
def test_totals_may_lie(client: Client, remote: Remote, total: Any, asked: list[int]) -> None:
    remote.rows, remote.total = make_rows(10), total

    assert read_ids(client, limit=4, ahead=0) == list(range(1, 11))
    assert [number for number, _ in remote.pages_asked] == asked


def test_a_full_last_page_is_followed_by_one_more_request(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(8)

    assert len(read_ids(client, limit=4, ahead=0)) == 8
    assert [number for number, _ in remote.pages_asked] == [1, 2, 3]


def test_a_clamped_limit_loses_nothing(client: Client, remote: Remote) -> None:
    remote.rows, remote.clamp = make_rows(250), 100

    assert len(read_ids(client, ahead=0)) == 250
    assert remote.pages_asked == [(1, 200), (2, 200), (3, 200)]


def test_a_short_page_in_the_middle_does_not_end_the_walk(client: Client, remote: Remote) -> None:
    rows = make_rows(12)
    short = httpx.Response(200, json={"data": rows[4:6], "total": 12})
    remote.rows, remote.script = rows, type(remote.script)([None, short])

    assert read_ids(client, limit=4, ahead=0) == [1, 2, 3, 4, 5, 6, 9, 10, 11, 12]


def test_a_total_that_counts_nested_rows_ends_at_an_empty_page(client: Client, remote: Remote) -> None:
    """Whether the total of categories counts the tree or its roots is not documented."""
    remote.rows, remote.total = make_rows(10), 40

    assert [len(page.records) for page in client.pages(CATEGORIES)] == [10]
    assert [number for number, _ in remote.pages_asked] == [1, 2]


@pytest.mark.parametrize("count", [100, 150])
def test_a_list_that_ignores_paging_is_read_once(client: Client, remote: Remote, count: int) -> None:
    remote.rows, remote.ignores_paging = make_rows(count), True

    assert [len(page.records) for page in client.pages(USERS)] == [count]


@pytest.mark.parametrize("ahead", [0, 1])
@pytest.mark.parametrize("total", ["count", None])
def test_a_repeated_page_stops_the_walk(client: Client, remote: Remote, ahead: int, total: Any) -> None:
    rows = make_rows(20)
    remote.rows, remote.total = rows, total
    repeated = httpx.Response(200, json={"data": rows[4:8], **({"total": 20} if total else {})})
    remote.script.extend([None, None, repeated])
    seen: list[int] = []

    with pytest.raises(RepeatedPage, match="GET receipts: page 3 holds the records of an earlier page"):
        collect(client.pages(RECEIPTS, limit=4, ahead=ahead), seen)

    assert seen == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_remote_that_ignores_the_page_number_stops_the_walk(client: Client, remote: Remote) -> None:
    remote.rows, remote.total = make_rows(200), 1000
    remote.ignores_paging = True

    with pytest.raises(RepeatedPage, match="page 2"):
        read_ids(client)


@pytest.mark.parametrize("total", [5, None])
def test_pages_without_end_stop_the_walk(client: Client, remote: Remote, total: int | None) -> None:
    def grow(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        rows = [{"id": page * 100_000 + number} for number in range(996 if total is None else 5)]
        return httpx.Response(200, json={"data": rows, "total": total})

    remote.script.extend([grow] * 2000)
    endpoint, limit = (CUSTOMERS, 996) if total is None else (RECEIPTS, 5)

    with pytest.raises(EndlessPages, match="is still not the last"):
        for _ in client.pages(endpoint, limit=limit, ahead=0):
            pass

    assert len(remote.asked) == (1005 if total is None else 53)


@pytest.mark.parametrize("endpoint", [VENUES, STOP_LIST])
def test_a_list_without_pages_is_one_request_without_page_or_limit(
    client: Client, remote: Remote, endpoint: Any
) -> None:
    remote.rows, remote.total = make_rows(300), None
    remote.script.append(lambda request: httpx.Response(200, json={"data": remote.rows}))

    (page,) = client.pages(endpoint)

    assert len(page.records) == 300
    assert page.limit is None
    assert dict(remote.asked[0].url.params) == {}


def test_the_question_reaches_the_remote(client: Client, remote: Remote) -> None:
    list(
        client.pages(
            RECEIPTS,
            venue=2,
            sort=("updated_at", "desc"),
            dates=(date(2026, 1, 1), date(2026, 1, 2)),
            filters={"status": 2},
        )
    )

    (request,) = remote.asked
    assert request.headers["x-venue"] == "2"
    assert list(request.url.params.multi_items()) == [
        ("page", "1"),
        ("limit", "200"),
        ("sort[0]", "updated_at"),
        ("sort[1]", "-1"),
        ("date[0]", "2026-01-01"),
        ("date[1]", "2026-01-02"),
        ("filters[0][0]", "status"),
        ("filters[0][1]", "2"),
        ("with[0]", "receipt_products"),
        ("with[1]", "receipt_products.modificators"),
    ]


def test_categories_are_asked_with_their_tree_and_the_inactive_ones(client: Client, remote: Remote) -> None:
    client.page(CATEGORIES)

    assert remote.asked[0].url.params["include_children"] == "true"
    assert remote.asked[0].url.params["include_inactive"] == "true"


def test_price_lists_are_sorted_in_their_own_way(client: Client, remote: Remote) -> None:
    client.page(PRICE_LISTS, sort=("name", "asc"))

    assert remote.asked[0].url.params["sort[0][1]"] == "asc"


def test_a_list_below_a_row_is_asked_by_its_parent(client: Client, remote: Remote) -> None:
    list(client.pages(STOCK_OPERATIONS, parent=7))

    assert remote.asked[0].url.path == "/open-api/v2/receipts/7/stock-operations"


WRONG_QUESTIONS: list[tuple[Callable[[Client], object], str]] = [
    (lambda client: client.pages(RECEIPTS, sort=("id", "asc")), "receipts cannot be sorted by 'id', only by closed_at"),
    (lambda client: client.pages(PRODUCTS, sort=("id", "asc")), "only by nothing"),
    (lambda client: client.pages(CUSTOMERS, dates=(date(2026, 1, 1), date(2026, 1, 2))), "cannot be limited to days"),
    (lambda client: client.pages(RECEIPTS, dates=(date(2026, 1, 2), date(2026, 1, 1))), "is after the last"),
    (lambda client: client.pages(RECEIPTS, limit=201), "takes a limit of 1 to 200, not 201"),
    (lambda client: client.pages(RECEIPTS, limit=0), "takes a limit of 1 to 200, not 0"),
    (lambda client: client.pages(VENUES, limit=5), "venues has no pages"),
    (lambda client: client.pages(RECEIPTS, ahead=5), "ahead must be 0 to 4 or 'auto', not 5"),
    (lambda client: client.pages(RECEIPTS, parent=5), "receipts belongs to no parent"),
    (lambda client: client.pages(STOCK_OPERATIONS), "stock-operations needs the id of its parent"),
    (lambda client: client.get(VENUES, 5), "venues cannot be read by id"),
]


@pytest.mark.parametrize(("ask", "sentence"), WRONG_QUESTIONS)
def test_a_question_that_cannot_be_asked_is_refused_at_once(
    client: Client, remote: Remote, ask: Callable[[Client], object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        ask(client)

    assert remote.asked == []


# Pages too slow to come whole


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


# Fetching ahead


def ahead_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("clopos-ahead")]


def test_the_next_page_is_fetched_while_the_current_one_is_used(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(12)
    arrived = threading.Event()

    def note(request: httpx.Request) -> httpx.Response:
        arrived.set()
        return remote._list(request)

    remote.script.extend([None, note])
    walk = client.pages(RECEIPTS, limit=4, ahead=1)
    next(walk)

    assert arrived.wait(5)
    assert [len(page.records) for page in walk] == [4, 4]


def test_as_many_pages_are_in_flight_as_asked_for(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(40)
    together = threading.Barrier(4)

    def meet(request: httpx.Request) -> httpx.Response:
        together.wait(timeout=5)  # breaks, and fails the walk, unless four are there at the same time
        return remote._list(request)

    remote.script.extend([None, meet, meet, meet, meet])

    assert read_ids(client, limit=8, ahead=4) == list(range(1, 41))


def test_latency_decides_how_many_are_in_flight(remote: Remote) -> None:
    remote.rows = make_rows(400)
    clock = Clock()

    def slow(request: httpx.Request) -> httpx.Response:
        clock.now += 0.5
        return remote._list(request)

    remote.script.extend([slow])
    client = Client(CONFIG, transport=httpx.MockTransport(remote), clock=clock, sleep=lambda _: None)
    walk = client.pages(RECEIPTS, limit=20, ahead="auto")
    next(walk)
    walk.close()  # type: ignore[attr-defined]  # a generator

    assert len(remote.asked) == 1 + 3


def test_nothing_is_asked_beyond_the_announced_end(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(10)

    assert len(read_ids(client, limit=4, ahead=4)) == 10
    assert sorted(number for number, _ in remote.pages_asked) == [1, 2, 3]


def test_a_walk_without_ahead_starts_no_thread(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(12)

    for _ in client.pages(RECEIPTS, limit=4, ahead=0):
        assert ahead_threads() == []


@pytest.mark.parametrize("ahead", [1, 4])
def test_a_walk_left_early_leaves_no_thread(client: Client, remote: Remote, ahead: int) -> None:
    remote.rows = make_rows(100)

    for page in client.pages(RECEIPTS, limit=4, ahead=ahead):
        if page.number == 2:
            break

    assert ahead_threads() == []


def test_a_walk_left_early_does_not_sit_out_its_waits(remote: Remote) -> None:
    class SlowBudget:
        waits: Iterator[float] = iter([0.0, 0.0, 3600.0])

        def reserve(self) -> float:
            return next(self.waits)

        def observe(self, *, limit: int | None, remaining: int, reset_seconds: float | None) -> None:
            raise AssertionError("no header was sent")

    remote.rows = make_rows(100)
    client = Client(CONFIG, budget=SlowBudget(), transport=httpx.MockTransport(remote))
    for page in client.pages(RECEIPTS, limit=4, ahead=1):
        if page.number == 2:
            break

    assert [number for number, _ in remote.pages_asked] == [1, 2]
    assert ahead_threads() == []


def test_an_error_of_a_page_sent_ahead_comes_after_the_pages_before_it(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(12)
    remote.script.extend([None, *[httpx.Response(404, json={"success": False, "error": "not_found"})]])
    seen: list[int] = []

    with pytest.raises(NotFound):
        collect(client.pages(RECEIPTS, limit=4, ahead=1), seen)

    assert seen == [1, 2, 3, 4]
    assert ahead_threads() == []


def test_a_failure_of_a_page_sent_ahead_is_repaired(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(20)
    remote.script.extend([None, httpx.ReadError("reset"), httpx.Response(500, json={})])

    assert read_ids(client, limit=4, ahead=4) == list(range(1, 21))
    assert client.usage.retries == 2


def test_an_expired_token_of_pages_sent_ahead_is_renewed_once(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(20)
    expired = httpx.Response(401, json={"success": False, "error": "Token expired"})
    remote.script.extend([None, expired, expired, expired])

    assert read_ids(client, limit=4, ahead=3) == list(range(1, 21))
    assert remote.authentications == 2


def test_a_token_that_cannot_be_had_does_not_take_the_page_before(client: Client, remote: Remote, clock: Clock) -> None:
    remote.rows = make_rows(12)
    walk = client.pages(RECEIPTS, limit=4, ahead=1)
    next(walk)
    next(walk)
    clock.now += 4000
    remote.auth_script.extend([httpx.Response(500, json={})] * 99)

    assert ids(next(walk).records) == [9, 10, 11, 12]


class WatchedClock(Clock):
    """Tells when an answer has arrived in a thread that fetches ahead."""

    def __init__(self) -> None:
        super().__init__()
        self.readings = 0
        self.has_answer = threading.Event()

    def __call__(self) -> float:
        if threading.current_thread().name.startswith("clopos-ahead"):
            self.readings += 1  # one before sending, one after
            if self.readings == 2:
                self.has_answer.set()
        return super().__call__()


def test_waiting_out_a_429_counts_the_time_that_its_answer_lay_here(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = WatchedClock()
    monkeypatch.setattr("time.sleep", clock.sleep)
    remote.rows = make_rows(8)
    remote.script.extend([None, httpx.Response(429, json={}, headers={"RateLimit-Reset": "30"})])
    client = Client(CONFIG, transport=httpx.MockTransport(remote), clock=clock, sleep=clock.sleep)
    walk = client.pages(RECEIPTS, limit=4, ahead=1)
    next(walk)
    assert clock.has_answer.wait(5)
    threading.Event().wait(0.05)  # the clock was read; let the thread note what it read

    clock.now += 20
    next(walk)

    assert clock.slept == [pytest.approx(10.0)]


def test_the_error_of_a_walk_names_the_list(client: Client, remote: Remote) -> None:
    remote.script.extend([httpx.Response(500, json={})] * 5)

    with pytest.raises(ServerError, match=r"^GET receipts: the remote failed \(HTTP 500\) after 5 attempts\. "):
        list(client.pages(RECEIPTS))
