"""What the charts draw, as JSON: the figures of the tables beside them, exact, as texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_clopos.admin.dashboard.tables import write_rounded
from django_clopos.reports import DaySales, Overview, to_plain

#: What does not fit beside each other is in the table.
_MOST_BARS = 10


def make_charts(overview: Overview) -> dict[str, Any]:
    """Make the data of each chart by its name."""
    compared = overview.comparison
    return {
        "days": {
            "kind": "line",
            "labels": [date_format(day.day, "SHORT_DATE_FORMAT") for day in compared.days],
            "series": [
                {"label": _("Period"), **_list_net(compared.days)},
                {"label": _("Period before"), **_list_net(compared.days_before)},
            ],
        },
        "payments": _make_bars((row.name, row.net) for row in overview.payments.methods),
        "sale-types": _make_bars((row.name, row.sales.net_sales) for row in overview.sale_types),
        "venues": _make_bars((row.name, row.sales.net_sales) for row in overview.venues),
        "categories": _make_bars((row.name, row.total) for row in overview.items.categories),
        "staff": _make_bars((row.name, row.sales.net_sales) for row in overview.staff),
    }


def _list_net(days: Iterable[DaySales]) -> dict[str, list[str]]:
    return _give(day.sales.net_sales for day in days)


def _make_bars(rows: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    shown = list(rows)[:_MOST_BARS]
    series = {"label": _("Net"), **_give(amount for _name, amount in shown)}
    return {"kind": "bar", "labels": [name for name, _amount in shown], "series": [series]}


def _give(amounts: Iterable[Any]) -> dict[str, list[str]]:
    exact = list(amounts)
    return {"values": to_plain(exact), "texts": [write_rounded(amount, places=2) for amount in exact]}
