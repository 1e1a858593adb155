"""People: what is mirrored of staff, customers and their groups."""

from __future__ import annotations

from datetime import timedelta

from django_clopos import models, schemas
from django_clopos.client import endpoints
from django_clopos.mirror.personal import OF_CUSTOMER
from django_clopos.mirror.resource import ALWAYS_QUIET, Resource, Table
from django_clopos.mirror.strategies import Snapshot

USERS = Resource(
    endpoint=endpoints.USERS,
    table=Table(model=models.User, schema=schemas.User),
    strategy=Snapshot(),
    # What opens a till. Source: wire contract, section 15, item 18.
    secret_keys=frozenset({"pin", "card", "barcode"}),
    quiet=ALWAYS_QUIET | {"login_at"},  # moves with every sign-in
    every=timedelta(hours=6),
    freshness="read whole with every sync",
)

CUSTOMER_GROUPS = Resource(
    endpoint=endpoints.CUSTOMER_GROUPS,
    table=Table(model=models.CustomerGroup, schema=schemas.CustomerGroup),
    strategy=Snapshot(),
    quiet=ALWAYS_QUIET | {"total_amount"},  # by its name a running total; it is in no sample
    every=timedelta(hours=6),
    freshness="read whole with every sync",
)

CUSTOMERS = Resource(
    endpoint=endpoints.CUSTOMERS,
    table=Table(
        model=models.Customer,
        schema=schemas.Customer,
        raw_only={"group": "the group's own record, mirrored by customer-groups"},
    ),
    strategy=Snapshot(),
    personal=OF_CUSTOMER,
    # Running totals, and the group's own record.
    quiet=ALWAYS_QUIET | {"spent", "receipt_count", "total_discount", "total_bonus", "group"},
    every=timedelta(hours=6),
    freshness="read whole with every sync",
)
