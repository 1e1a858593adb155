"""A mirrored restaurant behind its Clopos-compatible face, and a program that reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, TestCase

from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand, FaceCredential
from django_clopos.sandbox import Sandbox
from django_clopos.sync.engine import Options, sync
from tests.conftest import SLUG, make_sandbox, open_test_client
from tests.sandbox.conftest import Api

PREFIX = "/open-api/v2"


def issue(brand: Brand, **fields: Any) -> tuple[FaceCredential, str]:
    """Issue a credential, and give its secret."""
    credential = FaceCredential(brand=brand, name="a program", **fields)
    secret = credential.give_secret()
    credential.save()
    return credential, secret


@pytest.fixture(autouse=True)
def forget_sign_ins() -> None:
    """Let every test begin with the sign-ins of a fresh minute."""
    cache.clear()


class Program:
    """Reads the face with a credential; signs in by itself."""

    def __init__(self, brand: Brand, **fields: Any) -> None:
        self.client = Client()
        self.credential, self.secret = issue(brand, **fields)
        self.brand = brand
        self.token = ""

    def sign_in(self, **fields: object) -> Any:
        body = {
            "client_id": self.credential.client_id,
            "client_secret": self.secret,
            "brand": self.brand.slug,
            "integrator_id": "any",
        }
        return self.client.post(f"{PREFIX}/auth", data=json.dumps(body | fields), content_type="application/json")

    def get(self, path: str, *, venue: object = None, **headers: str) -> Any:
        """GET below the prefix; the query is part of the path."""
        self.token = self.token or self.sign_in().json()["token"]
        sent = {"x-token": self.token} | ({} if venue is None else {"x-venue": str(venue)}) | headers
        address, _, query = path.partition("?")
        return self.client.get(f"{PREFIX}/{address}", QUERY_STRING=query, headers=sent)

    def rows(self, path: str, *, venue: object = None) -> list[Any]:
        answer = self.get(path, venue=venue)
        assert answer.status_code == 200, answer.content
        rows: list[Any] = answer.json()["data"]
        return rows


@pytest.fixture(scope="module")
def restaurant() -> Sandbox:
    """The remote that was mirrored; for reading only."""
    return make_sandbox()


@contextmanager
def open_mirror(remote: Sandbox) -> Iterator[Brand]:
    """Mirror a remote, stock operations too, and take it back in the end."""
    atomics = TestCase._enter_atomics()
    brand = Brand.objects.create(slug=SLUG)
    with open_test_client(remote) as client:
        sync(brand, RESOURCES, options=Options(), client=client)
    yield brand
    TestCase._rollback_atomics(atomics)


@pytest.fixture(scope="module")
def mirrored(restaurant: Sandbox, django_db_setup: None, django_db_blocker: Any) -> Iterator[Brand]:
    """Its mirror, stock operations too, made once for the tests of a module."""
    with django_db_blocker.unblock(), open_mirror(restaurant) as brand:
        yield brand


@pytest.fixture(scope="module")
def program(mirrored: Brand) -> Program:
    """A program that may see everything of the brand."""
    return Program(mirrored, sees_personal=True)


@pytest.fixture(scope="module")
def remote(restaurant: Sandbox) -> Iterator[Api]:
    """The remote itself, asked in the same way."""
    api = Api(restaurant).log_in()
    yield api
    api.http.close()
