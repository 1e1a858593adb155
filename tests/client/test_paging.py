"""A walk gives every record once, in order, and ends on evidence or with an error."""

from __future__ import annotations

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
    Endpoint,
    Page,
    RepeatedPage,
)
from tests.client.conftest import CONFIG, Remote, ids, make_rows


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


def test_a_list_that_fits_into_one_page_costs_one_request(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(199)

    assert len(read_ids(client)) == 199
    assert remote.pages_asked == [(1, 200)]


def test_a_full_last_page_is_not_believed_to_be_the_last(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(200)

    assert len(read_ids(client)) == 200
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

    assert [len(page.records) for page in client.pages(CATEGORIES, limit=12, ahead=4)] == [10]
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
    endpoint: Endpoint[Any] = CUSTOMERS if total is None else RECEIPTS
    limit = 996 if total is None else 5

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
