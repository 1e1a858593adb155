"""Files of exports, read back by another program's eyes: Python's csv module and openpyxl."""

from __future__ import annotations

import csv
import tracemalloc
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from django_clopos.exports import Table, respond, xlsx

# Closing an answer asks Django's connections whether they are still good.
pytestmark = pytest.mark.django_db

BAKU = ZoneInfo("Asia/Baku")
FORMULAS = ("=1+1", "+994501112233", "-2", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1", " =1", '=HYPERLINK("http://x","y")')


def download(kind: str, *tables: Table) -> bytes:
    """Ask for a file, take all of it, and close it as a server does."""
    answer = respond(kind, tables, filename="x")
    try:
        return b"".join(answer)
    finally:
        answer.close()


def read_csv(table: Table) -> list[list[str]]:
    """Ask for a table as CSV, and read the answer."""
    text = download("csv", table).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def read_xlsx(*tables: Table) -> Any:
    """Ask for tables as XLSX, and read the answer."""
    return load_workbook(BytesIO(download("xlsx", *tables)))


def make(*rows: Any, columns: tuple[str, ...] = ("value",), title: str = "Values") -> Table:
    """Make a table."""
    return Table(title=title, columns=columns, rows=rows)


def test_a_csv_file_says_its_name_its_kind_and_its_encoding() -> None:
    answer = respond("csv", [make(("ə",))], filename="receipts")
    assert answer["Content-Disposition"] == 'attachment; filename="receipts.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert b"".join(answer) == "\ufeffvalue\r\nə\r\n".encode()


def test_values_in_csv_are_exact() -> None:
    rows = [
        (Decimal("12345678901234.567890"), -7, None, True),
        (Decimal("1E+3"), 0.5, 'a,b\n"c"', False),
    ]
    assert read_csv(make(*rows, columns=("a", "b", "c", "d")))[1:] == [
        ["12345678901234.567890", "-7", "", "true"],
        ["1000", "0.5", 'a,b\n"c"', "false"],
    ]


def test_times_in_csv_carry_their_zone() -> None:
    moment = datetime(2026, 11, 20, 23, 59, 1, 500, tzinfo=BAKU)
    assert read_csv(make((moment,), (date(2026, 1, 2),)))[1:] == [["2026-11-20 23:59:01+04:00"], ["2026-01-02"]]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_of_a_csv_file_is_a_formula(text: str) -> None:
    rows = read_csv(make((text,), columns=(text,)))
    assert [cell for row in rows for cell in row] == [f"'{text}"] * 2


def test_a_harmless_text_is_left_as_it_is() -> None:
    assert read_csv(make(("Plov = rice",), ("",), ("7-up",)))[1:] == [["Plov = rice"], [""], ["7-up"]]


def test_a_negative_amount_is_a_number_not_a_formula() -> None:
    assert read_csv(make((Decimal("-3.50"),)))[1] == ["-3.50"]
    assert read_xlsx(make((Decimal("-3.50"),))).active["A2"].value == -3.5


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_of_a_workbook_is_a_formula(text: str) -> None:
    sheet = read_xlsx(make((text,), columns=(text,))).active
    for name in ("A1", "A2"):
        assert sheet[name].data_type == "s"
        assert sheet[name].hyperlink is None
        assert sheet[name].value.endswith(text.strip())


def test_values_of_a_workbook_have_their_types() -> None:
    row = (
        Decimal("12.3400"), 7, True, None, date(2026, 1, 2), datetime(2026, 11, 20, 23, 59, 1, tzinfo=BAKU),
        time(4, 5), timedelta(hours=30), "Plov",
    )  # fmt: skip
    sheet = read_xlsx(make(row, columns=tuple("abcdefghi"))).active
    values = [cell.value for cell in sheet[2]]
    assert values[:4] == [12.34, 7, True, None]
    assert [str(value) for value in values[4:6]] == ["2026-01-02 00:00:00", "2026-11-20 23:59:01"]
    assert values[6:] == [time(4, 5), timedelta(hours=30), "Plov"]


def test_a_number_too_long_for_a_float_is_text() -> None:
    sheet = read_xlsx(make((Decimal("12345678901234.5678"),), (1234567890123456,), (Decimal("NaN"),))).active
    assert [sheet[f"A{row}"].value for row in (2, 3, 4)] == ["12345678901234.5678", "1234567890123456", "NaN"]


def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    assert read_xlsx(make(("a\x00b\x0bc",))).active["A2"].value == "abc"


def test_a_text_longer_than_a_cell_is_cut() -> None:
    assert len(read_xlsx(make(("x" * 40_000,))).active["A2"].value) == 32_767


def test_each_table_has_a_sheet_with_a_title_of_its_own() -> None:
    long = "Sales by hour of the weekday: [all] venues/areas"
    book = read_xlsx(make((1,), title=long), make((2,), title=long), make(title=""))
    assert len(set(book.sheetnames)) == 3
    assert all(len(title) <= 31 for title in book.sheetnames)
    assert book.worksheets[1]["A2"].value == 2
    assert book.worksheets[2]["A1"].value == "value"


def test_rows_beyond_a_sheet_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_MOST_ROWS", 3)
    book = read_xlsx(make(*((number,) for number in range(7))))
    assert [[row[0].value for row in sheet.iter_rows(min_row=2)] for sheet in book] == [[0, 1, 2], [3, 4, 5], [6]]
    assert len(read_xlsx(make((1,), (2,), (3,))).sheetnames) == 1


def test_csv_is_sent_while_it_is_read() -> None:
    read = 0

    def rows() -> Any:
        nonlocal read
        for read in range(1, 10_001):
            yield (read,)

    pieces = iter(respond("csv", [Table(title="x", columns=("n",), rows=rows())], filename="x"))
    next(pieces)
    assert read < 1_000
    assert sum(1 for _ in pieces) > 5


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_rows(kind: str) -> None:
    def measure(count: int) -> int:
        rows = ((number, "some text", Decimal("1.5")) for number in range(count))
        tracemalloc.start()
        answer = respond(kind, [Table(title="x", columns=("a", "b", "c"), rows=rows)], filename="x")
        for _ in answer:
            pass
        answer.close()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    measure(100)  # what is imported and cached once
    assert measure(20_000) < measure(2_000) + 2**20


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="csv, xlsx"):
        respond("pdf", [make()], filename="x")


def test_a_csv_of_two_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="use XLSX"):
        respond("csv", [make(), make()], filename="x")


def test_an_error_while_rows_are_read_breaks_the_download_off() -> None:
    def rows() -> Any:
        yield (1,)
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        b"".join(respond("csv", [Table(title="x", columns=("n",), rows=rows())], filename="x"))


def test_a_moment_without_a_zone_is_written_as_it_is() -> None:
    assert read_csv(make((datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),)))[1] == ["2026-01-01 00:00:00"]
