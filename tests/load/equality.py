"""Whether a site's mirror of a brand is the remote's own documents, read in parts because a history is long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from django_clopos.mirror import RESOURCES, Resource
from django_clopos.models import Brand, ReceiptProduct
from django_clopos.models.base import BRAND_SPAN, KeyedModel
from tests.load.remotes import Document, Remote
from tests.load.sites import ALIAS
from tests.stress.equality import name_key
from tests.sync.test_truth import assert_columns_equal

#: Of the other lists, relations are served with more than the documents hold.
_WHOLE = {"orders", "receipts"}
#: Keys of documents that no list sends.
_NOT_SENT = {"setting", "venue_id"}
_COLUMNS_OF_EVERY = 25


def find_differences(remote: Remote) -> list[str]:
    """Say how the mirror of a brand differs from the remote that does not move any more."""
    brand = Brand.objects.using(ALIAS).get(slug=remote.slug)
    plain = [resource for resource in RESOURCES if not resource.is_opt_in]
    found = [f"{remote.slug} {each}" for resource in plain for each in _compare(remote, brand, resource)]
    return found + _compare_lines(remote, brand)


def _compare(remote: Remote, brand: Brand, resource: Resource) -> Iterator[str]:
    living, rows = 0, _rows_of(resource, brand)
    for part in remote.parts(resource.name):
        documents = [document for document in part if not document.get("deleted_at")]
        living += len(documents)
        stored = _read(rows, resource, documents)
        for place, document in enumerate(documents):
            row = stored.get(name_key(resource, document))
            problem = _find_problem(resource, document, row, has_columns=place % _COLUMNS_OF_EVERY == 0)
            if problem:
                yield f"{resource.name} {document['id']} {problem}"
    shown = rows.filter(removed_at=None).count()
    if shown != living:
        yield f"{resource.name}: {shown} rows for {living} documents"


def _rows_of(resource: Resource, brand: Brand) -> QuerySet[Any, Any]:
    model = resource.table.model
    return model._base_manager.using(ALIAS).filter(brand=brand, **resource.table.fixed)


def _read(rows: QuerySet[Any, Any], resource: Resource, documents: list[Document]) -> dict[Any, Any]:
    if issubclass(resource.table.model, KeyedModel):
        return {row.clopos_id: row for row in rows.filter(clopos_id__in=[document["id"] for document in documents])}
    return {(row.venue_id % BRAND_SPAN, row.product_id % BRAND_SPAN): row for row in rows}


def _find_problem(resource: Resource, document: Document, row: Any, *, has_columns: bool) -> str:
    if row is None:
        return "is not stored"
    if row.removed_at or row.missing_since:
        return "is marked removed or missing"
    lacking = document.keys() - row.raw.keys() - resource.secret_keys - _NOT_SENT
    if lacking:
        return f"lacks {sorted(lacking)}"
    compared = [name for name in document.keys() & row.raw.keys() if _is_compared(resource, document[name])]
    unequal = [name for name in compared if row.raw[name] != document[name]]
    if unequal:
        return f"differs in {sorted(unequal)}"
    if has_columns:
        try:
            assert_columns_equal(row, resource.table.schema, row.raw)
        except AssertionError as error:
            return str(error)
    return ""


def _is_compared(resource: Resource, value: object) -> bool:
    return resource.name in _WHOLE or not isinstance(value, dict | list)


def _compare_lines(remote: Remote, brand: Brand) -> list[str]:
    wanted = sum(
        len(document["receipt_products"])
        for documents in remote.parts("receipts")
        for document in documents
        if not document.get("deleted_at")
    )
    stored = ReceiptProduct._base_manager.using(ALIAS).filter(brand=brand, receipt__removed_at=None).count()
    return [] if stored == wanted else [f"{remote.slug}: {stored} lines of receipts for {wanted}"]
