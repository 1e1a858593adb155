"""The sandbox itself: a WSGI application with the remote's order of checks, and the doors for tests.

Order of a request: rate of the address, token, rate of the integrator, module, planned faults, planned hooks, answer.

Source: wire contract 2 to 7.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl

from django_clopos.sandbox import routes, stamps
from django_clopos.sandbox.answers import render
from django_clopos.sandbox.brands import Brand, Credentials, make_credentials
from django_clopos.sandbox.documents import Collection, Key
from django_clopos.sandbox.faults import Fault, FaultKind, Faults, spoil_records, spoil_reply
from django_clopos.sandbox.plans import AUTH, Plan
from django_clopos.sandbox.rates import SlidingWindow
from django_clopos.sandbox.refusals import Refusal, sentence, slug_and_message
from django_clopos.sandbox.replies import Reply, Request, json_reply, read_request, refusal_reply, send
from django_clopos.sandbox.restaurant import open_restaurant
from django_clopos.sandbox.tokens import Gate

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Document = dict[str, Any]

_CLOSING_SECONDS = 22 * 3600
_LOG_LENGTH = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedRequest:
    """One request; neither its token nor its body."""

    method: str
    path: str
    query: dict[str, str]
    brand: str | None
    venue: int | None
    status: int


class Sandbox:
    """The remote, simulated from a seed. An instance is a WSGI application.

    `days`, `receipts_per_day` (of a venue, before the weekday's variation) and `today` (the last business day) decide how
    much was sold; without `today` it is the current day in Baku up to this moment, with it that day up to 22:00. Everything
    is the same for the same seed, brand and day. A brand is made when it is first used.

    `receipt_scope` says whether orders and receipts are limited to the venue of the request: the contract leaves it open.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        brands: Sequence[str] = ("demo",),
        days: int = 90,
        receipts_per_day: int = 60,
        today: date | None = None,
        latency_seconds: float = 0,
        requests_per_window: int = 300,
        window_seconds: float = 60,
        auth_requests_per_window: int = 60,
        failures_per_window: int = 600,
        token_lifetime_seconds: int = 3600,
        receipt_scope: Literal["venue", "brand"] = "venue",
        above_maximum: Literal["clamp", "reject"] = "clamp",
        ignore_sort: Iterable[str] = (),
        variants_at_top_level: bool = True,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.seed = seed
        self.brands = tuple(brands)
        self.days = days
        self.receipts_per_day = receipts_per_day
        self.today = today
        self.latency_seconds = latency_seconds
        self.clock = clock
        self.sleep = sleep
        self.faults = Faults()
        self.requests: list[LoggedRequest] = []
        self._router = routes.Router(
            receipts_are_venue_scoped=receipt_scope == "venue",
            rejects_above_maximum=above_maximum == "reject",
            ignore_sort=frozenset(ignore_sort),
            variants_at_top_level=variants_at_top_level,
        )
        self._hooks: Plan[Callable[[], object]] = Plan()
        self._lock = threading.RLock()
        self._made: dict[str, Brand] = {}
        self._gate = Gate(seed=seed, lifetime_seconds=token_lifetime_seconds, find=self._find)
        self._by_authentication = SlidingWindow(limit=auth_requests_per_window, seconds=window_seconds)
        self._by_failure = SlidingWindow(limit=failures_per_window, seconds=window_seconds)
        self._by_integrator = SlidingWindow(limit=requests_per_window, seconds=window_seconds)

    def brand(self, slug: str) -> Brand:
        """The brand, with the switches that make it refuse. Raises KeyError for one that is not simulated."""
        if slug not in self.brands:
            raise KeyError(f"no brand {slug!r}; there are {', '.join(self.brands)}")
        with self._lock:
            if slug not in self._made:
                self._made[slug] = self._make(slug)
            return self._made[slug]

    def credentials(self, brand: str) -> Credentials:
        return self.brand(brand).credentials

    def secrets(self, brand: str) -> frozenset[str]:
        """Every staff secret that is served, so that a client can prove that it kept none."""
        with self._lock:
            return self.brand(brand).secrets()

    def documents(self, brand: str, collection: str) -> list[Document]:
        """The remote's own truth, ids ascending; for reading only."""
        with self._lock:
            return list(self._collection(brand, collection).ordered())

    def insert(self, brand: str, collection: str, document: Document) -> None:
        """Add a document; only its id is required, in the stop list also `venue_id`. Raises ValueError when it exists."""
        with self._lock:
            self._collection(brand, collection).insert(document)

    def change(self, brand: str, collection: str, id: Key, **fields: Any) -> None:
        """Replace top-level fields; `updated_at` becomes now unless given.

        The `id` in the stop list is (venue, product). Raises KeyError for an unknown one.
        """
        with self._lock:
            target = self._collection(brand, collection)
            before = target.get(id) or {}
            if "updated_at" in before and "updated_at" not in fields:
                fields["updated_at"] = stamps.like(before["updated_at"], int(self.clock()))
            target.change(id, fields)

    def remove(self, brand: str, collection: str, id: Key) -> None:
        """Delete for good: gone from lists, 404 by id. Raises KeyError for an unknown one."""
        with self._lock:
            self._collection(brand, collection).remove(id)

    def before_response(
        self, path: str, act: Callable[[], object], *, times: int | None = 1, skip: int = 0
    ) -> None:
        """Run `act` when a matching request is admitted and before its answer is made; it may insert, change, remove."""
        self._hooks.add(act, path=path, times=times, skip=skip)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = read_request(environ)
        if self.latency_seconds:
            self.sleep(self.latency_seconds)
        reply = self._authenticate(request) if request.path == AUTH else self._serve(request)
        return send(reply, request, start_response, now=self.clock())

    def _authenticate(self, request: Request) -> Reply:
        now = self.clock()
        slug = None
        try:
            if request.method != "POST":
                raise slug_and_message(405, "method_not_allowed", "Use POST")
            self._count(self._by_authentication, request.address, now)
            slug, body = self._gate.authenticate(request.body, now=now)
            reply = json_reply(200, body)
        except _Limited as limited:
            reply = limited.reply
        except Refusal as refusal:
            reply = refusal_reply(refusal)
        reply = self._spoil(self.faults.due(AUTH), reply)
        self._log(request, slug, None, reply.status)
        return reply

    def _serve(self, request: Request) -> Reply:
        now = self.clock()
        brand, venue, headers = None, None, {}
        try:
            if not self._by_failure.usage(request.address, now=now).remaining:
                raise _Limited(self._by_failure, request.address, now)
            brand, venue = self._gate.admit(request.token, request.path, now=now)
            venue = _chosen_venue(request.venue, brand) or venue
            headers = self._admit(request, brand, now)
            reply = self._answer(request, brand, venue)
        except _Limited as limited:
            reply = limited.reply
        except Refusal as refusal:
            reply = refusal_reply(refusal)
        reply.headers = {**headers, **reply.headers}
        if reply.status >= 400:
            self._by_failure.count(request.address, now=now)
        self._log(request, brand and brand.slug, venue, reply.status)
        return reply

    def _admit(self, request: Request, brand: Brand, now: float) -> dict[str, str]:
        """Count the request; the headers tell of the tightest tier."""
        key = (brand.credentials.integrator_id, brand.slug)
        self._count(self._by_integrator, key, now)
        tiers = (
            self._by_integrator.usage(key, now=now),
            self._by_failure.usage(request.address, now=now),
        )
        return min(tiers, key=lambda usage: usage.remaining).headers()

    def _count(self, window: SlidingWindow, key: object, now: float) -> None:
        with self._lock:
            if not window.usage(key, now=now).remaining:
                raise _Limited(window, key, now)
            window.count(key, now=now)

    def _answer(self, request: Request, brand: Brand, venue: int) -> Reply:
        route = routes.find(request.path)
        faults = self.faults.due(*route.names)
        for fault in faults:
            if fault.kind is FaultKind.SLOW:
                self.sleep(fault.seconds)
        for act in self._hooks.due(route.names):
            act()
        try:
            reply = self._look_up(request, route, brand, venue, faults)
        except Refusal as refusal:
            reply = refusal_reply(refusal)
        return self._spoil(faults, reply)

    def _look_up(
        self, request: Request, route: routes.Route, brand: Brand, venue: int, faults: list[Fault]
    ) -> Reply:
        if route.endpoint is None:
            raise slug_and_message(404, "resource_not_found", "Resource not found")
        if request.method != "GET":
            raise slug_and_message(405, "method_not_allowed", "This sandbox is read by GET only")
        _refuse_module(route, brand)
        repeats = any(fault.kind is FaultKind.REPEATED_PAGE for fault in faults)
        with self._lock:
            records = self._router.records(route, request.query, brand, venue, page_offset=-1 if repeats else 0)
        for fault in faults:
            spoil_records(fault, records)
        return Reply(status=200, body=render(records, now=self.clock()))

    def _spoil(self, faults: list[Fault], reply: Reply) -> Reply:
        for fault in faults:
            reply = spoil_reply(fault, reply, now=self.clock())
        return reply

    def _log(self, request: Request, brand: str | None, venue: int | None, status: int) -> None:
        if len(self.requests) >= _LOG_LENGTH:
            del self.requests[: _LOG_LENGTH // 2]
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        self.requests.append(
            LoggedRequest(
                method=request.method, path=request.path, query=query, brand=brand, venue=venue, status=status
            )
        )

    def _find(self, slug: str) -> Brand | None:
        return self.brand(slug) if slug in self.brands else None

    def _collection(self, brand: str, collection: str) -> Collection:
        return self.brand(brand).collection(collection)

    def _make(self, slug: str) -> Brand:
        today = self.today or stamps.local_date(self.clock())
        now = stamps.day_start(today) + _CLOSING_SECONDS if self.today else int(self.clock())
        documents = open_restaurant(
            slug, seed=self.seed, days=self.days, receipts_per_day=self.receipts_per_day, today=today, now=now
        )
        return Brand(
            slug=slug,
            credentials=make_credentials(slug, seed=self.seed),
            collections={name: Collection(name, rows) for name, rows in documents.items()},
        )


class _Limited(Exception):
    """A window is full."""

    def __init__(self, window: SlidingWindow, key: object, now: float) -> None:
        super().__init__()
        body = {"success": False, "error": "rate_limited", "message": "Too many requests. Retry later."}
        self.reply = json_reply(429, body)
        self.reply.headers = window.usage(key, now=now).headers()


def _chosen_venue(header: str | None, brand: Brand) -> int | None:
    """Raises Refusal for a venue that the brand does not have; what the remote says then is inferred."""
    if not header:
        return None
    if not header.isdecimal() or int(header) not in brand.venue_ids:
        raise slug_and_message(400, "invalid_parameter", "x-venue must be the id of a venue")
    return int(header)


def _refuse_module(route: routes.Route, brand: Brand) -> None:
    """Raises Refusal (403) for a module that is off. Source: wire contract 6."""
    off = brand.module_off.intersection(route.names)
    if off:
        module = {"orders": "call_center"}.get(next(iter(off)), next(iter(off)))
        raise sentence(403, f"{brand.slug} does not have access to module {module}")
