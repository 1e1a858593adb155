"""Which venues a resource is walked for; where the remote does not say, two venues' answers are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from django_clopos.client import Client, Page, SyncError
from django_clopos.client.endpoints import Scope
from django_clopos.mirror.resource import Resource
from django_clopos.sync.checkpoints import Checkpoints

_SAMPLE = 20


def choose_venues(
    client: Client,
    resource: Resource,
    known: Sequence[int],
    *,
    named: Sequence[int] = (),
    brand_id: int | None,
    relearn: bool,
) -> list[int | None]:
    """Give the venues to walk, by Clopos id; [None] is one walk for the whole brand.

    `named`: those asked for, in place of the known ones. What was learned is kept as a checkpoint; `relearn` asks
    again. Raises SyncError where rows would belong to a venue and none is known.
    Source: wire contract, section 19, question 7.
    """
    if resource.endpoint.has_parent:
        return list(named) or [None]  # each parent is asked for with its own venue
    venues = list(named or known)
    match resource.endpoint.scope:
        case Scope.BRAND:
            return [None]
        case Scope.VENUE:
            if not venues:
                raise SyncError(f"no venue is known, and {resource.name} is read venue by venue: sync venues first")
            return list(venues)
        case Scope.UNKNOWN:
            learned = _learn(client, resource, venues, brand_id=brand_id, relearn=relearn)
            return [None] if learned == "brand" or not venues else list(venues)
        case unknown:
            assert_never(unknown)


def is_scope_known(resource: Resource, known: Sequence[int], *, brand_id: int | None) -> bool:
    """Tell whether it is known whose rows a walk gives, so that absence from it means something."""
    if resource.endpoint.scope is not Scope.UNKNOWN or len(known) < 2:
        return True
    return Checkpoints(brand_id=brand_id, resource=resource.name, venue=None).read("scope") is not None


def _learn(
    client: Client, resource: Resource, venues: Sequence[int], *, brand_id: int | None, relearn: bool
) -> str | None:
    """Tell "brand" from "venue", from the checkpoint or by asking; None: it cannot be told."""
    checkpoints = Checkpoints(brand_id=brand_id, resource=resource.name, venue=None)
    stored: str | None = checkpoints.read("scope")
    if len(venues) < 2 or (stored and not relearn):
        return stored
    learned = _compare(client, resource, venues)
    if learned and brand_id is not None:
        checkpoints.write({"scope": learned})
    return learned


def _compare(client: Client, resource: Resource, venues: Sequence[int]) -> str | None:
    """Tell "brand" from "venue"; None: not enough data to tell."""
    size = min(_SAMPLE, resource.endpoint.page_maximum or _SAMPLE)
    pages = [client.page(resource.endpoint, limit=size, venue=venue) for venue in venues]
    filled = [page for page in pages if page.records]
    if len(filled) < 2:
        return None
    return "brand" if len({_describe(page) for page in filled}) == 1 and len(filled) == len(pages) else "venue"


def _describe(page: Page[Any]) -> tuple[int | None, tuple[bytes, ...]]:
    return page.total, page.records
