"""Which error a refused answer means: reads the six shapes of an error body, and looks the rest up in tables.

Closed by default: what no row knows is Rejected. Source: wire contract, sections 2 and 6.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django_clopos.client.errors import (
    AuthenticationFailed,
    BadRequest,
    BrokenBody,
    CloposError,
    ConfigurationMismatch,
    Conflict,
    Forbidden,
    ModuleOff,
    NotFound,
    RateLimited,
    Rejected,
    RemoteTimeout,
    ServerError,
)
from django_clopos.client.scrub import NO_SECRETS, Secrets, read_slug, scrub

# A longer wait than this is a header misread; v1 sent an epoch there. Source: wire contract, section 7.
LONGEST_RETRY_AFTER_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Said:
    """What an error body says, in whichever shape."""

    slug: str = ""
    texts: tuple[str, ...] = ()
    http_code: int | None = None
    is_json: bool = True


# Words of the body (all of a row's, in lower case) that tell more than the status does; first match wins.
_BY_WORDS: tuple[tuple[tuple[str, ...], type[CloposError], str, str], ...] = (
    (("integrator is in test mode",), ConfigurationMismatch, "test and production are mixed", ""),
    (("brand is not in test mode",), ConfigurationMismatch, "test and production are mixed", ""),
    (("brand is in test mode",), ConfigurationMismatch, "test and production are mixed", ""),
    (
        ("client is disabled",),
        ModuleOff,
        "the Open API module of this brand is switched off",
        "Switch the Open API add-on on in the Clopos back office.",
    ),
    (
        ("invalid integrator_id",),
        AuthenticationFailed,
        "the integrator id is unknown or deactivated",
        "Check CLOPOS_INTEGRATOR_ID; Clopos issues one for each environment.",
    ),
    (
        ("missing client_id",),
        AuthenticationFailed,
        "a credential is missing",
        "Set CLOPOS_CLIENT_ID, CLOPOS_CLIENT_SECRET, CLOPOS_BRAND and CLOPOS_INTEGRATOR_ID.",
    ),
    (("access to module",), ModuleOff, "a module is switched off", ""),
    (("module not available",), ModuleOff, "a module is switched off", ""),
    (("module is not available",), ModuleOff, "a module is switched off", ""),
    (
        ("route", "could not be found"),
        Rejected,
        "the remote knows no such address",
        "Check CLOPOS_BASE_URL; it ends in the version, such as /open-api/v2.",
    ),
)

_BY_SLUG: Mapping[str, int] = {
    "authentication_failed": 401,
    "duplicate_phone": 409,
    "invalid_parameter": 400,
    "not_found": 404,
    "rate_limited": 429,
    "resource_not_found": 404,
    "unauthorized": 401,
    "validation_failed": 400,
}

# Sentences of shapes 2 and 4, which carry no identifier.
_BY_SENTENCE: tuple[tuple[str, int], ...] = (
    ("no query results for model", 404),
    ("headers are missing", 401),
    ("invalid token", 401),
    ("token expired", 401),
)

_BY_STATUS: Mapping[int, tuple[type[CloposError], str]] = {
    400: (BadRequest, "the remote found a parameter wrong"),
    401: (AuthenticationFailed, "the credentials or the token were refused"),
    403: (Forbidden, "access was refused"),
    404: (NotFound, "there is no such row"),
    408: (RemoteTimeout, "the remote timed out"),
    409: (Conflict, "the remote has such a row already"),
    422: (BadRequest, "the remote found a parameter wrong"),
    429: (RateLimited, "too many requests were sent"),
    504: (RemoteTimeout, "the remote timed out"),
}


def read_refusal(
    status: int,
    body: bytes,
    headers: Mapping[str, str],
    *,
    secrets: Secrets = NO_SECRETS,
    method: str = "",
    path: str = "",
) -> CloposError:
    """Give the error that an answer means, whatever its shape; `headers` have names in lower case."""
    said = _read_said(body)
    kind, problem, what_to_do = _decide(status, said)
    attributes: dict[str, Any] = {
        "method": method,
        "path": path,
        "status": status,
        "slug": said.slug,
        "remote_message": scrub("; ".join(said.texts), secrets=secrets),
        "what_to_do": what_to_do,
    }
    if issubclass(kind, RateLimited):
        attributes["retry_after"] = _read_retry_after(headers)
    return kind(f"{problem} (HTTP {status})", **attributes)


def _decide(status: int, said: _Said) -> tuple[type[CloposError], str, str]:
    spoken = " ".join((said.slug, *said.texts)).lower()
    for words, kind, problem, what_to_do in _BY_WORDS:
        if all(word in spoken for word in words):
            return kind, problem, what_to_do
    if not said.is_json and status < 500 and status not in {401, 403, 408, 429}:
        return _decide_foreign(status)
    meant = _read_meant_status(status, said, spoken)
    if meant in _BY_STATUS:
        return *_BY_STATUS[meant], ""
    if meant >= 500:
        return ServerError, "the remote failed", ""
    return Rejected, "the remote refused, in a way that is not known", ""


def _decide_foreign(status: int) -> tuple[type[CloposError], str, str]:
    """Something that is not the API answered. Its 404 proves nothing about a row, so it must not read as NotFound."""
    if status < 300:
        return BrokenBody, "the answer is not JSON", ""
    if status < 400:
        return Rejected, "the address redirects", "Check CLOPOS_BASE_URL: host, https and version must be exact."
    return Rejected, "something other than the API answered", "Check CLOPOS_BASE_URL; it ends in the version."


def _read_meant_status(status: int, said: _Said, spoken: str) -> int:
    """Tell which status is meant: a refusal may come with 200, its real status being in the body."""
    if status >= 300:
        return status
    if said.http_code is not None:
        return said.http_code
    if said.slug in _BY_SLUG:
        return _BY_SLUG[said.slug]
    return next((meant for sentence, meant in _BY_SENTENCE if sentence in spoken), status)


def _read_said(body: bytes) -> _Said:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return _Said(is_json=False)
    if not isinstance(document, dict):
        return _Said(is_json=False)
    texts = [text for key in ("error", "message") for text in _find_texts(document.get(key))]
    error = document.get("error")
    slug = (read_slug(error) if isinstance(error, str) else None) or ""
    return _Said(
        slug=slug,
        texts=tuple(dict.fromkeys(text for text in texts if text != slug)),
        http_code=_find_http_code(error),
    )


def _find_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value[:5]:
            yield from _find_texts(item)
    elif isinstance(value, dict):
        yield from _find_texts(value.get("message"))


def _find_http_code(error: object) -> int | None:
    """Source: wire contract, section 6, shape 5."""
    first = error[0] if isinstance(error, list) and error else error
    code = first.get("http_code") if isinstance(first, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else None


def _read_retry_after(headers: Mapping[str, str]) -> float | None:
    for name in ("ratelimit-reset", "retry-after"):
        try:
            seconds = float(headers.get(name, ""))
        except ValueError:
            continue
        if 0 <= seconds <= LONGEST_RETRY_AFTER_SECONDS:
            return seconds
    return None
