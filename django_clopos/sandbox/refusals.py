"""The remote's error answers, in all the shapes it has.

Source: wire contract 6. The numbers in the names below are its shape numbers.
"""

from collections.abc import Callable
from typing import Any


class Refusal(Exception):
    """Ends the request with this status, body and headers."""

    def __init__(self, status: int, body: dict[str, Any], *, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}


def slug_and_message(status: int, slug: str, message: str) -> Refusal:
    """Shape 1."""
    return Refusal(status, {"success": False, "error": slug, "message": message})


def sentence(status: int, text: str, **fields: Any) -> Refusal:
    """Shape 2."""
    return Refusal(status, {"success": False, "error": text, **fields})


def invalid_parameter(message: str) -> Refusal:
    return slug_and_message(400, "invalid_parameter", message)


def missing(slug: str, name: str) -> Callable[[object], Refusal]:
    """Shape 1 for GET by id; the key is not repeated."""
    return lambda _key: slug_and_message(404, slug, f"{name} not found")


def rate_limited(headers: dict[str, str]) -> Refusal:
    """Shape 1, as an early v2 page has it; `Retry-After` is not sent."""
    body = {"success": False, "error": "rate_limited", "message": "Too many requests. Retry later."}
    return Refusal(429, body, headers=headers)


def above_maximum(limit: int, maximum: int) -> Refusal:
    """Shape 6, as a v1 page has it. Source: wire contract 5."""
    details = {"parameter": "limit", "provided_value": limit, "valid_range": f"1-{maximum}"}
    message = f"limit must be at most {maximum}"
    return Refusal(400, {"error": "invalid_parameter", "message": message, "details": details})


def not_found_model(model: str, key: object) -> Refusal:
    """Shape 4, live until December 2025."""
    return sentence(404, f"No query results for model [App\\Models\\{model}] {key}")


def not_found_exception(model: str, key: object) -> Refusal:
    """Shape 5, live since December 2025: `error` is an array."""
    problem = {
        "message": f"No query results for model [App\\Models\\{model}] {key}",
        "type": "server_side",
        "exception": "NotFoundHttpException",
        "code": 0,
        "http_code": 404,
    }
    return Refusal(404, {"success": False, "error": [problem]})
