"""All at once is the same as one by one, and as plain data it loses nothing."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from decimal import Decimal

import pytest

from django_clopos import reports
from django_clopos.models import Brand
from django_clopos.reports import Question, Role, hide_names, make_overview, to_plain
from django_clopos.testing import make_receipt
from tests.reports.conftest import LAST, Document


@pytest.mark.parametrize("venues", [None, [1], [2, 3], []], ids=["all venues", "one venue", "two venues", "none"])
def test_an_overview_equals_the_reports_one_by_one(
    question: Question, receipts: list[Document], venues: list[int] | None
) -> None:
    asked = replace(question, venues=venues)
    overview = make_overview(asked, role=Role.CLOSED)

    assert overview.comparison == reports.compare_sales(asked)
    assert overview.venues == reports.sum_by_venue(asked)
    assert overview.sale_types == reports.sum_by_sale_type(asked)
    assert overview.hours == reports.sum_by_hour(asked)
    assert overview.payments == reports.sum_payments(asked)
    assert overview.items == reports.sum_items(asked)
    assert overview.staff == reports.sum_by_staff(asked, role=Role.CLOSED)
    assert overview.uncounted == reports.sum_uncounted(asked)


def test_what_is_found_out_at_once_is_not_kept_by_the_question(brand: Brand) -> None:
    question = Question(brand=brand, first=LAST, last=LAST)
    make_overview(question)
    make_receipt(brand, status=2, shift_date=LAST, lines=[{"product": 1, "price": 3}])

    assert reports.sum_items(question).products[0].total == 3
    assert question.known is replace(question.at_once(), first=LAST).known is None


def test_plain_data_has_every_figure_and_place(question: Question, receipts: list[Document]) -> None:
    sales = reports.sum_sales(question)
    plain = json.loads(json.dumps(to_plain(sales)))

    assert {field.name for field in fields(sales)} < plain.keys()
    assert plain["net_sales"] == str(sales.net_sales)
    assert plain["net_sales"][-5] == "."
    assert plain["net"]["gross"] == str(sales.net.gross)
    assert to_plain(make_overview(question))["items"]["products"][0]["margin"] is not None


def test_plain_data_writes_days_roles_and_nothing(brand: Brand) -> None:
    plain = to_plain(make_overview(Question(brand=brand, first=LAST, last=LAST)))

    assert plain["role"] == "user"
    assert plain["comparison"]["days"][0]["day"] == str(LAST)
    assert plain["comparison"]["now"]["average_receipt"] is None
    assert to_plain(Decimal("1.5000")) == "1.5000"


def test_hidden_staff_is_called_by_its_id(question: Question, receipts: list[Document]) -> None:
    staff = reports.sum_by_staff(question)
    hidden = hide_names(staff)

    assert [(row.id, row.sales) for row in hidden] == [(row.id, row.sales) for row in staff]
    assert {row.name for row in hidden} == {f"Staff user {row.id}" if row.id else "No staff user" for row in staff}
