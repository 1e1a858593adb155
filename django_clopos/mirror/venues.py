"""Venues: what is mirrored of the branches."""

from __future__ import annotations

from django_clopos import models, schemas
from django_clopos.client import endpoints
from django_clopos.mirror.resource import Resource, Table
from django_clopos.mirror.strategies import Snapshot

VENUES = Resource(
    endpoint=endpoints.VENUES,
    table=Table(model=models.Venue, schema=schemas.Venue),
    strategy=Snapshot(),
    freshness="read whole with every sync",
)
