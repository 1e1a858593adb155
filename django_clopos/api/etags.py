"""A mark of what an answer says, so that whoever has it already is told so with 304.

The mark is of the bytes: nothing cheaper is true of every answer, because records, masks, scope, language and the
columns chosen all change it, and a rebuilt row changes without being touched by the remote. For the same reason answers
carry no Last-Modified. It saves the way, not the work; what saves the work is the feed of changes.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from rest_framework.response import Response

_KEPT_WITH_304 = ("Clopos-Synced-At", "Clopos-Verified-At")


def mark_answer(response: Response, request: Any) -> None:
    """Give the answer its mark once it is rendered, and let caches ask before they use it again."""
    patch_cache_control(response, private=True, no_cache=True)
    if response.status_code == 200 and request.method in {"GET", "HEAD"}:
        response.add_post_render_callback(lambda rendered: _compare(rendered, request))


def _compare(response: HttpResponse, request: Any) -> HttpResponse | None:
    etag = f'"{hashlib.blake2b(response.content, digest_size=16).hexdigest()}"'
    response.headers["ETag"] = etag
    answer: Any = get_conditional_response(request, etag=etag, response=response)
    if answer is response:
        return None
    for name in _KEPT_WITH_304:
        if name in response.headers:
            answer.headers[name] = response.headers[name]
    return answer  # type: ignore[no-any-return]
