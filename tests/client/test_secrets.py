"""No token, credential or personal value is in any text of the client: repr, message, pickle, traceback, log."""

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Iterator

import httpx
import pytest

from django_clopos.client import RECEIPTS, USERS, VENUES, Client, CloposError, MemoryTokenStore
from tests.client.conftest import CONFIG, TOKEN, Clock, Remote

PRIVATE = "+994500001234"
SECRETS = (CONFIG.client_secret, CONFIG.client_id, CONFIG.integrator_id, TOKEN, PRIVATE)
ECHO = " ".join(SECRETS)

#: Every way to fail, each answer saying all it should not.
STEPS = {
    **{
        f"{status} {name}": httpx.Response(status, **body)  # type: ignore[arg-type]
        for status in (200, 301, 400, 401, 403, 404, 409, 422, 429, 500, 503, 504)
        for name, body in {
            "json": {"json": {"success": False, "error": ECHO, "message": ECHO, "details": {"x": ECHO}}},
            "list": {"json": {"success": False, "error": [{"message": ECHO}]}},
            "html": {"text": f"<html>{ECHO}</html>"},
            "cut": {"text": f'{{"success":false,"error":"{ECHO}'},
        }.items()
    },
    "connect": httpx.ConnectError(ECHO),
    "read": httpx.ReadError(ECHO),
    "timeout": httpx.ReadTimeout(ECHO),
    "protocol": httpx.RemoteProtocolError(ECHO),
    "local protocol": httpx.LocalProtocolError(ECHO),
    "decoding": httpx.DecodingError(ECHO),
    "os": OSError(ECHO),
}


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def texts(error: CloposError) -> Iterator[str]:
    """Everything that a log, a debug page, an error reporter or a queue could keep of it."""
    yield str(error)
    yield repr(error)
    yield repr(vars(error))
    yield pickle.dumps(error).decode("latin-1")
    for link in chain(error):
        yield repr(link) + repr(vars(link))
        assert not type(link).__module__.startswith(("httpx", "httpcore", "pydantic", "json"))
        # The first frame is the test's own, which knows the secrets.
        frames = traceback.StackSummary.extract(
            list(traceback.walk_tb(link.__traceback__))[1:], capture_locals=True
        ).format()
        yield "".join(frames)


def assert_nothing_private(error: CloposError, log: str = "", *, secrets: tuple[str, ...] = SECRETS) -> None:
    for text in (*texts(error), log):
        for secret in secrets:
            assert secret not in text


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_no_failure_of_a_request_shows_a_secret(
    client: Client, remote: Remote, step: httpx.Response | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    remote.script.extend([step] * 99)
    caplog.set_level(logging.DEBUG)

    with pytest.raises(CloposError) as caught:
        client.get(USERS, 5)

    assert_nothing_private(caught.value, caplog.text + "".join(repr(record.__dict__) for record in caplog.records))


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_no_failure_of_authentication_shows_a_secret(
    client: Client, remote: Remote, step: httpx.Response | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    remote.auth_script.extend([step] * 99)
    caplog.set_level(logging.DEBUG)

    with pytest.raises(CloposError) as caught:
        client.check()

    log = caplog.text + "".join(repr(record.__dict__) for record in caplog.records)
    known = tuple(secret for secret in SECRETS if secret != TOKEN)  # none was fetched: it is a word like any other
    assert_nothing_private(caught.value, log, secrets=known)


@pytest.mark.parametrize("token", [f"{TOKEN}\n", f"{TOKEN} ə"])
def test_a_token_that_cannot_be_sent_is_not_shown(client: Client, remote: Remote, token: str) -> None:
    remote.auth_script.extend([httpx.Response(200, json={"success": True, "token": token, "expires_in": 60})] * 5)

    with pytest.raises(CloposError) as caught:
        client.check()

    assert_nothing_private(caught.value)


def test_no_failure_of_a_page_sent_ahead_shows_a_secret(client: Client, remote: Remote) -> None:
    remote.rows = [{"id": number} for number in range(1, 13)]
    remote.script.extend([None, *[httpx.ReadError(ECHO)] * 20])

    with pytest.raises(CloposError) as caught:
        list(client.pages(RECEIPTS, limit=4, ahead=1))

    assert_nothing_private(caught.value)


@pytest.mark.parametrize(
    "record",
    [
        {"id": "x" + PRIVATE, "phone": PRIVATE},
        {"id": 5, "status": {"phone": PRIVATE}, "email": [PRIVATE]},
        {"id": 5, "first_name": [PRIVATE], "hide": PRIVATE + "x"},
    ],
)
def test_a_record_that_does_not_fit_is_not_shown(client: Client, remote: Remote, record: dict[str, object]) -> None:
    remote.rows = [record]
    page = client.page(USERS)

    with pytest.raises(CloposError) as caught:
        page.rows()

    assert PRIVATE not in str(caught.value) + repr(vars(caught.value)) + repr(page)
    assert [type(link) for link in chain(caught.value)] == [type(caught.value)]
    assert "User 0 of the page does not fit" in str(caught.value)


def test_nothing_shows_itself(client: Client, remote: Remote, clock: Clock) -> None:
    store = MemoryTokenStore(clock=clock)
    store.set("key", TOKEN, seconds=60)
    client.page(VENUES)

    shown = repr([client, client.config, client.config.secrets, store, client._exchange.auth, client._exchange])

    assert not any(secret in shown for secret in SECRETS)
