"""How a question about a list is checked and written as requests, and how its answers become pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Generic, TypeVar

from django_clopos.client.ahead import Ahead
from django_clopos.client.answers import Page, read_page
from django_clopos.client.endpoints import Endpoint
from django_clopos.client.exchange import Exchange, Pending
from django_clopos.client.query import Query, Scalar, Sort
from django_clopos.client.transport import Answer, Request
from django_clopos.schemas.base import Record

S = TypeVar("S", bound=Record)


class ListSource(Generic[S]):
    """The pages of one list, as a walk asks for them."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        endpoint: Endpoint[S],
        path: str,
        query: Query,
        venue: int | None,
    ) -> None:
        self.path = path
        self._exchange = exchange
        self._endpoint = endpoint
        self._params = query.pairs(sort_form=endpoint.sort_form)
        self._venue = venue
        self._ahead: Ahead | None = None

    @property
    def latency_seconds(self) -> float:
        return self._exchange.latency_seconds

    def prepare(self, number: int, limit: int | None) -> Pending:
        paging = () if limit is None else (("page", str(number)), ("limit", str(limit)))
        return Pending(request=Request(path=self.path, params=paging + self._params, venue=self._venue))

    def start(self, number: int, limit: int | None) -> Pending:
        self._ahead = self._ahead or self._exchange.open_ahead()
        return self._exchange.start(self.prepare(number, limit).request, ahead=self._ahead)

    def finish(self, pending: Pending, *, number: int, limit: int | None, timeouts: int | None) -> Page[S]:
        def read(answer: Answer) -> Page[S]:
            return read_page(
                answer,
                pending.request,
                schema=self._endpoint.schema,
                number=number,
                limit=limit,
                secrets=self._exchange.secrets,
            )

        return self._exchange.finish(pending, read=read, timeouts=timeouts)

    def close(self) -> None:
        if self._ahead is not None:
            self._ahead.close()


def build_query(
    endpoint: Endpoint[Any],
    *,
    sort: Sort | None,
    dates: tuple[date, date] | None,
    filters: Mapping[str, Scalar | Sequence[Scalar]] | None,
    selects: Sequence[str],
) -> Query:
    """Write a question to a list.

    Raises:
        ValueError: the endpoint cannot be asked this.
    """
    if sort is not None and sort[0] not in endpoint.sortable:
        known = ", ".join(sorted(endpoint.sortable)) or "nothing"
        raise ValueError(f"{endpoint.name} cannot be sorted by {sort[0]!r}, only by {known}.")
    if dates is not None and not endpoint.dated:
        raise ValueError(f"{endpoint.name} cannot be limited to days.")
    if dates is not None and dates[0] > dates[1]:
        raise ValueError(f"The first day {dates[0]} is after the last, {dates[1]}.")
    return Query(
        sort=sort, dates=dates, filters=filters or {}, with_=endpoint.with_, selects=selects, fixed=endpoint.params
    )


def choose_limit(endpoint: Endpoint[Any], limit: int | None) -> int | None:
    """Give the limit to ask for; None: the list has no pages.

    Raises:
        ValueError: the endpoint has no pages, or smaller ones.
    """
    maximum = endpoint.page_maximum
    if limit is None:
        return maximum
    if maximum is None:
        raise ValueError(f"{endpoint.name} has no pages, so it takes no limit.")
    if not 1 <= limit <= maximum:
        raise ValueError(f"{endpoint.name} takes a limit of 1 to {maximum}, not {limit}.")
    return limit
