"""What may be asked of an endpoint: a query that cannot be honoured is refused, not answered with other rows.

Parameters that nobody knows are let pass, as the remote does: public clients send some.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from django_clopos.face.endpoints import Source
from django_clopos.face.records import Reader
from django_clopos.face.relations import RELATIONS, Relation
from django_clopos.models.visible import is_personal
from django_clopos.sandbox.query import Filters, Query, With
from django_clopos.sandbox.refusals import Refusal, above_maximum, invalid_parameter, slug_and_message

_MOST_FILTERS = 30
#: As many names as the longest documented relation has.
_DEEPEST_RELATION = 4
#: No endpoint takes as much. Between its own maximum and this, a limit is lowered: integrators ask products for 200.
_ABSURD_LIMIT = 1000
_DEFAULT_SORT = ("created_at", True)
_YEARS = range(1900, 9991)
_CATEGORY_TYPES = ("PRODUCT", "INGREDIENT", "ACCOUNTING")


def choose_limit(source: Source, query: Query) -> int:
    """Give the rows of a page; 0: the endpoint has no pages. Raises Refusal."""
    maximum = source.endpoint.maximum
    if maximum is None:
        return 0
    if query.limit >= _ABSURD_LIMIT:
        raise above_maximum(query.limit, maximum)
    return min(query.limit, maximum)


def choose_sort(reader: Reader, source: Source, query: Query) -> tuple[str, bool] | None:
    """Give the field to sort by and whether it descends; None: as the endpoint always answers. Raises Refusal."""
    sorts = source.endpoint.sorts
    if query.sort is None:
        return _DEFAULT_SORT if sorts else None
    if query.sort[0] not in sorts:
        known = ", ".join(sorts) or "nothing"
        raise invalid_parameter(f"sort[0] is no field to sort by: this list is sorted by {known}")
    _refuse_personal(reader, source, query.sort[0], verb="sort")
    return query.sort


def make_conditions(reader: Reader, source: Source, query: Query) -> Q:
    """Make the condition of the filters and the days asked for. Raises Refusal."""
    filters = query.all_filters(source.endpoint.plain_filters)
    if len(filters) > _MOST_FILTERS:
        raise invalid_parameter(f"At most {_MOST_FILTERS} filters can be asked for")
    condition = Q(source.listed)
    for name, values in filters:
        _check_filter(reader, source, name, values)
        condition &= source.filters[name].make(reader, values)
    return condition & _make_days(reader, source, query)


def refuse_relations(source: Source, with_: With) -> None:
    """Raise Refusal unless every relation asked for is known."""
    _refuse_relations(with_, RELATIONS.get(source.resource.name, {}), depth=1)


def refuse_selects(source: Source, query: Query) -> None:
    """Raise Refusal unless every field selected is documented."""
    if source.endpoint.has_selects:
        known = source.resource.table.schema.wire_keys() | RELATIONS.get(source.resource.name, {}).keys()
        _refuse_fields(query.selects, known, parameter="selects")


def asks_for(filters: Filters, name: str) -> bool:
    """Tell whether a filter is among those asked for."""
    return any(asked == name for asked, _ in filters)


def _check_filter(reader: Reader, source: Source, name: str, values: Iterable[str]) -> None:
    if source.resource.name == "stop-list" and (name != "id" or not all(map(str.isdecimal, values))):
        raise invalid_parameter("Invalid filter parameters")
    if name not in source.filters:
        known = ", ".join(source.filters) or "nothing"
        raise invalid_parameter(f"There is no such filter: this list is filtered by {known}")
    if source.resource.name == "categories" and name == "type" and not set(values) <= set(_CATEGORY_TYPES):
        raise invalid_parameter(f"type must be one of {', '.join(_CATEGORY_TYPES)}")
    _refuse_personal(reader, source, source.filters[name].column, verb="filter")


def _refuse_personal(reader: Reader, source: Source, column: str, *, verb: str) -> None:
    if not reader.viewer.sees_personal and is_personal(source.model, column):
        raise slug_and_message(403, "forbidden", f"Without access to personal data, nothing can {verb} by {column}")


def _make_days(reader: Reader, source: Source, query: Query) -> Q:
    if query.dates is None:
        return Q()
    if not source.endpoint.has_dates:
        raise invalid_parameter("This list cannot be limited to days")
    zone = reader.brand.date_zone()
    first, last = (_read_day(text) for text in query.dates)
    begin, end = _start(first, zone), _start(last + timedelta(days=1), zone)
    return Q(created_at__gte=begin, created_at__lt=end)


def _read_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise invalid_parameter("date must be a day that there is, as YYYY-MM-DD") from None
    if day.year not in _YEARS:
        raise invalid_parameter(f"date must be in the years {_YEARS[0]} to {_YEARS[-1]}")
    return day


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _refuse_relations(with_: With, known: Mapping[str, Relation], *, depth: int) -> None:
    for name, child in with_.children.items():
        if name not in known or depth > _DEEPEST_RELATION:
            names = ", ".join(known) or "nothing"
            raise invalid_parameter(f"There is no such relation to ask for here: with knows {names}")
        relation = known[name]
        if relation.fields is not None:
            _refuse_fields(child.columns, relation.fields, parameter="with")
        _refuse_relations(child, relation.inner, depth=depth + 1)


def _refuse_fields(names: Iterable[str], known: Iterable[str], *, parameter: str) -> None:
    if not set(names) <= set(known):
        raise _unknown_field(parameter)


def _unknown_field(parameter: str) -> Refusal:
    return invalid_parameter(f"{parameter} names a field that no documented record has")
