"""Over RESOURCES: every column is fed, every key of the wire has a column or a reason, and the types agree."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from annotated_types import Lt, MaxLen
from django.apps import apps
from django.db import models
from pydantic.fields import FieldInfo

from django_clopos import mirror
from django_clopos.client.endpoints import ENDPOINTS
from django_clopos.mirror import RESOURCES, Child, Table, get_resource
from django_clopos.mirror.strategies import NewestFirst, PerParent, PerVenueSet, Snapshot
from django_clopos.models.base import ChildModel, KeyedModel, MarkedModel, ReadOnlyModel
from django_clopos.models.fields import ExactJSONField, MirrorForeignKey
from django_clopos.schemas.base import ID_LIMIT, Record

#: What the sync fills without looking at a record.
ENGINE = {
    "id", "clopos_id", "brand_id", "raw", "content_hash", "first_seen_at", "synced_at", "removed_at", "missing_since",
    "position",
}  # fmt: skip


def list_declarations() -> Iterator[Table | Child]:
    for resource in RESOURCES:
        for table in resource.tables:
            yield table
            yield from table.children


DECLARATIONS = list(list_declarations())


def name_of(declared: Table | Child) -> str:
    fixed = declared.fixed if isinstance(declared, Table) else {}
    return declared.model.__name__ + "".join(f"-{key}-{value}" for key, value in fixed.items())


def fields_of(declared: Table | Child) -> dict[str, models.Field[Any, Any]]:
    return {field.attname: field for field in declared.model._meta.concrete_fields}


def engine_columns(declared: Table | Child) -> set[str]:
    place = declared.parent if isinstance(declared, Child) else declared.from_venue
    return ENGINE | ({f"{place}_id"} if place else set())


def fixed_columns(declared: Table | Child) -> set[str]:
    return set(declared.fixed) if isinstance(declared, Table) else set()


each_declaration = pytest.mark.parametrize("declared", DECLARATIONS, ids=name_of)


@each_declaration
def test_every_column_is_fed(declared: Table | Child) -> None:
    fed = {*declared.schema.model_fields, *declared.computed, *fixed_columns(declared), *engine_columns(declared)}

    assert fields_of(declared).keys() - fed == set()


@each_declaration
def test_every_key_has_a_column_or_a_reason(declared: Table | Child) -> None:
    columns = fields_of(declared).keys() - declared.computed.keys()
    kept = {*columns, *declared.raw_only, *(declared.computed.keys() & declared.schema.model_fields.keys())}

    assert declared.schema.model_fields.keys() - kept == set()


@each_declaration
def test_a_reason_belongs_to_a_key_without_a_column(declared: Table | Child) -> None:
    assert declared.raw_only.keys() <= declared.schema.model_fields.keys()
    assert declared.raw_only.keys() & fields_of(declared).keys() == set()
    assert all(declared.raw_only.values())


@each_declaration
def test_a_computed_or_fixed_column_exists(declared: Table | Child) -> None:
    assert {*declared.computed, *fixed_columns(declared)} <= fields_of(declared).keys()


@each_declaration
def test_a_column_holds_what_its_key_allows(declared: Table | Child) -> None:
    columns = fields_of(declared)
    shared = (columns.keys() & declared.schema.model_fields.keys()) - {"id"}

    wrong = {
        name: (kind_of_column(columns[name]), kind_of_key(declared.schema.model_fields[name]))
        for name in shared
        if kind_of_column(columns[name]) != kind_of_key(declared.schema.model_fields[name])
    }

    assert wrong == {}


def kind_of_column(field: models.Field[Any, Any]) -> object:
    match field:
        case MirrorForeignKey():
            return "reference"
        case ExactJSONField():
            return "json"
        case models.CharField():
            return "text", field.max_length
        case models.TextField():
            return "text", None
        case models.DecimalField():
            return "decimal", field.max_digits - field.decimal_places
        case models.BigIntegerField():
            return "integer", 2**63
        case models.IntegerField():
            return "integer", 2**31
        case models.BooleanField():
            return "flag"
        case models.DateTimeField():
            return "stamp"
        case models.DateField():
            return "day"
        case _:
            raise AssertionError(f"no wire type is stored as {type(field).__name__}")


def kind_of_key(info: FieldInfo) -> object:
    wire_type = unwrap(info.annotation)
    limits = [constraint for constraint in info.metadata if isinstance(constraint, Lt | MaxLen)]
    if wire_type is int:
        bound = limits[0].lt  # type: ignore[union-attr]  # integers are bounded by Lt
        return "reference" if bound == ID_LIMIT else ("integer", bound)
    if wire_type is Decimal:
        return "decimal", len(str(limits[0].lt))  # type: ignore[union-attr]  # amounts are bounded by Lt
    if wire_type is str:
        return "text", limits[0].max_length if limits else None  # type: ignore[union-attr]  # texts are bounded by MaxLen
    return {bool: "flag", datetime: "stamp", date: "day"}.get(wire_type, "json")


def unwrap(annotation: Any) -> Any:
    """Leave None out of a union."""
    if isinstance(annotation, types.UnionType):
        (inner,) = (part for part in get_args(annotation) if part is not type(None))
        return inner
    return annotation


@each_declaration
def test_a_column_is_nullable_where_its_key_is_optional(declared: Table | Child) -> None:
    columns = fields_of(declared)

    strict = {
        name
        for name, info in declared.schema.model_fields.items()
        if name in columns and not info.is_required() and not columns[name].null
    }

    assert strict == set()


@each_declaration
def test_rows_can_be_told_apart(declared: Table | Child) -> None:
    unique = [c for c in declared.model._meta.constraints if isinstance(c, models.UniqueConstraint)]

    assert issubclass(declared.model, KeyedModel) != bool(unique)


@each_declaration
def test_a_keyed_row_has_a_schema_with_an_id(declared: Table | Child) -> None:
    assert issubclass(declared.model, KeyedModel) == ("id" in declared.schema.model_fields)


@each_declaration
def test_a_table_is_a_parent_and_a_child_is_a_child(declared: Table | Child) -> None:
    kind = ChildModel if isinstance(declared, Child) else MarkedModel

    assert issubclass(declared.model, kind)


def test_every_mirrored_model_is_declared() -> None:
    mirrored = {
        model for model in apps.get_app_config("django_clopos").get_models() if issubclass(model, ReadOnlyModel)
    }

    assert {declared.model for declared in DECLARATIONS} == mirrored


def test_every_endpoint_is_mirrored_in_its_order() -> None:
    assert [resource.endpoint for resource in RESOURCES] == list(ENDPOINTS)


def test_a_resource_reads_with_its_endpoint_s_schema() -> None:
    assert all(resource.table.schema is resource.endpoint.schema for resource in RESOURCES)


def test_strategies_are_those_of_the_design() -> None:
    special = {resource.name: resource.strategy for resource in RESOURCES if resource.strategy != Snapshot()}

    assert special == {
        "stop-list": PerVenueSet(),
        "orders": NewestFirst(),
        "receipts": NewestFirst(),
        "stock-operations": PerParent(parent="receipt"),
    }
    assert [resource.name for resource in RESOURCES if resource.is_opt_in] == ["stock-operations"]


def test_a_parent_is_named_by_a_reference_of_the_model() -> None:
    for resource in RESOURCES:
        if isinstance(resource.strategy, PerParent):
            assert isinstance(resource.table.model._meta.get_field(resource.strategy.parent), MirrorForeignKey)


def test_only_staff_have_secrets_and_none_has_a_key_or_a_column() -> None:
    secret = {resource.name: resource.secret_keys for resource in RESOURCES if resource.secret_keys}

    assert secret == {"users": {"pin", "card", "barcode"}}
    users = get_resource("users").table
    assert secret["users"] & (users.schema.wire_keys() | fields_of(users).keys()) == set()


def test_every_resource_says_how_fresh_it_is() -> None:
    assert all(resource.freshness for resource in RESOURCES)


def test_references_have_an_accessor_each_and_survive_missing_targets() -> None:
    for model in apps.get_app_config("django_clopos").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, MirrorForeignKey):
                assert field.null
                assert not field.db_constraint
                assert not field.remote_field.hidden


def test_receipts_carry_no_more_indexes_than_they_can_afford() -> None:
    # Measured: the 14 of the admin's lists cost 24 microseconds of the database for a receipt, a tenth of its load.
    assert count_indexes("Receipt") == 21  # ten of them partial
    assert count_indexes("ReceiptProduct") == 2
    assert count_indexes("ReceiptPayment") == 2  # its unique constraint, and that of the list by method


def count_indexes(name: str) -> int:
    meta = apps.get_model("django_clopos", name)._meta
    unique = [c for c in meta.constraints if isinstance(c, models.UniqueConstraint)]
    return len(meta.indexes) + len(unique) + sum(field.db_index for field in meta.concrete_fields)


def test_big_tables_have_no_default_ordering() -> None:
    names = ("Receipt", "ReceiptProduct", "ReceiptPayment", "Order", "OrderItem", "StockOperation", "Customer")

    assert [name for name in names if apps.get_model("django_clopos", name)._meta.ordering] == []


def test_a_resource_is_found_by_its_name() -> None:
    assert [get_resource(resource.name) for resource in RESOURCES] == list(RESOURCES)


def test_an_unknown_name_is_answered_with_close_ones_and_all_of_them() -> None:
    with pytest.raises(ValueError, match="Did you mean price-lists") as caught:
        get_resource("price_list")

    assert all(resource.name in str(caught.value) for resource in RESOURCES)


def test_a_name_close_to_nothing_gets_no_guess() -> None:
    with pytest.raises(ValueError, match="The resources are: venues, users") as caught:
        get_resource("zzz")

    assert "Did you mean" not in str(caught.value)


def test_every_name_of_the_door_is_there() -> None:
    assert all(hasattr(mirror, name) for name in mirror.__all__)


def test_schemas_of_declarations_are_records() -> None:
    assert all(issubclass(declared.schema, Record) for declared in DECLARATIONS)
