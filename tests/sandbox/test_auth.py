"""Who gets a token, and what a token is good for."""

from datetime import UTC, datetime

import pytest

from django_clopos.sandbox import Sandbox
from tests.sandbox.conftest import NOON, Api, Clock, make_sandbox


@pytest.fixture
def stranger(remote: Sandbox) -> Api:
    """A client that has no token yet."""
    return Api(remote)


def test_good_credentials_get_a_token(stranger: Api) -> None:
    answer = stranger.authenticate().json()
    assert set(answer) == {"success", "token", "token_type", "expires_in", "expires_at", "message"}
    assert (answer["token_type"], answer["expires_in"], answer["expires_at"]) == ("Bearer", 3600, int(NOON) + 3600)
    assert answer["token"].count(".") == 2


def test_every_token_is_another(stranger: Api) -> None:
    assert stranger.authenticate().json()["token"] != stranger.authenticate().json()["token"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"brand": "demo"}', b'{"client_id": 1}'])
def test_missing_fields_are_a_bad_request(stranger: Api, body: bytes) -> None:
    answer = stranger.http.post("/auth", content=body)
    error = "Missing client_id, client_secret, brand, or integrator_id"
    assert (answer.status_code, answer.json()) == (400, {"success": False, "error": error})


def test_an_unknown_integrator_is_a_bad_request(stranger: Api) -> None:
    answer = stranger.authenticate(integrator_id="somebody")
    assert (answer.status_code, answer.json()) == (400, {"success": False, "error": "Invalid integrator_id"})


@pytest.mark.parametrize("field", ["client_id", "client_secret", "brand"])
def test_wrong_credentials_get_a_message_only(stranger: Api, field: str) -> None:
    answer = stranger.authenticate(**{field: "wrong"})
    assert answer.status_code == 401
    assert set(answer.json()) == {"message"}


def test_a_test_integrator_is_refused_with_status_200(stranger: Api, remote: Sandbox) -> None:
    remote.brand("demo").integrator_mode = "test"
    answer = stranger.authenticate()
    error = "Integrator is in test mode. But brand is not in test mode"
    assert (answer.status_code, answer.json()) == (200, {"success": False, "error": error})
    remote.brand("demo").mode = "test"
    assert stranger.authenticate().json()["success"] is True


def test_a_test_brand_is_refused_too(api: Api, remote: Sandbox) -> None:
    remote.brand("demo").mode = "test"
    assert api.authenticate().json()["success"] is False
    answer = api.get("venues")
    assert (answer.status_code, answer.json()["success"]) == (401, False)


def test_a_disabled_client_is_refused(api: Api, remote: Sandbox) -> None:
    remote.brand("demo").disabled = True
    assert api.authenticate().json()["error"] == "Client is disabled"
    assert api.get("venues").status_code == 401


def test_auth_takes_post_only(stranger: Api) -> None:
    assert stranger.get("auth").status_code == 405


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("venues", {"success": False, "error": "unauthorized", "message": "Missing authentication headers"}),
        ("orders", {"success": False, "error": "unauthorized", "message": "Missing or invalid authentication headers"}),
        ("users", {"success": False, "error": "Headers are missing"}),
    ],
)
def test_a_request_without_a_token_is_refused(stranger: Api, path: str, body: object) -> None:
    answer = stranger.get(path)
    assert (answer.status_code, answer.json()) == (401, body)


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", ".", "eyJhbGciOiJIUzI1NiJ9.e30.AAAA"])
def test_a_token_of_somebody_else_is_invalid(stranger: Api, token: str) -> None:
    answer = stranger.http.get("/venues", headers={"x-token": token})
    assert (answer.status_code, answer.json()) == (401, {"success": False, "error": "Invalid token"})


def test_a_token_that_was_tampered_with_is_invalid(api: Api) -> None:
    head, claims, signature = api.http.headers["x-token"].split(".")
    api.http.headers["x-token"] = f"{head}.{claims[:-4]}AAAA.{signature}"
    assert api.get("venues").json()["error"] == "Invalid token"


def test_a_token_expires(api: Api, clock: Clock) -> None:
    clock.now += 3599
    assert api.get("venues").status_code == 200
    clock.now += 1
    answer = api.get("venues")
    assert answer.status_code == 401
    assert answer.json()["error"] == "Token expired"
    expires_at = datetime.fromisoformat(answer.json()["expires_at"])
    assert expires_at == datetime.fromtimestamp(clock.now, UTC)


def test_a_token_of_another_seed_is_invalid(api: Api, clock: Clock) -> None:
    other = Api(make_sandbox(clock, seed=2, days=1))
    other.http.headers["x-token"] = api.http.headers["x-token"]
    assert other.get("venues").json()["error"] == "Invalid token"


def test_brands_are_apart(clock: Clock) -> None:
    sandbox = make_sandbox(clock, brands=("demo", "other"), days=2)
    demo, other = Api(sandbox).log_in(), Api(sandbox, brand="other").log_in()
    assert demo.rows("receipts") != other.rows("receipts")
    assert sandbox.credentials("demo").client_secret != sandbox.credentials("other").client_secret


def test_a_module_that_is_off_is_forbidden(api: Api, remote: Sandbox) -> None:
    remote.brand("demo").module_off = {"orders"}
    answer = api.get("orders")
    assert answer.status_code == 403
    assert answer.json()["error"] == "demo does not have access to module call_center"
    assert api.get("orders/1").status_code == 403
    assert api.get("receipts").status_code == 200


def test_an_unknown_brand_is_a_key_error(remote: Sandbox) -> None:
    with pytest.raises(KeyError, match="no brand 'nobody'"):
        remote.brand("nobody")
