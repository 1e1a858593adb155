"""Who gets in, for how long, and what everybody else hears."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from django_clopos.models import Brand, FaceCredential
from django_clopos.testing import make_brand
from tests.face.conftest import PREFIX, Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return make_brand("first")


@pytest.fixture
def caller(brand: Brand) -> Program:
    return Program(brand)


def test_a_sign_in_gives_a_token_for_an_hour(caller: Program) -> None:
    answer = caller.sign_in()

    body = answer.json()
    assert (answer.status_code, body["success"], body["token_type"], body["expires_in"]) == (200, True, "Bearer", 3600)
    assert abs(body["expires_at"] - timezone.now().timestamp() - 3600) < 10
    assert caller.get("venues").status_code == 200
    caller.credential.refresh_from_db()
    assert caller.credential.last_used_at is not None


def test_a_secret_is_kept_as_a_hash_only(caller: Program) -> None:
    stored = FaceCredential.objects.values().get()

    assert caller.secret not in str(stored)
    assert len(stored["secret_hash"]) == 64


@pytest.mark.parametrize(
    ("wrong", "status", "body"),
    [
        ({"client_secret": "guess"}, 401, {"message": "Unauthorized"}),
        ({"client_id": "nobody"}, 401, {"message": "Unauthorized"}),
        ({"client_id": "no\x00body"}, 401, {"message": "Unauthorized"}),
        ({"client_id": "ə" * 5000}, 401, {"message": "Unauthorized"}),
        ({"client_secret": "\ud800"}, 401, {"message": "Unauthorized"}),
        ({"brand": "second"}, 401, {"message": "Unauthorized"}),
        ({"integrator_id": "other"}, 400, {"success": False, "error": "Invalid integrator_id"}),
        *(
            ({name: value}, 400, {
                "success": False, "error": "Missing client_id, client_secret, brand, or integrator_id"
            })
            for name in ("client_id", "client_secret", "brand", "integrator_id") for value in ("", None, 7, ["x"])
        ),
    ],
)  # fmt: skip
def test_whoever_is_not_known_hears_it_as_from_the_remote(
    wrong: dict[str, object], status: int, body: object, caller: Program, brand: Brand
) -> None:
    make_brand("second")
    FaceCredential.objects.update(integrator_id="any")

    answer = caller.sign_in(**wrong)

    assert (answer.status_code, answer.json()) == (status, body)


@pytest.mark.parametrize("body", ["", "[]", "null", "{", '"x"', "[" * 100_000, b"\xff", "x" * 3_000_000], ids=range(8))
def test_a_body_that_is_none_is_refused(body: Any, brand: Brand) -> None:
    answer = Client().post(f"{PREFIX}/auth", data=body, content_type="application/json")

    assert (answer.status_code, answer.json()["success"]) == (400, False)


def test_a_sign_in_is_posted(brand: Brand) -> None:
    assert Client().get(f"{PREFIX}/auth").json()["error"] == "method_not_allowed"


@pytest.mark.parametrize("change", [{"revoked_at": "now"}, {"expires_at": "now"}, {"brand": "inactive"}], ids=str)
def test_what_ends_a_credential_ends_its_tokens_at_once(change: dict[str, Any], caller: Program, brand: Brand) -> None:
    assert caller.get("venues").status_code == 200
    if "brand" in change:
        Brand.objects.update(is_active=False)
    else:
        FaceCredential.objects.update(**dict.fromkeys(change, timezone.now()))

    for answer in (caller.get("venues"), caller.sign_in()):
        assert (answer.status_code, answer.json()) == (401, {"success": False, "error": "Client is disabled"})


def test_a_deleted_credential_has_no_tokens(caller: Program) -> None:
    caller.get("venues")
    FaceCredential.objects.all().delete()

    assert caller.get("venues").json() == {"success": False, "error": "Invalid token"}


def test_a_token_expires(caller: Program) -> None:
    caller.get("venues")
    with time_machine.travel(timezone.now() + timedelta(seconds=3601)):
        answer = caller.get("venues")

    assert (answer.status_code, answer.json()["error"]) == (401, "Token expired")
    assert answer.json()["expires_at"].endswith("Z")


@pytest.mark.parametrize("token", ["x", "a:b:c", "eyJhbGciOiJub25lIn0.e30.", "ə", "x" * 5000])
def test_a_token_of_somebody_else_is_refused(token: str, caller: Program) -> None:
    answer = caller.get("venues", **{"x-token": token})

    assert (answer.status_code, answer.json()) == (401, {"success": False, "error": "Invalid token"})


def test_a_token_of_another_key_is_refused_unless_that_is_a_fallback(caller: Program, settings: Any) -> None:
    caller.get("venues")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    assert caller.get("venues").status_code == 401

    settings.SECRET_KEY_FALLBACKS = [old]
    assert caller.get("venues").status_code == 200


def test_a_changed_key_locks_no_credential_out(caller: Program, settings: Any) -> None:
    settings.SECRET_KEY = "another"
    assert caller.sign_in().status_code == 200


@pytest.mark.parametrize("path", ["venues", "orders", "users", "nothing"])
def test_without_a_token_the_headers_are_missing(path: str, brand: Brand) -> None:
    answer = Client().get(f"{PREFIX}/{path}")

    assert (answer.status_code, answer.json()["success"]) == (401, False)


def test_sign_ins_are_limited_by_address(caller: Program, settings: Any) -> None:
    settings.CLOPOS = {"FACE_SIGN_INS_PER_MINUTE": 2}

    with time_machine.travel(1_800_000_010, tick=False):
        answers = [caller.sign_in(client_secret="guess") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [401, 401, 429]
        assert answers[2].json()["error"] == "rate_limited"
        assert answers[2]["RateLimit-Reset"] == "50"
        other = caller.client.post(f"{PREFIX}/auth", data="{}", content_type="application/json", REMOTE_ADDR="10.0.0.9")
        assert other.status_code == 400
    with time_machine.travel(1_800_000_070, tick=False):
        assert caller.sign_in().status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["orders", "orders/1", "receipts/1", "customers", "receipts/1/close", "waiter-call"])
def test_a_write_is_forbidden(method: str, path: str, caller: Program) -> None:
    caller.get("venues")

    answer = getattr(caller.client, method)(
        f"{PREFIX}/{path}", data=json.dumps({}), content_type="application/json", headers={"x-token": caller.token}
    )

    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")


def test_a_write_to_no_path_is_not_found(caller: Program) -> None:
    caller.get("venues")

    assert caller.client.post(f"{PREFIX}/nothing", headers={"x-token": caller.token}).status_code == 404
    assert caller.client.get(f"{PREFIX}/waiter-call", headers={"x-token": caller.token}).status_code == 405
    assert caller.client.options(f"{PREFIX}/venues", headers={"x-token": caller.token}).status_code == 405


def test_nobody_may_keep_an_answer(caller: Program) -> None:
    assert caller.get("venues")["Cache-Control"] == "private, no-store"
