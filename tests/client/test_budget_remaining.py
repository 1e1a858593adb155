"""What the client tells of the remote's own count of requests left."""

from __future__ import annotations

import httpx

from django_clopos.client import CUSTOMERS, Client
from tests.client.conftest import Remote, make_rows


def test_nothing_is_known_before_the_remote_has_said_it(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(1)
    client.page(CUSTOMERS)
    assert client.budget_remaining is None


def test_the_last_answer_read_tells_what_is_left(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(1)
    remote.headers = {"RateLimit-Limit": "300", "RateLimit-Remaining": "120", "RateLimit-Reset": "30"}
    client.page(CUSTOMERS)
    assert client.budget_remaining == 120
    remote.headers["RateLimit-Remaining"] = "119"
    client.page(CUSTOMERS)
    assert client.budget_remaining == 119


def test_an_answer_without_the_header_keeps_what_was_said(client: Client, remote: Remote) -> None:
    remote.script.append(httpx.Response(200, json={"data": []}, headers={"RateLimit-Remaining": "7"}))
    client.page(CUSTOMERS)
    client.page(CUSTOMERS)
    assert client.budget_remaining == 7
