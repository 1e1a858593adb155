"""What happens on a real socket, and what one request looks like there."""

from __future__ import annotations

import dataclasses
import gzip
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version

import httpx
import pytest

from django_clopos.client import VENUES, Client, CloposError, ConnectionLost, RemoteTimeout
from django_clopos.client.transport import Answer, Request, Transport, close_shared_connections
from django_clopos.sandbox import Sandbox, serve
from tests.client.conftest import CONFIG, Clock, Remote

CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b'{"success":true,"data":['


@contextmanager
def listen(answer: Callable[[socket.socket], object]) -> Iterator[str]:
    """Accept connections, read a request from each, and let `answer` do the rest."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                answer(connection)

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/open-api/v2"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def send_once(url: str, **changes: float) -> Answer | CloposError:
    transport = Transport(dataclasses.replace(CONFIG, base_url=url, **changes))  # type: ignore[arg-type]
    try:
        return transport.send(Request(path="venues"))
    finally:
        transport.close()


def test_a_body_cut_short_is_a_lost_connection() -> None:
    with listen(lambda connection: connection.sendall(CUT)) as url:
        assert isinstance(send_once(url), ConnectionLost)


def test_a_connection_closed_without_an_answer_is_lost() -> None:
    with listen(lambda connection: None) as url:
        assert isinstance(send_once(url), ConnectionLost)


def test_an_answer_that_is_not_http_is_a_lost_connection() -> None:
    with listen(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")) as url:
        assert isinstance(send_once(url), ConnectionLost)


def test_silence_is_a_timeout() -> None:
    release = threading.Event()
    with listen(lambda connection: release.wait(10)) as url:
        outcome = send_once(url, read_timeout_seconds=0.1)
        release.set()

    assert isinstance(outcome, RemoteTimeout)


def test_nobody_listening_is_told_with_the_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    outcome = send_once(f"http://127.0.0.1:{port}/open-api/v2")

    assert isinstance(outcome, ConnectionLost)
    assert "refused" in str(outcome)
    assert "CLOPOS_BASE_URL" in str(outcome)


def test_an_unknown_host_is_told() -> None:
    outcome = send_once("http://no-such-host.invalid/open-api/v2")

    assert isinstance(outcome, ConnectionLost)
    assert "no connection could be made" in str(outcome)


def test_a_request_says_who_sends_it_and_what_it_accepts(remote: Remote) -> None:
    with Client(CONFIG, transport=httpx.MockTransport(remote)) as client:
        client.page(VENUES, venue=3)

    headers = remote.asked[0].headers
    assert headers["accept"] == "application/json"
    assert headers["user-agent"] == f"django-clopos/{version('django-clopos')}"
    assert headers["x-venue"] == "3"
    assert "authorization" not in headers
    assert "cookie" not in headers


def test_compressed_answers_are_read(remote: Remote) -> None:
    body = gzip.compress(b'{"success":true,"data":[{"id":1}]}')
    remote.script.append(httpx.Response(200, content=body, headers={"Content-Encoding": "gzip"}))

    with Client(CONFIG, transport=httpx.MockTransport(remote)) as client:
        assert client.page(VENUES).records == (b'{"id":1}',)


def test_a_broken_compression_is_tried_again(remote: Remote, clock: Clock) -> None:
    remote.script.append(
        lambda request: httpx.Response(
            200, stream=httpx.ByteStream(b"not gzip at all"), headers={"Content-Encoding": "gzip"}
        )
    )

    with Client(CONFIG, transport=httpx.MockTransport(remote), clock=clock) as client:
        assert client.page(VENUES).records == ()

    assert len(remote.asked) == 2


def test_an_error_of_the_program_is_not_hidden(remote: Remote) -> None:
    remote.script.append(ZeroDivisionError("ours"))

    with Client(CONFIG, transport=httpx.MockTransport(remote)) as client, pytest.raises(ZeroDivisionError):
        client.page(VENUES)


def test_a_closed_client_can_be_used_again(remote: Remote) -> None:
    with Client(CONFIG, transport=httpx.MockTransport(remote)) as client:
        client.page(VENUES)
    client.page(VENUES)
    client.close()
    client.close()

    assert len(remote.asked) == 2


FORK = """
import json, os, sys
from django_clopos.client import CUSTOMERS, PRODUCTS, Client, Config

url, brand, client_id, client_secret, integrator_id = sys.argv[1:]
client = Client(Config(
    base_url=url, brand=brand, client_id=client_id, client_secret=client_secret, integrator_id=integrator_id,
    requests_per_minute=100_000,
), OPTIONS)
client.page(CUSTOMERS)  # a connection is open when the process forks
child = os.fork()
endpoint = CUSTOMERS if child else PRODUCTS
wrong = 0
for _ in range(60):
    for record in client.page(endpoint, limit=5).records:
        wrong += ("phone" in json.loads(record)) is not (endpoint is CUSTOMERS)
sys.stdout.write(f"{endpoint.name} {wrong}\\n")
sys.stdout.flush()
if child:
    os.waitpid(child, 0)
    client.close()
else:
    os._exit(0)
"""


@pytest.mark.parametrize("options", ["", "shares_connections=True"])
def test_a_fork_gets_connections_of_its_own(options: str) -> None:
    """Over a shared connection a child reads answers that its parent asked for, valid JSON with status 200."""
    sandbox = Sandbox(days=1, receipts_per_day=2, today=date(2026, 11, 20), requests_per_window=10**6)
    credentials = sandbox.credentials("demo")
    with serve(sandbox, port=0) as server:
        program = subprocess.run(
            [
                *(sys.executable, "-W", "error", "-c", FORK.replace("OPTIONS", options), server.url, credentials.brand),
                *(credentials.client_id, credentials.client_secret, credentials.integrator_id),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert program.stderr == ""
    assert sorted(program.stdout.splitlines()) == ["customers 0", "products 0"]


class TestSharedConnections:
    def serve_and_count(self, *, clients: int, shares: bool) -> int:
        """Send a request from each of several clients, one after another, and count the connections made."""
        opened: list[socket.socket] = []

        def answer(connection: socket.socket) -> None:
            opened.append(connection)
            reply = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}"
            connection.sendall(reply)
            while asked := connection.recv(65536):
                assert b"cookie" not in asked.lower()
                connection.sendall(reply)

        with listen(answer) as url:
            for _ in range(clients):
                transport = Transport(dataclasses.replace(CONFIG, base_url=url), shares_connections=shares)
                assert isinstance(transport.send(Request(path="venues")), Answer)
                transport.close()
            close_shared_connections()
        return len(opened)

    def test_clients_that_share_make_one_connection_and_keep_their_cookies_apart(self) -> None:
        assert self.serve_and_count(clients=3, shares=True) == 1

    def test_clients_that_do_not_share_make_one_each(self) -> None:
        assert self.serve_and_count(clients=3, shares=False) == 3

    def test_a_proxy_of_the_environment_is_heeded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[bytes] = []

        def answer(connection: socket.socket) -> None:
            asked.append(b"")
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        with listen(answer) as url:
            monkeypatch.setenv("http_proxy", url.removesuffix("/open-api/v2"))
            transport = Transport(
                dataclasses.replace(CONFIG, base_url="http://somewhere.invalid/v2"), shares_connections=True
            )
            assert isinstance(transport.send(Request(path="venues")), Answer)
            transport.close()
        assert asked
