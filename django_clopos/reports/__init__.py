"""What a restaurant asks of its sales, answered from the mirror. docs/reports.md defines every figure.

Each function takes a `Question`, aggregates in the database in a constant number of queries, and answers with frozen
dataclasses: amounts as Decimals of 4 places in the brand's currency, rows by Clopos id and name.
"""

from __future__ import annotations

from django_clopos.reports.figures import Amounts, NamedSales, Sales
from django_clopos.reports.hours import HourSales, sum_by_hour
from django_clopos.reports.items import Items, ItemSales, sum_items
from django_clopos.reports.overview import Overview, make_overview
from django_clopos.reports.payments import PaymentMix, PaymentSales, sum_payments
from django_clopos.reports.plain import to_plain
from django_clopos.reports.present import Compared, Pending, Present, Stop, read_present
from django_clopos.reports.question import Question
from django_clopos.reports.sales import (
    Comparison,
    DaySales,
    compare_sales,
    sum_by_day,
    sum_by_sale_type,
    sum_by_venue,
    sum_sales,
)
from django_clopos.reports.staff import Role, hide_names, sum_by_staff
from django_clopos.reports.uncounted import Uncounted, sum_uncounted
from django_clopos.reports.zreport import ZReport, make_z_report

__all__ = [
    "Amounts",
    "Compared",
    "Comparison",
    "DaySales",
    "HourSales",
    "ItemSales",
    "Items",
    "NamedSales",
    "Overview",
    "PaymentMix",
    "PaymentSales",
    "Pending",
    "Present",
    "Question",
    "Role",
    "Sales",
    "Stop",
    "Uncounted",
    "ZReport",
    "compare_sales",
    "hide_names",
    "make_overview",
    "make_z_report",
    "read_present",
    "sum_by_day",
    "sum_by_hour",
    "sum_by_sale_type",
    "sum_by_staff",
    "sum_by_venue",
    "sum_items",
    "sum_payments",
    "sum_sales",
    "sum_uncounted",
    "to_plain",
]
