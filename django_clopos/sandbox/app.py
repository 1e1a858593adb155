"""The sandbox itself: a WSGI application with the remote's order of checks, and the doors for tests.

Order of a request: failures of the address, token, venue, rate of the integrator, planned faults and hooks, module,
answer.

Source: wire contract 2 to 7.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from django_clopos.sandbox import marks, paths, stamps
from django_clopos.sandbox.answers import render
from django_clopos.sandbox.brands import Brand, Credentials, make_credentials
from django_clopos.sandbox.documents import Collection, Key
from django_clopos.sandbox.faults import Fault, Faults
from django_clopos.sandbox.plans import AUTH, Plan
from django_clopos.sandbox.rates import Tiers
from django_clopos.sandbox.refusals import Refusal, invalid_parameter, sentence, slug_and_message
from django_clopos.sandbox.replies import Reply, Request, json_reply, read_request, refusal_reply, send
from django_clopos.sandbox.request_log import RequestLog
from django_clopos.sandbox.restaurant import open_restaurant
from django_clopos.sandbox.routes import Router
from django_clopos.sandbox.spoiling import delay_seconds, page_offset, spoil_records, spoil_reply
from django_clopos.sandbox.tokens import Gate

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Document = dict[str, Any]

_CLOSING_SECONDS = 22 * 3600
_MODULES = {"orders": "call_center"}


class Sandbox:
    """The remote, simulated from a seed. An instance is a WSGI application.

    `days`, `receipts_per_day` (of a venue, before the weekday's variation) and `today` (the last business day) decide
    how much was sold. Without `today` that is the current day in Baku up to this moment; with it, that day up to 22:00.
    The same seed, brand and day give the same documents. A brand is made when it is first used. With `shares_past` the
    brands are made of one past, told apart by a mark in every cid: for many brands with long histories in less memory.
    What is changed later is each brand's own.

    `receipt_scope` says whether orders and receipts are limited to the venue of the request: the contract leaves it
    open, as it does `above_maximum` and `variants_at_top_level`. `page_rows` is the most rows that any page holds,
    whatever limit is asked for: with 10 of them a small history takes as many requests as a large one.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        brands: Sequence[str] = ("demo",),
        days: int = 90,
        receipts_per_day: int = 60,
        shares_past: bool = False,
        today: date | None = None,
        latency_seconds: float = 0,
        requests_per_window: int = 300,
        window_seconds: float = 60,
        auth_requests_per_window: int = 60,
        failures_per_window: int = 600,
        token_lifetime_seconds: int = 3600,
        receipt_scope: Literal["venue", "brand"] = "venue",
        above_maximum: Literal["clamp", "reject"] = "clamp",
        page_rows: int | None = None,
        ignore_sort: Iterable[str] = (),
        variants_at_top_level: bool = True,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.seed = seed
        self.brands = tuple(brands)
        self.days = days
        self.receipts_per_day = receipts_per_day
        self.shares_past = shares_past
        self.today = today
        self.latency_seconds = latency_seconds
        self.clock = clock
        self.sleep = sleep
        self.faults = Faults()
        self.requests = RequestLog()
        self._router = Router(
            receipts_are_venue_scoped=receipt_scope == "venue",
            rejects_above_maximum=above_maximum == "reject",
            page_rows=page_rows,
            ignore_sort=frozenset(ignore_sort),
            variants_at_top_level=variants_at_top_level,
        )
        self._hooks: Plan[Callable[[], object]] = Plan()
        self._lock = threading.RLock()
        self._made: dict[str, Brand] = {}
        self._shared: tuple[dict[str, list[Document]], int] | None = None
        self._gate = Gate(seed=seed, lifetime_seconds=token_lifetime_seconds, find=self._find)
        self._tiers = Tiers(
            authentications=auth_requests_per_window,
            failures=failures_per_window,
            requests=requests_per_window,
            seconds=window_seconds,
        )

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

    def documents(self, brand: str, collection: str, *, start: int = 0, stop: int | None = None) -> list[Document]:
        """The remote's own truth, ids ascending, all or those in places `start` to `stop`; for reading only."""
        with self._lock:
            documents, mark = self._collection(brand, collection).ordered()[start:stop], self.brand(brand).mark
        return marks.show(documents, mark) if mark else documents

    def insert(self, brand: str, collection: str, document: Document) -> None:
        """Add a document; only an integer id is required, in the stop list `venue_id` too.

        Raises ValueError when there is no id or it is taken.
        """
        with self._lock:
            self._collection(brand, collection).insert(document)

    def change(self, brand: str, collection: str, key: Key, /, **fields: Any) -> None:
        """Replace top-level fields of the document with this id; `updated_at` becomes now unless given.

        The key in the stop list is (venue, product). Raises KeyError for an unknown one.
        """
        with self._lock:
            target = self._collection(brand, collection)
            before = target.get(key) or {}
            if "updated_at" in before and "updated_at" not in fields:
                now = max(int(self.clock()), self.brand(brand).past_ends)
                fields["updated_at"] = stamps.like(before["updated_at"], now)
            target.change(key, fields)

    def remove(self, brand: str, collection: str, key: Key, /) -> None:
        """Delete for good: gone from lists, 404 by id. Raises KeyError for an unknown id."""
        with self._lock:
            self._collection(brand, collection).remove(key)

    def before_response(self, path: str, act: Callable[[], object], *, times: int | None = 1, skip: int = 0) -> None:
        """Run `act` when a matching request is admitted, before its answer is made; it may change documents.

        `path`, `times` and `skip` as in `Fault`.
        """
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
            self._tiers.count_authentication(request.address, now=now)
            _refuse_method(request, "POST")
            slug, body = self._gate.authenticate(request.body, now=now)
            reply = json_reply(200, body)
        except Refusal as refusal:
            reply = refusal_reply(refusal)
        faults = self._faults_due(AUTH)
        reply = spoil_reply(faults, reply, now=now)
        self.requests.add(request, moment=now, brand=slug, venue=None, status=reply.status)
        return reply

    def _serve(self, request: Request) -> Reply:
        now = self.clock()
        slug, venue, headers = None, None, {}
        try:
            self._tiers.check_failures(request.address, now=now)
            brand, default_venue = self._gate.admit(request.token, request.path, now=now)
            slug, venue = brand.slug, _chosen_venue(request, brand) or default_venue
            integrator = (brand.credentials.integrator_id, brand.slug)
            headers = self._tiers.count_request(integrator, request.address, now=now)
            reply = self._answer(request, brand, venue)
        except Refusal as refusal:
            reply = refusal_reply(refusal)
        reply.headers = {**headers, **reply.headers}
        if reply.status >= 400:
            self._tiers.count_failure(request.address, now=now)
        self.requests.add(request, moment=now, brand=slug, venue=venue, status=reply.status)
        return reply

    def _answer(self, request: Request, brand: Brand, venue: int) -> Reply:
        """The honest answer, and then what the planned faults make of it."""
        route = paths.find(request.path)
        faults = self._faults_due(*route.names)
        for act in self._hooks.due(route.names):
            act()
        try:
            reply = self._look_up(request, route, brand, venue, faults)
        except Refusal as refusal:
            reply = refusal_reply(refusal)
        return spoil_reply(faults, reply, now=self.clock())

    def _look_up(
        self, request: Request, route: paths.Route, brand: Brand, venue: int, faults: Sequence[Fault]
    ) -> Reply:
        _refuse_method(request, "GET")
        _refuse_module(route, brand)
        with self._lock:
            records = self._router.records(route, request.query, brand, venue, page_offset=page_offset(faults))
        for fault in faults:
            spoil_records(fault, records)
        return Reply(status=200, body=render(records, now=self.clock()))

    def _faults_due(self, *names: str) -> list[Fault]:
        """The faults of this request, after the delay that they ask for."""
        faults = self.faults.due(*names)
        delay = delay_seconds(faults)
        if delay:
            self.sleep(delay)
        return faults

    def _find(self, slug: str) -> Brand | None:
        return self.brand(slug) if slug in self.brands else None

    def _collection(self, brand: str, collection: str) -> Collection:
        return self.brand(brand).collection(collection)

    def _make(self, slug: str) -> Brand:
        documents, past_ends = self._share_past() if self.shares_past else self._make_past(slug)
        return Brand(
            slug=slug,
            credentials=make_credentials(slug, seed=self.seed),
            collections={name: Collection(name, rows) for name, rows in documents.items()},
            past_ends=past_ends,
            mark=marks.make_mark(slug) if self.shares_past else None,
        )

    def _make_past(self, slug: str) -> tuple[dict[str, list[Document]], int]:
        """Documents by collection, and when they end."""
        today = self.today or stamps.local_date(self.clock())
        past_ends = stamps.day_start(today) + _CLOSING_SECONDS if self.today else int(self.clock())
        documents = open_restaurant(
            slug, seed=self.seed, days=self.days, receipts_per_day=self.receipts_per_day, today=today, now=past_ends
        )
        return documents, past_ends

    def _share_past(self) -> tuple[dict[str, list[Document]], int]:
        if self._shared is None:
            self._shared = self._make_past("")
            marks.hold_places(self._shared[0])
        return self._shared


def _chosen_venue(request: Request, brand: Brand) -> int | None:
    """Raises Refusal for a venue that the brand does not have; what the remote says then is inferred."""
    if not request.venue:
        return None
    if not request.venue.isdecimal() or int(request.venue) not in brand.venue_ids:
        raise invalid_parameter("x-venue must be the id of a venue")
    return int(request.venue)


def _refuse_method(request: Request, allowed: str) -> None:
    """Raises Refusal (405): writes are not simulated."""
    if request.method != allowed:
        raise slug_and_message(405, "method_not_allowed", f"This path takes {allowed} only")


def _refuse_module(route: paths.Route, brand: Brand) -> None:
    """Raises Refusal (403) for a collection whose module is off. Source: wire contract 6."""
    if route.endpoint.collection in brand.module_off:
        module = _MODULES.get(route.endpoint.collection, route.endpoint.collection)
        raise sentence(403, f"{brand.slug} does not have access to module {module}")
