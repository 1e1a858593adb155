"""What can be asked of one brand, in typed calls: lists, single rows, and whether the configuration works."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from django_clopos.client.answers import Page, Single, read_single
from django_clopos.client.auth import MemoryTokenStore, TokenStore
from django_clopos.client.budget import Budget, InProcessBudget
from django_clopos.client.config import Config
from django_clopos.client.endpoints import RECEIPTS, VENUES, Endpoint
from django_clopos.client.exchange import Exchange, Pending, Usage
from django_clopos.client.lists import ListSource, build_query, choose_limit
from django_clopos.client.pace import AUTH_RATE
from django_clopos.client.paging import AheadCount, Walk, check_ahead
from django_clopos.client.query import Query, Scalar, Sort
from django_clopos.client.transport import Answer, Request, Transport
from django_clopos.schemas import Receipt, Venue
from django_clopos.schemas.base import Record

if TYPE_CHECKING:
    from uuid import UUID

    import httpx

S = TypeVar("S", bound=Record)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """What a successful check of the configuration learned."""

    token_seconds: float
    """How long the new token lives."""
    venues: tuple[Venue, ...]
    """Every venue that the credentials can see."""
    clock_skew_seconds: float | None
    """Our clock minus the remote's; None: it did not tell its time."""
    usage: Usage
    """What the check cost."""


class Client:
    """Reads one brand. Share it between calls, not between threads; a fork gets connections of its own.

    Args:
        budget: shared with other processes; by default this client's own, which is right only if it is the only one.
        auth_budget: the same for sign-ins, which the remote counts by address, over all brands.
        tokens: where the token is kept; by default in this client.
        is_patient: let the requests of other clients go first: see `is_patient`.
        transport: an httpx transport in place of the network, such as `httpx.WSGITransport` over the sandbox.
        shares_connections: with the other clients of this process that do, so that they outlive this one.
        sleep: how to wait for the budget; by default a wait that closing cuts short.
        clock: monotonic seconds.
        wall_clock: epoch seconds.
    """

    def __init__(
        self,
        config: Config,
        *,
        budget: Budget | None = None,
        auth_budget: Budget | None = None,
        tokens: TokenStore | None = None,
        is_patient: bool = False,
        transport: httpx.BaseTransport | None = None,
        shares_connections: bool = False,
        sleep: Callable[[float], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.config = config
        self._wall_clock = wall_clock
        self._transport = Transport(config, base=transport, shares_connections=shares_connections, clock=clock)
        self._exchange = Exchange(
            config,
            transport=self._transport,
            budget=budget or InProcessBudget(requests_per_minute=config.requests_per_minute, clock=clock),
            auth_budget=auth_budget or InProcessBudget(rate=AUTH_RATE, clock=clock),
            tokens=tokens or MemoryTokenStore(clock=clock),
            is_patient=is_patient,
            clock=clock,
            sleep=sleep,
        )

    def __repr__(self) -> str:
        return f"Client({self.config!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of this process; the client can be used again."""
        self._transport.close()

    @property
    def is_patient(self) -> bool:
        """Whether requests take only slots of the budget that nobody else waits for, such as those of a backfill.

        It costs nothing while nobody else asks. May be changed between two requests, also in the middle of a walk.
        """
        return self._exchange.is_patient

    @is_patient.setter
    def is_patient(self, value: bool) -> None:
        self._exchange.is_patient = value

    @property
    def usage(self) -> Usage:
        """What was used since the client was made; the difference of two is what happened between them."""
        return self._exchange.usage

    @property
    def latency_seconds(self) -> float:
        """Time from sending a request to its whole answer, smoothed; 0 before the first."""
        return self._exchange.latency_seconds

    @property
    def budget_remaining(self) -> int | None:
        """Requests that the remote said were left, in the last answer read; None: it has not said yet."""
        return self._exchange.budget_remaining

    def pages(
        self,
        endpoint: Endpoint[S],
        *,
        parent: int | None = None,
        venue: int | None = None,
        sort: Sort | None = None,
        dates: tuple[date, date] | None = None,
        filters: Mapping[str, Scalar | Sequence[Scalar]] | None = None,
        selects: Sequence[str] = (),
        limit: int | None = None,
        ahead: AheadCount = 1,
    ) -> Generator[Page[S], None, None]:
        """Walk a list from its first page to its end. Close the generator to leave early.

        Args:
            parent: clopos id of the row that the list belongs to, where the endpoint has one.
            venue: clopos id of the venue to ask for; None: the token's own.
            sort: a field and "asc" or "desc".
            dates: first and last day of `created_at`, both included.
            limit: rows a page; None: the endpoint's maximum.
            ahead: pages to fetch while the current one is used, 0 to 4, or "auto" by latency. With 0, no threads.

        Raises:
            ValueError: the endpoint cannot be asked this.
            CloposError: while iterating; the pages given before it are good.
        """
        query = build_query(endpoint, sort=sort, dates=dates, filters=filters, selects=selects)
        check_ahead(ahead)
        source = ListSource(
            self._exchange,
            endpoint=endpoint,
            path=endpoint.list_path(parent=parent),
            query=query,
            venue=venue,
        )
        return Walk(source, limit=choose_limit(endpoint, limit), ahead=ahead).pages()

    def page(
        self,
        endpoint: Endpoint[S],
        *,
        number: int = 1,
        limit: int = 1,
        parent: int | None = None,
        venue: int | None = None,
        sort: Sort | None = None,
        dates: tuple[date, date] | None = None,
        filters: Mapping[str, Scalar | Sequence[Scalar]] | None = None,
        selects: Sequence[str] = (),
    ) -> Page[S]:
        """Read one page; by default a single row, to learn the total. Arguments as for `pages`."""
        source = ListSource(
            self._exchange,
            endpoint=endpoint,
            path=endpoint.list_path(parent=parent),
            query=build_query(endpoint, sort=sort, dates=dates, filters=filters, selects=selects),
            venue=venue,
        )
        asked = None if endpoint.page_maximum is None else choose_limit(endpoint, limit)
        return source.finish(source.prepare(number, asked), number=number, limit=asked, timeouts=None)

    def get(self, endpoint: Endpoint[S], clopos_id: int, *, venue: int | None = None) -> Single[S]:
        """Read one row by its id.

        Raises:
            NotFound: there is no such id in this brand and venue.
            ValueError: the remote gives no such row by id.
        """
        return self._get(endpoint, endpoint.detail_path(clopos_id), venue=venue)

    def get_receipt_by_cid(self, cid: UUID, *, venue: int | None = None) -> Single[Receipt]:
        """Read one receipt by the id that its terminal gave it. Source: wire contract, section 13.15."""
        return self._get(RECEIPTS, f"{RECEIPTS.path}/cid/{cid}", venue=venue)

    def check(self) -> Check:
        """Authenticate afresh and read the venues, to prove the whole configuration.

        Raises:
            CloposError: what does not work, and what to do about it.
        """
        before = self.usage
        grant = self._exchange.auth.authenticate()
        page = self.page(VENUES)
        skew = None if page.date is None else self._wall_clock() - page.date.timestamp()
        return Check(
            token_seconds=grant.lifetime_seconds,
            venues=tuple(page.rows()),
            clock_skew_seconds=skew,
            usage=self.usage - before,
        )

    def _get(self, endpoint: Endpoint[S], path: str, *, venue: int | None) -> Single[S]:
        request = Request(path=path, params=Query(with_=endpoint.detail_with).pairs(), venue=venue)

        def read(answer: Answer) -> Single[S]:
            return read_single(answer, request, schema=endpoint.schema, secrets=self._exchange.secrets)

        return self._exchange.finish(Pending(request=request), read=read)
