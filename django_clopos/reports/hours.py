"""When was sold: by weekday and hour, for a heat map."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django_clopos.reports.counting import hour_on_the_clock, weekday_of_business_day
from django_clopos.reports.figures import Sales, sum_receipts
from django_clopos.reports.question import Question


@dataclass(frozen=True, kw_only=True, slots=True)
class HourSales:
    """The sales of one hour on all days of one weekday."""

    weekday: int
    """Of the business day: 1 for Monday to 7 for Sunday. What is sold after midnight stays with its evening."""
    hour: int | None
    """0 to 23 on the clock of the venue, when the receipt was closed, else opened; None: no time is known."""
    days: int
    """How many days of that weekday the question has, to average by."""
    sales: Sales


def sum_by_hour(question: Question) -> tuple[HourSales, ...]:
    """Sum the sales by weekday and hour, Monday's midnight first, empty hours left out, in 2 queries."""
    tallies = sum_receipts(question, weekday=weekday_of_business_day(), hour=hour_on_the_clock(question))
    days = Counter(day.isoweekday() for day in question.days)
    found = [
        HourSales(weekday=weekday, hour=hour, days=days[weekday], sales=tally.close(question.brand.currency))
        for (weekday, hour), tally in tallies.items()
    ]
    return tuple(sorted(found, key=lambda row: (row.weekday, -1 if row.hour is None else row.hour)))
