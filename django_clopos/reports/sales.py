"""How much was sold: in a period beside the one before, by day, by venue, by sale type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db import models

from django_clopos.models import SaleType, Venue
from django_clopos.reports.figures import Key, NamedSales, Sales, Tally, sum_receipts
from django_clopos.reports.labels import name_rows
from django_clopos.reports.question import Question, clopos_id


@dataclass(frozen=True, kw_only=True, slots=True)
class DaySales:
    """The sales of one business day."""

    day: date
    sales: Sales


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A period beside the one before it, of as many days."""

    now: Sales
    before: Sales
    days: tuple[DaySales, ...]
    """Of the period, ascending, days without a sale included."""
    days_before: tuple[DaySales, ...]


def sum_sales(question: Question) -> Sales:
    """Sum all sales of the question, in 2 queries."""
    return sum_receipts(question)[()].close(question.brand.currency)


def compare_sales(question: Question) -> Comparison:
    """Sum the sales of the period and of the one before, by day, in 2 queries."""
    return compare_days(question, _sum_days(replace(question, first=question.before().first)))


def sum_by_day(question: Question) -> tuple[DaySales, ...]:
    """Sum the sales of each business day, ascending, days without a sale included, in 2 queries."""
    return _list_days(question, _sum_days(question))


def sum_by_venue(question: Question) -> tuple[NamedSales, ...]:
    """Sum the sales of each venue that sold something, the largest net sales first, in 3 queries."""
    return sum_by_reference(question, "venue", Venue)


def sum_by_sale_type(question: Question) -> tuple[NamedSales, ...]:
    """Sum the sales of each sale type that was used, the largest net sales first, in 3 queries."""
    return sum_by_reference(question, "sale_type", SaleType)


def sum_by_reference(question: Question, column: str, model: type[models.Model]) -> tuple[NamedSales, ...]:
    """Sum the sales by a reference of the receipts, the largest net sales first, in 3 queries."""
    return name_sales(question, model, sum_receipts(question, column))


def compare_days(question: Question, tallies: Mapping[Key, Tally]) -> Comparison:
    """Compare by the tallies of the days of both periods."""
    before = question.before()
    return Comparison(
        now=_sum_up(question, tallies),
        before=_sum_up(before, tallies),
        days=_list_days(question, tallies),
        days_before=_list_days(before, tallies),
    )


def name_sales(question: Question, model: type[models.Model], tallies: Mapping[Key, Tally]) -> tuple[NamedSales, ...]:
    """Name the tallies of rows of a model, in 1 query, the largest net sales first."""
    names = name_rows(model, (key for (key,) in tallies))
    found = [
        NamedSales(id=clopos_id(key), name=names[key], sales=tally.close(question.brand.currency))
        for (key,), tally in tallies.items()
    ]
    return tuple(sorted(found, key=lambda row: (-row.sales.net_sales, row.id or 0)))


def _sum_days(question: Question) -> Mapping[Key, Tally]:
    return sum_receipts(question, "business_day")


def _list_days(question: Question, tallies: Mapping[Key, Tally]) -> tuple[DaySales, ...]:
    currency = question.brand.currency
    return tuple(DaySales(day=day, sales=tallies.get((day,), Tally()).close(currency)) for day in question.days)


def _sum_up(question: Question, tallies: Mapping[Key, Tally]) -> Sales:
    period = Tally()
    for day in question.days:
        if (day,) in tallies:
            period.merge(tallies[day,])
    return period.close(question.brand.currency)
