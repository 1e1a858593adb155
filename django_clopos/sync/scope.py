"""Which venues a resource is walked for; where the remote does not say, two venues' answers are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django_clopos.client import Client, Page
from django_clopos.client.endpoints import Scope
from django_clopos.mirror.resource import Resource
from django_clopos.sync.checkpoints import Checkpoints

_SAMPLE = 20


def choose_venues(
    client: Client, resource: Resource, venues: Sequence[int], *, brand_id: int | None, relearn: bool
) -> list[int | None]:
    """Give the venues to walk, by Clopos id; [None] is one walk for the whole brand.

    What was learned is kept as a checkpoint; `relearn` asks again. Source: wire contract, section 19, question 7.
    """
    match resource.endpoint.scope:
        case Scope.BRAND:
            return [None]
        case Scope.VENUE:
            return list(venues) or [None]
    if len(venues) < 2:
        return list(venues) or [None]
    checkpoints = Checkpoints(brand_id=brand_id, resource=resource.name, venue=None)
    learned = None if relearn else checkpoints.read("scope")
    if learned is None:
        learned = _compare(client, resource, venues)
        if learned and brand_id is not None:
            checkpoints.write({"scope": learned})
    return [None] if learned == "brand" else list(venues)


def _compare(client: Client, resource: Resource, venues: Sequence[int]) -> str | None:
    """Tell "brand" from "venue"; None: not enough data to tell."""
    pages = [client.page(resource.endpoint, limit=_SAMPLE, venue=venue) for venue in venues]
    filled = [page for page in pages if page.records]
    if len(filled) < 2:
        return None
    return "brand" if len({_describe(page) for page in filled}) == 1 and len(filled) == len(pages) else "venue"


def _describe(page: Page[Any]) -> tuple[int | None, tuple[bytes, ...]]:
    return page.total, page.records
