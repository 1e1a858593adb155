"""A request as read from WSGI and a reply as sent to it: headers, gzip, and a body that may break off.

Source: wire contract 3 and 7 for the headers.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django_clopos.sandbox.encoding import encode
from django_clopos.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PREFIX = "/open-api/v2"
_GZIP_ABOVE_BYTES = 1024
_GZIP_WINDOW = zlib.MAX_WBITS | 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    method: str
    path: str
    """Below the prefix, without slashes around it; empty when the prefix is missing."""
    query: str
    token: str | None
    venue: str | None
    address: str
    body: bytes
    takes_gzip: bool


@dataclass(kw_only=True, slots=True)
class Reply:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    breaks_off: bool = False
    """Half of the body is sent, then the connection goes away."""


def read_request(environ: "WSGIEnvironment") -> Request:
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    inside = path.startswith(PREFIX + "/")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return Request(
        method=environ["REQUEST_METHOD"],
        path=path.removeprefix(PREFIX).strip("/") if inside else "",
        query=environ.get("QUERY_STRING", ""),
        token=environ.get("HTTP_X_TOKEN"),
        venue=environ.get("HTTP_X_VENUE"),
        address=environ.get("REMOTE_ADDR") or "127.0.0.1",
        body=environ["wsgi.input"].read(length) if length else b"",
        takes_gzip="gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""),
    )


def json_reply(status: int, body: dict[str, Any]) -> Reply:
    return Reply(status=status, body=encode(body))


def refusal_reply(refusal: Refusal) -> Reply:
    return Reply(status=refusal.status, body=encode(refusal.body), headers=refusal.headers)


def send(reply: Reply, request: Request, start_response: "StartResponse", *, now: float) -> Iterable[bytes]:
    """Start the response and give its body; raises ConnectionResetError in mid-body when it breaks off."""
    body = reply.body
    headers = {"Content-Type": reply.content_type, "Date": formatdate(now, usegmt=True), **reply.headers}
    if request.takes_gzip and len(body) > _GZIP_ABOVE_BYTES:
        body = _gzip(body)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    headers["Content-Length"] = str(len(body))
    start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", list(headers.items()))
    return _break_off(body) if reply.breaks_off else [body]


def _break_off(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise ConnectionResetError("the sandbox broke off in mid-body, as it was told to")


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP_WINDOW)
    return packer.compress(body) + packer.flush()
