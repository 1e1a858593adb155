"""How often an address may sign in: counted in the site's cache, by the minute. Source: wire contract, section 7."""

from __future__ import annotations

import hashlib
import time

from django.core.cache import caches

from django_clopos.conf import load_settings
from django_clopos.sandbox.refusals import rate_limited

_MINUTE = 60


def count_sign_in(address: str) -> None:
    """Count one try. Raises Refusal (429) beyond the setting FACE_SIGN_INS_PER_MINUTE."""
    settings = load_settings()
    now = time.time()
    digest = hashlib.blake2b(address.encode(), digest_size=8).hexdigest()
    key = f"django_clopos.face.{digest}.{int(now // _MINUTE)}"
    cache = caches[settings.CACHE or "default"]
    cache.add(key, 0, timeout=_MINUTE)
    try:
        count = cache.incr(key)
    except ValueError:  # a cache that keeps nothing, or dropped it
        return
    if count > settings.FACE_SIGN_INS_PER_MINUTE:
        reset = _MINUTE - int(now % _MINUTE)
        limit = str(settings.FACE_SIGN_INS_PER_MINUTE)
        raise rate_limited({"RateLimit-Limit": limit, "RateLimit-Remaining": "0", "RateLimit-Reset": str(reset)})
