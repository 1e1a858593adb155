"""Whose rows an answer holds: one venue's, or the whole brand's. Source: wire contract, sections 3 and 13."""

from __future__ import annotations

from django_clopos.client.endpoints import Scope
from django_clopos.face.endpoints import Source
from django_clopos.face.records import Reader
from django_clopos.models import Checkpoint, Venue
from django_clopos.sandbox.refusals import invalid_parameter

_MOST_DIGITS = 12


def choose_venue(reader: Reader, source: Source, asked: str | None) -> int | None:
    """Choose a venue by the header x-venue, else the first one, where that counts. Raises Refusal for an unknown one.

    None: the brand has no venue that may be seen, or it does not matter which.
    """
    if not asked and source.resource.endpoint.scope is Scope.BRAND:
        return None
    known = reader.select(Venue).order_by("pk").values_list("clopos_id", flat=True)
    if not asked:
        return known.first()
    if not asked.isdecimal() or len(asked) > _MOST_DIGITS or int(asked) not in known:
        raise invalid_parameter("x-venue must be the id of a venue")
    return int(asked)


def is_of_venue(reader: Reader, source: Source) -> bool:
    """Tell whether an answer is limited to the venue: always, never, or as the sync found the remote to do it."""
    match source.resource.endpoint.scope:
        case Scope.BRAND:
            return False
        case Scope.VENUE:
            return True
    learned = Checkpoint.objects.filter(brand_id=reader.brand.pk, resource=source.resource.name, venue=0, name="scope")
    return learned.values_list("value", flat=True).first() != "brand"
