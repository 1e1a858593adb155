"""Whether the mirror is the remote: ids, records and columns, and whether a row was removed that is there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from django_clopos.client import Client
from django_clopos.mirror import Resource
from django_clopos.models import Brand
from django_clopos.models.base import BRAND_SPAN, KeyedModel
from django_clopos.models.bookkeeping import SyncStep
from django_clopos.sync.report import Listener
from tests.conftest import SLUG
from tests.stress.editing import Document, Editor, Key
from tests.sync.test_truth import assert_columns_equal

_GONE_VENUE = 3
#: Lists that may be one venue's own.
_SCOPED = {"orders", "receipts", "stop-list"}


def stored_rows(resource: Resource, brand: Brand) -> dict[Key, Any]:
    """Give the rows of a resource as the remote names them: by id; in the stop list by venue and product."""
    rows: QuerySet[Any, Any] = resource.table.model._base_manager.filter(brand=brand, **resource.table.fixed)
    if issubclass(resource.table.model, KeyedModel):
        return {row.clopos_id: row for row in rows}
    return {(row.venue_id % BRAND_SPAN, row.product_id % BRAND_SPAN): row for row in rows}


def name_key(resource: Resource, document: Document) -> Key:
    """Give the key of a document, as `stored_rows` does."""
    return (document["venue_id"], document["id"]) if resource.table.from_venue else document["id"]


def find_differences(editor: Editor, client: Client, brand: Brand, resources: Sequence[Resource]) -> list[str]:
    """Say how the mirror differs from the remote; nothing of a venue that is not listed can be compared."""
    return [difference for resource in resources for difference in _compare_resource(editor, client, brand, resource)]


def _compare_resource(editor: Editor, client: Client, brand: Brand, resource: Resource) -> list[str]:
    documents = {name_key(resource, each): each for each in editor.sandbox.documents(SLUG, resource.name)}
    rows = stored_rows(resource, brand)
    if editor.has_lost_venue and resource.name in _SCOPED:
        documents = {key: each for key, each in documents.items() if each["venue_id"] != _GONE_VENUE}
        rows = {key: row for key, row in rows.items() if row.venue_id % BRAND_SPAN != _GONE_VENUE}
    living = {key for key, each in documents.items() if not each.get("deleted_at")}
    shown = {key for key, row in rows.items() if row.removed_at is None}
    if living != shown:
        return [f"{resource.name}: lacks {sorted(living - shown)}, has too many {sorted(shown - living)}"]
    differences = [f"{resource.name} {key} is marked missing" for key in sorted(living) if rows[key].missing_since]
    return differences + _compare_records(client, resource, documents, rows, editor)


def _compare_records(
    client: Client, resource: Resource, documents: dict[Key, Document], rows: dict[Key, Any], editor: Editor
) -> list[str]:
    differences = []
    for key, served in _serve(client, resource, editor).items():
        row = rows.get(key)
        if row is None or key not in documents:
            differences.append(f"{resource.name} {key} is not stored")
            continue
        # A record read by its id holds more than the list's; absent keys keep what is stored.
        unequal = [name for name, value in served.items() if row.raw.get(name, "absent") != value]
        if unequal:
            differences.append(f"{resource.name} {key} differs in {unequal}")
            continue
        try:
            assert_columns_equal(row, resource.table.schema, served)
        except AssertionError as error:
            differences.append(f"{resource.name} {key}: {error}")
    return differences


def _serve(client: Client, resource: Resource, editor: Editor) -> dict[Key, Document]:
    """Read the whole list from the remote, as it is served in peace."""
    is_scoped = resource.name in _SCOPED
    venues = [each["id"] for each in editor.sandbox.documents(SLUG, "venues")] if is_scoped else [None]
    is_lost = is_scoped and editor.has_lost_venue
    served = {}
    for venue in venues:
        for page in client.pages(resource.endpoint, venue=venue):
            for body in page.records:
                for record in _flatten(resource, json.loads(body, parse_float=Decimal)):
                    if is_lost and record.get("venue_id") == _GONE_VENUE:
                        continue  # where every venue's rows are given, this one's too, but nobody asks for them
                    kept = {name: value for name, value in record.items() if name not in resource.secret_keys}
                    served[(venue, record["id"]) if resource.table.from_venue else record["id"]] = kept
    return served


def _flatten(resource: Resource, record: Document) -> list[Document]:
    return list(resource.flatten(record)) if resource.flatten else [record]


class RemovalWatch(Listener):
    """After every step: is a row marked removed that the remote has had all the time?"""

    def __init__(self, editor: Editor, brand: Brand, resources: Sequence[Resource]) -> None:
        self.editor = editor
        self.brand = brand
        self.resources = {resource.name: resource for resource in resources}
        self.false_removals: list[str] = []
        self.removals = 0
        self._known: dict[str, set[Key]] = {}
        self._began = 0

    def step_started(self, step: SyncStep) -> None:
        """Remember what the remote had when the step began."""
        self._began = self.editor.moment

    def step_finished(self, step: SyncStep) -> None:
        """Judge what this step has removed."""
        resource = self.resources[step.resource]
        removed = {key for key, row in stored_rows(resource, self.brand).items() if row.removed_at is not None}
        fresh = removed - self._known.get(step.resource, set())
        self._known[step.resource] = removed
        self.removals += len(fresh)
        documents = self.editor.sandbox.documents(SLUG, step.resource)
        living = {name_key(resource, each) for each in documents if not each.get("deleted_at")}
        self.false_removals += [
            f"{step.resource} {key} in step {step.pk} ({step.walk})"
            for key in sorted(fresh & living)
            if self.editor.present_since[step.resource, key] <= self._began
        ]
