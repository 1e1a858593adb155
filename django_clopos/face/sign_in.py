"""Who may ask: a credential for a token, and a token for the credential behind it.

A token is signed, not stored. Each request looks its credential up again, so that a revoked one ends at once and a
narrowed one narrows at once. Source: wire contract, section 2.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import models
from django.utils import timezone

from django_clopos.conf import load_settings
from django_clopos.models.face import FaceCredential
from django_clopos.sandbox.admission import expired, missing_headers, read_credentials
from django_clopos.sandbox.refusals import Refusal, sentence

_SALT = "django_clopos.face"


def sign_in(body: bytes) -> dict[str, object]:
    """Give the answer to `POST /auth`. Raises Refusal (400, 401)."""
    wanted = read_credentials(body)
    now = timezone.now()
    credential = _find(client_id=wanted["client_id"]) if _may_be_stored(wanted["client_id"]) else None
    if credential is None or not credential.is_secret(wanted["client_secret"]):
        raise _unauthorized()
    if wanted["brand"] != credential.brand.slug:
        raise _unauthorized()
    if credential.integrator_id not in {"", wanted["integrator_id"]}:
        raise sentence(400, "Invalid integrator_id")
    _demand_good(credential, now)
    FaceCredential.objects.filter(pk=credential.pk).update(last_used_at=now)
    return _grant(credential)


def admit(token: str | None, path: str) -> FaceCredential:
    """Find the credential of a token, with its brand, in one query. Raises Refusal (401)."""
    if not token:
        raise missing_headers(path)
    try:
        claims = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise sentence(401, "Invalid token") from None
    if claims["exp"] <= time.time():
        raise expired(claims["exp"])
    credential = _find(pk=claims["credential"])
    if credential is None:
        raise sentence(401, "Invalid token")
    _demand_good(credential, timezone.now())
    return credential


def _grant(credential: FaceCredential) -> dict[str, object]:
    lifetime = load_settings().FACE_TOKEN_SECONDS
    expires_at = int(time.time()) + lifetime
    return {
        "success": True,
        "token": signing.dumps({"credential": credential.pk, "exp": expires_at}, salt=_SALT),
        "token_type": "Bearer",
        "expires_in": lifetime,
        "expires_at": expires_at,
        "message": "Authentication successful",
    }


def _find(**condition: Any) -> FaceCredential | None:
    rows: models.QuerySet[FaceCredential] = FaceCredential.objects.select_related("brand")
    # The brand's secret is not read, so that a secret of another SECRET_KEY stops no answer.
    return rows.defer("brand__client_secret").filter(**condition).first()


def _may_be_stored(client_id: str) -> bool:
    return client_id.isascii() and client_id.isprintable()


def _demand_good(credential: FaceCredential, now: datetime) -> None:
    if not credential.is_good(now):
        raise sentence(401, "Client is disabled")


def _unauthorized() -> Refusal:
    return Refusal(401, {"message": "Unauthorized"})
