"""The only door to the network: sends one request once, and gives what came back as a value.

Failures are returned, not raised: an httpx error holds its request, and the request the token, so none of them may end
up in a chained exception. An httpx client belongs to one process: shared over a fork, a child reads another's answers.
"""

from __future__ import annotations

import atexit
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from urllib.request import getproxies

import httpx

from django_clopos.client.config import Config
from django_clopos.client.errors import BrokenBody, CloposError, ConnectionLost, Rejected, RemoteTimeout
from django_clopos.client.query import Pairs
from django_clopos.client.scrub import scrub

KEEPALIVE_SECONDS = 60.0
CONNECTIONS = 10

_LIMITS = httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=KEEPALIVE_SECONDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One thing to ask of the remote."""

    path: str
    """Below the base URL."""

    method: str = "GET"
    params: Pairs = field(default=(), repr=False)
    venue: int | None = None
    """Clopos id of the venue to ask for; None: the token's own."""

    json: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A token that does not show itself, not even in the locals of a traceback."""

    value: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    body: bytes = field(repr=False)
    elapsed_seconds: float
    answered_at: float
    """On the clock of the transport."""


class Transport:
    """Sends requests; may be used by several threads."""

    def __init__(
        self,
        config: Config,
        *,
        base: httpx.BaseTransport | None = None,
        shares_connections: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`shares_connections`: with every other transport of this process that does; they outlive `close`."""
        self._config = config
        self._base = base
        self._shares_connections = shares_connections
        self._clock = clock
        self._clients: dict[int, httpx.Client] = {}

    def send(self, request: Request, token: Token | None = None) -> Answer | CloposError:
        """Send once, without retry, redirect or wait."""
        started_at = self._clock()
        try:
            response = self._client().request(
                request.method,
                f"{self._config.base_url}/{request.path}",
                params=request.params or None,
                headers=_write_headers(request, token),
                json=request.json,
            )
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return self._name_failure(error, request, token)
        answered_at = self._clock()
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.content,
            elapsed_seconds=answered_at - started_at,
            answered_at=answered_at,
        )

    def close(self) -> None:
        """Close this process's connections. Those of a parent process are left to it."""
        client = self._clients.pop(os.getpid(), None)
        if client is not None:
            client.close()

    def _client(self) -> httpx.Client:
        # No lock: a lock that another thread holds while the process forks would stay locked in the child for ever.
        pid = os.getpid()
        return self._clients.get(pid) or self._clients.setdefault(pid, self._make_client())

    def _make_client(self) -> httpx.Client:
        config = self._config
        return httpx.Client(
            http2=False,
            follow_redirects=False,
            timeout=httpx.Timeout(
                connect=config.connect_timeout_seconds,
                read=config.read_timeout_seconds,
                write=config.write_timeout_seconds,
                pool=config.pool_timeout_seconds,
            ),
            limits=_LIMITS,
            headers={"Accept": "application/json", "User-Agent": f"django-clopos/{version('django-clopos')}"},
            transport=self._base or (_share_connections() if self._shares_connections else None),
        )

    def _name_failure(self, error: Exception, request: Request, token: Token | None) -> CloposError:
        kind, problem = _classify(error)
        reason = scrub(str(error), secrets=self._config.secrets.add(token.value if token else ""))
        if kind is ConnectionLost and reason:
            problem = f"{problem} ({reason})"
        return kind(problem, method=request.method, path=request.path)


class _KeptOpen(httpx.BaseTransport):
    """Connections that a client does not close with itself. Cookies stay with the client: brands share none."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport(limits=_LIMITS)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._inner.handle_request(request)

    def close_all(self) -> None:
        """Close them after all."""
        self._inner.close()


_kept: dict[int, _KeptOpen] = {}


def _share_connections() -> httpx.BaseTransport | None:
    """Give this process's connections; a client of its own for every task would cost 25 ms and a handshake each time.

    None where the environment names a proxy, which httpx heeds only in transports that it makes itself.
    """
    if getproxies():
        return None
    pid = os.getpid()
    if pid not in _kept:
        atexit.register(close_shared_connections)
    return _kept.get(pid) or _kept.setdefault(pid, _KeptOpen())


def close_shared_connections() -> None:
    """Close this process's shared connections; the next client that shares opens new ones."""
    kept = _kept.pop(os.getpid(), None)
    if kept is not None:
        kept.close_all()


def _write_headers(request: Request, token: Token | None) -> dict[str, str]:
    """Source: wire contract, section 3."""
    headers = {} if token is None else {"x-token": token.value}
    if request.venue is not None:
        headers["x-venue"] = str(request.venue)
    return headers


# First match wins, so that a timeout while connecting is not taken for a slow answer.
_FAILURES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], type[CloposError], str], ...] = (
    ((httpx.ConnectTimeout, httpx.ConnectError), ConnectionLost, "no connection could be made"),
    (httpx.PoolTimeout, ConnectionLost, "no connection became free in time"),
    (httpx.TimeoutException, RemoteTimeout, "no answer came in time"),
    (httpx.DecodingError, BrokenBody, "the compressed answer cannot be read"),
    (
        (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL),
        Rejected,
        "the request cannot be written; a credential or the base URL holds odd characters",
    ),
)


def _classify(error: Exception) -> tuple[type[CloposError], str]:
    for kinds, wrapped, problem in _FAILURES:
        if isinstance(error, kinds):
            return wrapped, problem
    return ConnectionLost, "the connection broke"
