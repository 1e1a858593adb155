"""What is in no other figure: open and removed receipts, and those of a status that nobody documents."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from django_clopos.models import Receipt
from django_clopos.reports.counting import Standing, exact, select_scope, shown, tell_standing
from django_clopos.reports.question import Question


@dataclass(frozen=True, kw_only=True, slots=True)
class Uncounted:
    """Receipts of the period that are no sales, with their totals as the remote gives them."""

    currency: str
    open: int
    open_total: Decimal
    removed: int
    """Deleted in Clopos."""
    removed_total: Decimal
    other: int
    """Neither open nor closed: of a status that is not documented."""
    other_total: Decimal


def sum_uncounted(question: Question) -> Uncounted:
    """Sum the receipts that no other figure counts, in 2 queries."""
    rows = select_scope(Receipt.objects.all(), question).annotate(standing=tell_standing())
    groups = rows.values("standing").annotate(receipts=Count("*"), sum_total=Sum("total"))
    found: dict[str, Any] = {row["standing"]: row for row in groups}
    figures: dict[str, Any] = {}
    for why in (Standing.OPEN, Standing.REMOVED, Standing.OTHER):
        row = found.get(why, {})
        figures |= {why.value: row.get("receipts", 0), f"{why}_total": shown(exact(row.get("sum_total")))}
    return Uncounted(currency=question.brand.currency, **figures)
