"""A sandbox on a socket, the five variables that lead to it, and one call that runs a command as a shell would."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import stamina
from django.core.cache import cache
from django.core.management import CommandError, call_command

from django_clopos.sandbox import Sandbox, serve
from tests.conftest import SLUG

VARIABLES = ("CLOPOS_BASE_URL", "CLOPOS_BRAND", "CLOPOS_CLIENT_ID", "CLOPOS_CLIENT_SECRET", "CLOPOS_INTEGRATOR_ID")


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What a command left behind."""

    status: int
    stdout: str
    error: str
    """The sentence that a shell would see on stderr; empty: none."""


Run = Callable[..., Result]


def open_sandbox(**options: Any) -> Sandbox:
    """Make a small restaurant that ends now, whose rate limits are out of the way."""
    defaults: dict[str, Any] = {"days": 3, "receipts_per_day": 4, "requests_per_window": 10**6}
    return Sandbox(brands=(SLUG,), **(defaults | options))


def name_environment(sandbox: Sandbox, url: str) -> dict[str, str]:
    """Give the five variables for a sandbox."""
    given = sandbox.credentials(SLUG)
    return {
        "CLOPOS_BASE_URL": url,
        "CLOPOS_BRAND": given.brand,
        "CLOPOS_CLIENT_ID": given.client_id,
        "CLOPOS_CLIENT_SECRET": given.client_secret,
        "CLOPOS_INTEGRATOR_ID": given.integrator_id,
    }


def find_closed_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start without configuration and without a token, and let retries wait for nothing."""
    for name in (*VARIABLES, "CLOPOS_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOPOS_REQUESTS_PER_MINUTE", "100000")
    cache.clear()
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A restaurant of this test's own on a socket, and the environment that names it."""
    sandbox = open_sandbox()
    with serve(sandbox, port=0) as server:
        for name, value in name_environment(sandbox, server.url).items():
            monkeypatch.setenv(name, value)
        yield sandbox


@pytest.fixture
def run() -> Run:
    """Run a command with the arguments of a shell."""

    def call(command: str, *arguments: str) -> Result:
        out = io.StringIO()
        try:
            call_command(command, *arguments, stdout=out, no_color=True)
        except CommandError as error:
            return Result(status=error.returncode, stdout=out.getvalue(), error=str(error))
        return Result(status=0, stdout=out.getvalue(), error="")

    return call
