"""Every error body of the wire contract becomes the right error."""

from __future__ import annotations

import json

import pytest

from django_clopos.client import errors
from django_clopos.client.refusals import read_refusal

NOT_FOUND_5 = {
    "success": False,
    "error": [
        {
            "message": "No query results for model [App\\Models\\Auth\\User] 1000",
            "type": "server_side",
            "exception": "NotFoundHttpException",
            "http_code": 404,
        }
    ],
}
MISMATCH = "Integrator is in test mode. But brand is not in test mode"

# status, body, expected kind, slug, words that the message must hold
CASES = [
    # shape 1
    (
        404,
        {"success": False, "error": "not_found", "message": "Receipt not found"},
        errors.NotFound,
        "not_found",
        "Receipt not",
    ),
    (
        404,
        {"success": False, "error": "resource_not_found", "message": "Order not found"},
        errors.NotFound,
        "resource_not_found",
        "Order",
    ),
    (
        400,
        {"success": False, "error": "invalid_parameter", "message": "sort[1] must be 1 or -1"},
        errors.BadRequest,
        "invalid_parameter",
        "sort[1]",
    ),
    (
        400,
        {"success": False, "error": "validation_failed", "message": "Status is not allowed"},
        errors.BadRequest,
        "validation_failed",
        "Status",
    ),
    (
        401,
        {"success": False, "error": "unauthorized", "message": "Missing authentication headers"},
        errors.AuthenticationFailed,
        "unauthorized",
        "Missing",
    ),
    (
        429,
        {"success": False, "error": "rate_limited", "message": "Too many requests. Retry later."},
        errors.RateLimited,
        "rate_limited",
        "Too many",
    ),
    # shape 2
    (401, {"success": False, "error": "Headers are missing"}, errors.AuthenticationFailed, "", "Headers are missing"),
    (401, {"success": False, "error": "Invalid token"}, errors.AuthenticationFailed, "", "Invalid token"),
    (
        401,
        {"success": False, "error": "Token expired", "expires_at": "2026-01-19T11:07:49Z"},
        errors.AuthenticationFailed,
        "",
        "Token expired",
    ),
    (
        400,
        {"success": False, "error": "Invalid integrator_id"},
        errors.AuthenticationFailed,
        "",
        "CLOPOS_INTEGRATOR_ID",
    ),
    (
        400,
        {"success": False, "error": "Missing client_id, client_secret, brand, or integrator_id"},
        errors.AuthenticationFailed,
        "",
        "CLOPOS_CLIENT_ID",
    ),
    (200, {"success": False, "error": MISMATCH}, errors.ConfigurationMismatch, "", "test and production"),
    (401, {"success": False, "error": MISMATCH}, errors.ConfigurationMismatch, "", "test and production"),
    (401, {"success": False, "error": "Client is disabled"}, errors.ModuleOff, "", "Open API add-on"),
    (200, {"success": False, "message": "Client is disabled"}, errors.ModuleOff, "", "Open API add-on"),
    # shape 3
    (
        400,
        {"success": False, "message": "Validation failed", "error": "The name field is required."},
        errors.BadRequest,
        "",
        "name field",
    ),
    (
        409,
        {"success": False, "message": "Customer with this phone number already exists", "error": "duplicate_phone"},
        errors.Conflict,
        "duplicate_phone",
        "already",
    ),
    # shape 4
    (
        404,
        {"success": False, "error": "No query results for model [App\\Models\\Client\\Product] 1000"},
        errors.NotFound,
        "",
        "Product",
    ),
    # shape 5
    (404, NOT_FOUND_5, errors.NotFound, "", "No query results"),
    (200, NOT_FOUND_5, errors.NotFound, "", "No query results"),
    # shape 6
    (
        400,
        {"error": "invalid_parameter", "message": "limit", "details": {"parameter": "limit"}},
        errors.BadRequest,
        "invalid_parameter",
        "limit",
    ),
    (400, {"success": False}, errors.BadRequest, "", "HTTP 400"),
    (401, {"message": "Unauthenticated."}, errors.AuthenticationFailed, "", "Unauthenticated"),
    # modules
    (
        403,
        {"success": False, "error": "User does not have access to module call_center"},
        errors.ModuleOff,
        "",
        "module",
    ),
    (403, {"success": False, "error": "module not available"}, errors.ModuleOff, "", "module"),
    (403, {"success": False, "error": "forbidden"}, errors.Forbidden, "forbidden", "access"),
    # the refusal hides behind 200
    (200, {"success": False, "error": "resource_not_found"}, errors.NotFound, "resource_not_found", "no such row"),
    (200, {"success": False, "error": "Token expired"}, errors.AuthenticationFailed, "", "Token expired"),
    (200, {"success": False}, errors.Rejected, "", "refused"),
    (200, {"success": False, "error": "something_new"}, errors.Rejected, "something_new", "refused"),
    # statuses
    (422, {"message": "The given data was invalid."}, errors.BadRequest, "", "invalid"),
    (418, {"success": False}, errors.Rejected, "", "not known"),
    (500, {"success": False, "error": "server_error"}, errors.ServerError, "server_error", "failed"),
    (503, {"message": "Service Unavailable"}, errors.ServerError, "", "failed"),
    (504, {"message": "upstream"}, errors.RemoteTimeout, "", "timed out"),
    (408, {}, errors.RemoteTimeout, "", "timed out"),
]


@pytest.mark.parametrize(("status", "body", "kind", "slug", "words"), CASES)
def test_each_error_body_becomes_its_error(
    status: int, body: object, kind: type[errors.CloposError], slug: str, words: str
) -> None:
    error = read_refusal(status, json.dumps(body).encode(), {}, method="GET", path="receipts")

    assert type(error) is kind
    assert error.slug == slug
    assert error.status == status
    assert words in str(error)
    assert str(error).startswith("GET receipts: ")
    assert error.what_to_do


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, errors.BrokenBody),
        (301, errors.Rejected),
        (302, errors.Rejected),
        (400, errors.Rejected),
        (401, errors.AuthenticationFailed),
        (403, errors.Forbidden),
        (404, errors.Rejected),
        (429, errors.RateLimited),
        (500, errors.ServerError),
        (502, errors.ServerError),
        (504, errors.RemoteTimeout),
    ],
)
def test_a_page_of_a_proxy_is_judged_by_its_status(status: int, kind: type[errors.CloposError]) -> None:
    error = read_refusal(status, b"<html><title>Oops</title></html>", {})

    assert type(error) is kind
    assert "html" not in str(error)


def test_a_404_that_is_not_the_apis_proves_nothing_about_a_row() -> None:
    """A NotFound confirms removals; a wrong base URL must not."""
    route = {"message": "The route open-api/v3/receipts could not be found.", "exception": "NotFoundHttpException"}

    for body in (b"<html>404 Not Found</html>", b"", b"[]", json.dumps(route).encode()):
        error = read_refusal(404, body, {})
        assert type(error) is errors.Rejected
        assert "CLOPOS_BASE_URL" in error.what_to_do


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit-reset": "17"}, 17.0),
        ({"ratelimit-reset": "0"}, 0.0),
        ({"ratelimit-reset": "2.5"}, 2.5),
        ({"retry-after": "9"}, 9.0),
        ({"ratelimit-reset": "3", "retry-after": "9"}, 3.0),
        ({}, 60.0),
        ({"ratelimit-reset": "soon"}, 60.0),
        ({"ratelimit-reset": "-5"}, 60.0),
        ({"ratelimit-reset": "1768820869"}, 60.0),
        ({"ratelimit-reset": "nan"}, 60.0),
        ({"ratelimit-reset": "inf"}, 60.0),
    ],
)
def test_a_429_tells_how_long_to_wait(headers: dict[str, str], seconds: float) -> None:
    error = read_refusal(429, b"{}", headers)

    assert isinstance(error, errors.RateLimited)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    "body",
    [b'{"error":{"message":"deep"}}', b'{"error":[]}', b'{"error":7,"message":null}', b'{"error":[["x"]]}', b"\xff"],
)
def test_a_strange_body_is_still_an_error(body: bytes) -> None:
    assert isinstance(read_refusal(400, body, {}), errors.Rejected)
