"""Who may ask: the answers of `POST /auth`, and the tokens that it gives out.

A token is a real HS256 JWT, verified by its signature alone, so it outlives a restart with the same seed.

Source: wire contract 2 and 6.
"""

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Callable
from typing import Any

from django_clopos.sandbox.admission import expired, missing_headers, read_credentials
from django_clopos.sandbox.brands import Brand
from django_clopos.sandbox.refusals import Refusal, sentence

Document = dict[str, Any]


class Gate:
    """Gives out tokens and checks them; `find` returns a brand by slug or None."""

    def __init__(self, *, seed: int, lifetime_seconds: int, find: Callable[[str], Brand | None]) -> None:
        self.lifetime_seconds = lifetime_seconds
        self.find = find
        self._grants = itertools.count()
        self._key = hashlib.sha256(f"sandbox:{seed}".encode()).digest()

    def authenticate(self, body: bytes, *, now: float) -> tuple[str, Document]:
        """The brand's slug and the body of a good `POST /auth`. Raises Refusal."""
        wanted = read_credentials(body)
        brand = self.find(wanted["brand"])
        if brand is None:
            raise Refusal(401, {"message": "Unauthorized"})
        if wanted["integrator_id"] != brand.credentials.integrator_id:
            raise sentence(400, "Invalid integrator_id")
        refuse_mismatch(brand, status=200)
        ours = (brand.credentials.client_id, brand.credentials.client_secret)
        if (wanted["client_id"], wanted["client_secret"]) != ours:
            raise Refusal(401, {"message": "Unauthorized"})
        if brand.disabled:
            raise sentence(401, "Client is disabled")
        return brand.slug, self._grant(brand, int(now))

    def admit(self, token: str | None, path: str, *, now: float) -> tuple[Brand, int]:
        """The brand and the default venue of a token. Raises Refusal (401)."""
        if not token:
            raise missing_headers(path)
        claims = self._claims(token)
        brand = self.find(str(claims.get("brand"))) if claims else None
        if claims is None or brand is None:
            raise sentence(401, "Invalid token")
        if claims["exp"] <= now:
            raise expired(claims["exp"])
        if brand.disabled:
            raise sentence(401, "Client is disabled")
        refuse_mismatch(brand, status=401)
        return brand, claims["venue_id"]

    def _grant(self, brand: Brand, now: int) -> Document:
        expires_at = now + self.lifetime_seconds
        claims = {
            "token": hashlib.sha256(f"{brand.slug}:{now}:{next(self._grants)}".encode()).hexdigest(),
            "brand": brand.slug,
            "stage": "beta",
            "venue_id": brand.venue_ids[0],
            "integrator_id": brand.credentials.integrator_id,
            "iat": now,
            "exp": expires_at,
        }
        return {
            "success": True,
            "token": self._sign(claims),
            "token_type": "Bearer",
            "expires_in": self.lifetime_seconds,
            "expires_at": expires_at,
            "message": "Authentication successful",
        }

    def _sign(self, claims: Document) -> str:
        text = f"{_encode_part({'alg': 'HS256', 'typ': 'JWT'})}.{_encode_part(claims)}"
        return f"{text}.{self._signature(text)}"

    def _signature(self, text: str) -> str:
        return _base64(hmac.digest(self._key, text.encode(), "sha256"))

    def _claims(self, token: str) -> Document | None:
        text, _, signature = token.rpartition(".")
        if not text or not hmac.compare_digest(signature.encode(), self._signature(text).encode()):
            return None
        part = text.partition(".")[2]
        claims: Document = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return claims


def refuse_mismatch(brand: Brand, *, status: int) -> None:
    """Test integrators see test brands only. The sentence for the other direction is inferred."""
    if brand.mode == brand.integrator_mode:
        return
    if brand.integrator_mode == "test":
        raise sentence(status, "Integrator is in test mode. But brand is not in test mode")
    raise sentence(status, "Integrator is not in test mode. But brand is in test mode")


def _encode_part(value: Document) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
