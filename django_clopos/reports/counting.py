"""What counts: which receipts are sales and returns, on which business day, with which sign, rounded how.

Every report selects its rows here. Where the wire contract is silent, the decision is here and nowhere else; it is
told to readers in docs/reports.md.

- A sale is a closed receipt (`status` 2) that was not removed. Where the remote leaves the status out, a receipt with
  `closed_at` is closed. Open receipts and those of an unknown status are no sales. `order_status` tells how far the
  kitchen is and decides nothing: it can be changed after closing. Source: wire contract, sections 11, 13.15 and 13.17.
- A return is a sale with `is_returns`: a receipt of its own that gives money back. The contract does not say whether
  its amounts are negative, so each counts by its size, and returns are subtracted. Guess, from the field's name alone.
- Removed is what the sync marked so, `deleted_at` included; a receipt that is only missing still counts. A line with
  `deleted_at` is not counted.
- The business day is `shift_date`. Where it is absent: the calendar day of closing, else of opening, in the venue's
  zone, since the opening time that cuts the day is not in the API. Source: wire contract, section 9.
- Sums are rounded to 4 places, ties to even. SQLite sums in floats, whose noise lies far below the sixth place that the
  columns have: rounding to 6 places first gives it the exact sum again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, TypeVar

from django.db import models
from django.db.models import Case, DecimalField, Expression, F, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Abs, Coalesce, ExtractHour, ExtractIsoWeekDay, TruncDate

from django_clopos.models import Receipt, Venue
from django_clopos.reports.question import Question

Rows = TypeVar("Rows", bound="QuerySet[Any]")

_STORED, _SHOWN = Decimal("0.000001"), Decimal("0.0001")


def exact(total: Decimal | None) -> Decimal:
    """Give the exact sum of stored amounts, whatever the database added up in; nothing summed is 0."""
    return Decimal() if total is None else total.quantize(_STORED, ROUND_HALF_EVEN)


def shown(amount: Decimal) -> Decimal:
    """Round an amount as every answer gives it: to 4 places, ties to even."""
    return amount.quantize(_SHOWN, ROUND_HALF_EVEN)


def divide(amount: Decimal, by: Decimal | int) -> Decimal | None:
    """Divide and round; None where there is nothing to divide by."""
    return shown(amount / by) if by else None


def select_sales(rows: Rows, question: Question, *, via: str = "") -> Rows:
    """Keep what belongs to closed receipts that were not removed; annotated as `select_scope` does."""
    return select_scope(rows, question, via=via).filter(_is_closed(via), **{f"{via}removed_at__isnull": True})


def select_parts(parts: Rows, question: Question) -> Rows:
    """Keep the lines or payments of the sales; annotated as `select_scope` does."""
    found = select_sales(parts, question, via="receipt__")
    span = _know(question, "span", _find_span)
    if span["low"] is None:
        return found.none()
    # Every part lies in this span. Keys ascend with time, so it is read in one go instead of receipt by receipt.
    return found.filter(receipt__gte=span["low"], receipt__lte=span["high"])


def select_scope(rows: Rows, question: Question, *, via: str = "") -> Rows:
    """Keep what belongs to the question's brand, venues and business days, whatever its status.

    `via` is the path from a row to its receipt, with its underscores. Adds `business_day` and `is_return`.
    """
    found = rows.annotate(is_return=Coalesce(f"{via}is_returns", False)).order_by()
    found = found.filter(**{f"{via}brand": question.brand.pk}, **_limit_venues(question, via=via))
    days = (question.first, question.last)
    dated = Q(**{f"{via}shift_date__range": days})
    if not _know(question, "has_undated", _has_undated):
        # By far the usual case, and the only one that an index answers alone.
        return found.annotate(business_day=F(f"{via}shift_date")).filter(dated)
    undated = Q(**{f"{via}shift_date__isnull": True, "day_by_clock__range": days})
    found = found.alias(day_by_clock=_on_the_clock(TruncDate, question, via=via))
    return found.annotate(business_day=Coalesce(f"{via}shift_date", "day_by_clock")).filter(dated | undated)


class Standing(models.TextChoices):
    """Why a receipt counts or does not. A removed one is removed, whatever its status."""

    REMOVED = "removed"
    SALE = "sale"
    OPEN = "open"
    OTHER = "other"


def tell_standing() -> Expression:
    """Give the `Standing` of a receipt."""
    return Case(
        When(removed_at__isnull=False, then=Value(Standing.REMOVED)),
        When(_is_closed(""), then=Value(Standing.SALE)),
        When(status=Receipt.Status.OPEN, then=Value(Standing.OPEN)),
        default=Value(Standing.OTHER),
        output_field=models.CharField(),
    )


def size(column: str, *, via: str = "") -> Expression:
    """Give a column as it counts: as it is in a sale, by its size in a return. Subtracting returns is the caller's."""
    return Case(
        When(**{f"{via}is_returns": True}, then=Abs(column)),
        default=F(column),
        output_field=DecimalField(max_digits=21, decimal_places=6),
    )


def weekday_of_business_day() -> Expression:
    """Give the weekday, 1 for Monday to 7 for Sunday, of the `business_day` that `select_scope` added."""
    return ExtractIsoWeekDay("business_day")


def hour_on_the_clock(question: Question) -> Expression:
    """Give the hour, 0 to 23, in which a receipt was closed, else opened, in its venue's zone."""
    return _on_the_clock(ExtractHour, question)


def _is_closed(via: str) -> Q:
    said = Q(**{f"{via}status": Receipt.Status.CLOSED})
    return said | Q(**{f"{via}status__isnull": True, f"{via}closed_at__isnull": False})


def _know(question: Question, name: str, find_out: Callable[[Question], Any]) -> Any:
    """Find something out, once for all reports that are asked at once."""
    if question.known is None:
        return find_out(question)
    if name not in question.known:
        question.known[name] = find_out(question)
    return question.known[name]


def _find_span(question: Question) -> dict[str, Any]:
    # "+ 0", or PostgreSQL looks for the least key of the period by walking all keys from the first.
    key = F("pk") + 0
    return dict(select_sales(Receipt.objects.all(), question).aggregate(low=Min(key), high=Max(key)))


def _has_undated(question: Question) -> bool:
    return bool(Receipt.objects.filter(brand=question.brand.pk, shift_date=None).exists())


def _limit_venues(question: Question, *, via: str) -> dict[str, list[int]]:
    keys = question.list_venue_keys()
    return {} if keys is None else {f"{via}venue__in": keys}


def _on_the_clock(read: Callable[..., Expression], question: Question, *, via: str = "") -> Expression:
    """Read a part of a receipt's moment in its venue's zone, all zones in one expression."""
    moment = Coalesce(f"{via}closed_at", f"{via}created_at")
    zones: dict[tzinfo, list[int]] = defaultdict(list)
    for venue in question.brand.venue_timezones:
        if venue.isdigit() and int(venue):
            zones[question.brand.timezone_of(int(venue))].append(Venue.key(question.brand, int(venue)))
    cases = [When(**{f"{via}venue__in": keys}, then=read(moment, tzinfo=zone)) for zone, keys in zones.items()]
    usual = read(moment, tzinfo=question.brand.timezone_of())
    return Case(*cases, default=usual, output_field=_output_of(read)) if cases else usual


def _output_of(read: Callable[..., Expression]) -> models.Field[Any, Any]:
    return models.DateField() if read is TruncDate else models.IntegerField()
