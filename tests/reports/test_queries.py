"""However much was sold, a report asks the same number of questions of the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_clopos import reports
from django_clopos.models import Brand, Receipt
from django_clopos.reports import Question
from tests.reports.conftest import LAST, Document

REPORTS: dict[str, tuple[int, Callable[[Question], Any]]] = {
    "sum_sales": (2, reports.sum_sales),
    "compare_sales": (2, reports.compare_sales),
    "sum_by_day": (2, reports.sum_by_day),
    "sum_by_hour": (2, reports.sum_by_hour),
    "sum_by_venue": (3, reports.sum_by_venue),
    "sum_by_sale_type": (3, reports.sum_by_sale_type),
    "sum_by_staff": (3, reports.sum_by_staff),
    "sum_payments": (5, reports.sum_payments),
    "sum_items": (7, reports.sum_items),
    "sum_uncounted": (2, reports.sum_uncounted),
    "read_present": (4, lambda question: reports.read_present(question.brand)),
    "make_overview": (16, reports.make_overview),
    "make_z_report": (16, lambda question: reports.make_z_report(question.brand, venue=1, day=question.first)),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_asks_so_many_questions(question: Question, receipts: list[Document], name: str) -> None:
    queries, ask = REPORTS[name]
    with CaptureQueriesContext(connection) as asked:
        ask(question)

    assert len(asked) == queries


def test_no_report_reads_a_record(question: Question, receipts: list[Document]) -> None:
    with CaptureQueriesContext(connection) as asked:
        for _, ask in REPORTS.values():
            ask(question)

    assert [query["sql"] for query in asked if '"raw"' in query["sql"]] == []


def test_dated_receipts_are_read_from_the_index_alone(brand: Brand) -> None:
    """Planned for many rows, which an empty table shows by the index's name alone."""
    question = Question(brand=brand, first=LAST, last=LAST)
    with CaptureQueriesContext(connection) as asked:
        reports.sum_sales(question)

    columns = {
        column for index in Receipt._meta.indexes if index.name == "clopos_receipt_sales" for column in index.fields
    }
    read = {field.name for field in Receipt._meta.concrete_fields if f'."{field.column}"' in asked[-1]["sql"]}
    assert read - columns == {"removed_at"}  # the index's own condition
