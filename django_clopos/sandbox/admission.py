"""What is asked of whoever wants in, and what is said to who may not.

Source: wire contract 2 and 6.
"""

import json
from datetime import UTC, datetime

from django_clopos.sandbox.refusals import Refusal, sentence, slug_and_message

_FIELDS = ("client_id", "client_secret", "brand", "integrator_id")
_DOCUMENTED_401 = frozenset({"venues", "stations", "products/stop-list", "receipts"})


def expired(moment: float) -> Refusal:
    """`expires_at` is an ISO text here and epoch seconds in `/auth`. Source: wire contract 6."""
    text = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return sentence(401, "Token expired", expires_at=text)


def read_credentials(body: bytes) -> dict[str, str]:
    try:
        wanted = json.loads(body)
    except (ValueError, RecursionError):
        wanted = None
    if not isinstance(wanted, dict) or not all(isinstance(wanted.get(name), str) and wanted[name] for name in _FIELDS):
        raise sentence(400, "Missing client_id, client_secret, brand, or integrator_id")
    return {name: wanted[name] for name in _FIELDS}


def missing_headers(path: str) -> Refusal:
    """Endpoint pages document a slug, the errors page a sentence. Source: wire contract 6."""
    if path == "orders":
        return slug_and_message(401, "unauthorized", "Missing or invalid authentication headers")
    if path in _DOCUMENTED_401:
        return slug_and_message(401, "unauthorized", "Missing authentication headers")
    return sentence(401, "Headers are missing")
