"""A record's id is found wherever it stands, and only where it can be a row's."""

from __future__ import annotations

import pytest

from django_clopos.sync.pages import find_id


@pytest.mark.parametrize(
    "body",
    [
        b'{"id":7}',
        b'{"id":7,"name":"x"}',
        b'{"id": 7, "name": "x"}',
        b'{"name":"x","id":7}',
        b'{"id":"7","name":"x"}',
        b'{"name":{"id":9},"id":7}',
        b'{"id":7,"lines":[{"id":8}]}',
    ],
)
def test_an_id_is_found(body: bytes) -> None:
    assert find_id(body) == 7


@pytest.mark.parametrize(
    "body",
    [
        b'{"id":0}',
        b'{"id":-7,"name":"x"}',
        b'{"id":7.5,"name":"x"}',
        b'{"id":1000000000000,"name":"x"}',
        b'{"id":null,"name":"x"}',
        b'{"lines":[{"id":8}]}',
        b"[7]",
        b"7",
    ],
)
def test_what_cannot_be_an_id_is_none(body: bytes) -> None:
    assert find_id(body) == 0
