"""One view for every address: who asks, what for, and the answer or the refusal in the remote's own shape.

Plain Django: the REST framework's negotiation, parsers and errors would have to be undone one by one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import unquote_plus

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from django_clopos.face.find import find_records
from django_clopos.face.records import Reader
from django_clopos.face.sign_in import admit, sign_in
from django_clopos.face.throttle import count_sign_in
from django_clopos.sandbox.answers import render
from django_clopos.sandbox.endpoints import NOWHERE
from django_clopos.sandbox.paths import Route, find
from django_clopos.sandbox.refusals import Refusal, invalid_parameter, slug_and_message

_AUTH = "auth"
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
#: Longer than any list of filters that a client writes; what reads it may then be simple.
_LONGEST_QUERY = 16_000


@csrf_exempt  # no cookie is looked at, so none can be misused
def answer(request: HttpRequest, address: str) -> HttpResponse:
    """Answer any request below the prefix."""
    try:
        path = address.strip("/")
        if path == _AUTH:
            return _respond(200, msgspec.json.encode(_sign_in(request)))
        return _respond(200, _read(request, path))
    except Refusal as refusal:
        return _respond(refusal.status, msgspec.json.encode(refusal.body), headers=refusal.headers)


def _sign_in(request: HttpRequest) -> dict[str, object]:
    count_sign_in(str(request.META.get("REMOTE_ADDR", "")))
    if request.method != "POST":
        raise _wrong_method("POST")
    try:
        body = request.body
    except RequestDataTooBig:
        raise invalid_parameter("The body is too large") from None
    return sign_in(body)


def _read(request: HttpRequest, path: str) -> bytes:
    started = time.perf_counter()
    credential = admit(request.headers.get("x-token"), path)
    route = find(path)
    _refuse_method(request, route)
    query = request.META.get("QUERY_STRING", "")
    if len(query) > _LONGEST_QUERY or "\x00" in unquote_plus(query):
        raise invalid_parameter("The query string is too long, or holds the character NUL")
    reader = Reader(brand=credential.brand, viewer=credential.viewer)
    records = find_records(reader, route, query, venue=request.headers.get("x-venue"))
    return render(records, now=time.time(), milliseconds=round((time.perf_counter() - started) * 1000))


def _refuse_method(request: HttpRequest, route: Route) -> None:
    """Raise Refusal for what is no reading of a known path."""
    if route.endpoint is NOWHERE and not _is_written_to(route.path):
        raise NOWHERE.missing(route.path)
    if request.method in _WRITES:
        raise slug_and_message(403, "forbidden", "This is a mirror, and it only reads: write to Clopos itself")
    if request.method not in {"GET", "HEAD"} or route.endpoint is NOWHERE:
        raise _wrong_method("GET")


def _is_written_to(path: str) -> bool:
    """Tell whether the remote has this path for writing alone. Source: wire contract, sections 13.16 and 13.19."""
    match path.split("/"):
        case ["waiter-call"] | ["receipts", _, "close"]:
            return True
    return False


def _wrong_method(allowed: str) -> Refusal:
    return slug_and_message(405, "method_not_allowed", f"This path takes {allowed} only")


def _respond(status: int, body: bytes, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
    private = {"Cache-Control": "private, no-store", **(headers or {})}
    return HttpResponse(body, status=status, content_type="application/json", headers=private)
