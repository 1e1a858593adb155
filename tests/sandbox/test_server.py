"""The sandbox behind a socket, and the door for other processes."""

import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from django_clopos.sandbox import Fault, FaultKind, Sandbox, Server, serve
from tests.sandbox.conftest import Clock, make_sandbox


@pytest.fixture
def remote(clock: Clock) -> Sandbox:
    return make_sandbox(clock, days=1, requests_per_window=10_000)


@pytest.fixture
def server(remote: Sandbox) -> Iterator[Server]:
    with serve(remote, port=0, control=True) as server:
        yield server


@pytest.fixture
def http(server: Server, remote: Sandbox) -> Iterator[httpx.Client]:
    credentials = remote.credentials("demo")
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        body = {name: getattr(credentials, name) for name in ("brand", "client_id", "client_secret", "integrator_id")}
        http.headers["x-token"] = http.post("/auth", json=body).json()["token"]
        yield http


def door(server: Server, path: str) -> str:
    return server.url.replace("/open-api/v2", f"/_sandbox/{path}")


def test_it_answers_below_its_url(server: Server, http: httpx.Client) -> None:
    assert server.url.endswith(f":{server.port}/open-api/v2")
    assert len(http.get("/venues").json()["data"]) == 3
    assert http.get("/products").headers["Content-Encoding"] == "gzip"


def test_a_small_request_takes_no_forty_milliseconds(http: httpx.Client) -> None:
    started = time.perf_counter()
    for _ in range(20):
        http.get("/venues").raise_for_status()
    assert (time.perf_counter() - started) / 20 < 0.02


def test_a_reset_is_a_truncated_body(remote: Sandbox, http: httpx.Client) -> None:
    remote.faults.add(Fault(FaultKind.RESET))
    with pytest.raises(httpx.RemoteProtocolError):
        http.get("/venues")
    assert http.get("/venues").status_code == 200


def test_a_stopped_server_hangs_up(server: Server, http: httpx.Client) -> None:
    assert http.get("/venues").status_code == 200
    server.stop()
    with pytest.raises(httpx.TransportError):
        http.get("/venues")
    server.stop()


def test_a_taken_port_is_an_error(server: Server, remote: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        serve(remote, port=server.port)


def test_the_door_plans_and_clears_faults(server: Server, http: httpx.Client) -> None:
    assert http.post(door(server, "faults"), json={"kind": "html", "times": None}).json() == {"planned": 1}
    assert http.get("/venues").status_code == 502
    assert http.delete(door(server, "faults")).json() == {"planned": 0}
    assert http.get("/venues").status_code == 200


def test_the_door_inserts_changes_lists_and_removes(server: Server, http: httpx.Client, remote: Sandbox) -> None:
    documents = door(server, "documents/demo/users")
    assert http.post(documents, content=b'{"id": 500, "salary": 16.2000}').status_code == 200
    assert http.patch(f"{documents}/500", json={"username": "Təzə"}).status_code == 200
    assert b'{"id":500,"salary":16.2000,"username":"T\\u0259z\\u0259"}' in http.get(documents).content
    assert http.delete(f"{documents}/500").status_code == 200
    assert remote.documents("demo", "users")[-1]["id"] == 18


def test_the_door_lists_documents_in_parts(server: Server, http: httpx.Client) -> None:
    documents = door(server, "documents/demo/customers")
    everything = http.get(documents).json()["data"]
    parts = [http.get(f"{documents}?start={start}&stop={start + 100}").json()["data"] for start in (0, 100, 200, 300)]
    assert [len(part) for part in parts[:2]] == [100, 100]
    assert [document for part in parts for document in part] == everything[:400]


def test_the_door_takes_stop_list_keys(server: Server, http: httpx.Client, remote: Sandbox) -> None:
    entry = remote.documents("demo", "stop-list")[0]
    assert http.delete(door(server, f"documents/demo/stop-list/1,{entry['id']}")).status_code == 200
    assert entry not in remote.documents("demo", "stop-list")


def test_the_door_tells_what_a_brand_has_asked(server: Server, http: httpx.Client, clock: Clock) -> None:
    clock.now += 5
    http.get("/stations?limit=2", headers={"x-venue": "2"})
    told = http.get(door(server, "requests/demo")).json()["data"]
    assert [each["path"] for each in told] == ["auth", "stations"]
    assert told[-1] == {
        "moment": clock.now,
        "method": "GET",
        "path": "stations",
        "query": {"limit": "2"},
        "brand": "demo",
        "venue": 2,
        "status": 200,
    }


def test_the_door_counts_answers_by_brand_and_status(server: Server, http: httpx.Client) -> None:
    http.get("/users/999999")
    http.get("/venues")
    http.get("/venues", headers={"x-token": "forged"})
    assert http.get(door(server, "counts")).json()["data"] == {"demo": {"200": 2, "404": 1}, "": {"401": 1}}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "faults", b'{"kind": "earthquake"}', 400),
        ("POST", "faults", b"{", 400),
        ("GET", "faults", b"", 405),
        ("GET", "documents/nobody/users", b"", 400),
        ("GET", "documents/demo/tables", b"", 400),
        ("GET", "documents/demo/users?start=x", b"", 400),
        ("PATCH", "documents/demo/users/x", b"{}", 400),
        ("GET", "documents/demo/users/1", b"", 405),
        ("GET", "requests/nobody", b"", 400),
        ("DELETE", "requests/demo", b"", 405),
        ("DELETE", "counts", b"", 405),
        ("GET", "window", b"", 404),
    ],
)
def test_the_door_refuses_nonsense(
    server: Server, http: httpx.Client, method: str, path: str, body: bytes, status: int
) -> None:
    answer = http.request(method, door(server, path), content=body)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_the_door_is_closed_by_default(remote: Sandbox) -> None:
    with serve(remote, port=0) as server:
        answer = httpx.delete(door(server, "faults"), trust_env=False)
    assert answer.status_code == 401


def test_importing_the_sandbox_loads_the_standard_library_only() -> None:
    code = (
        "import sys, django_clopos.sandbox\n"
        "tops = {name.partition('.')[0] for name in sys.modules}\n"
        "ours = {name for name in sys.modules if name.startswith('django_clopos')}\n"
        "foreign = {'django', 'httpx', 'pydantic', 'msgspec', 'stamina'} & tops\n"
        "beside = {name for name in ours if not name.startswith('django_clopos.sandbox')} - {'django_clopos'}\n"
        "print(sorted(foreign | beside))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
