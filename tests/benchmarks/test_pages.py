"""The benchmark's remote gives distinct receipts, in pages that a client can read, compressed or not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.dataset import PAGE_ROWS, read_facts, write_pages
from benchmarks.server import Pages
from benchmarks.templates import make_template, read_templates

FIRST, LAST = {"limit": ["1"], "page": ["1"]}, {"limit": ["1"], "page": ["1"], "sort[1]": ["-1"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pages")
    write_pages(root / "gzip", receipts=3 * PAGE_ROWS)
    write_pages(root / "plain", receipts=3 * PAGE_ROWS, is_plain=True)
    return root


def read(folder: Path, query: dict[str, list[str]]) -> dict[str, Any]:
    pages = Pages(folder)
    body = pages.answer(query)
    found: dict[str, Any] = json.loads(body if pages.is_plain else gzip.decompress(body))
    return found


def page(number: int, *days: str) -> dict[str, list[str]]:
    dates = {f"date[{place}]": [day] for place, day in enumerate(days)}
    return {"limit": [str(PAGE_ROWS)], "page": [str(number)], **dates}


def test_a_compressed_page_holds_what_a_plain_one_does(folder: Path) -> None:
    assert read(folder / "gzip", page(2)) == read(folder / "plain", page(2))


def test_no_receipt_and_no_line_comes_twice(folder: Path) -> None:
    receipts = [receipt for number in (1, 2, 3) for receipt in read(folder / "gzip", page(number))["data"]]
    lines = [line for receipt in receipts for line in receipt["receipt_products"]]

    assert len({receipt["id"] for receipt in receipts}) == 3 * PAGE_ROWS
    assert len({line["id"] for line in lines}) == len(lines) == read_facts(folder / "gzip").lines


def test_lines_name_their_receipt(folder: Path) -> None:
    receipts = read(folder / "gzip", page(3))["data"]

    assert all(line["receipt_id"] == receipt["id"] for receipt in receipts for line in receipt["receipt_products"])


def test_after_the_last_page_comes_an_empty_one(folder: Path) -> None:
    found = read(folder / "gzip", page(4))

    assert (found["data"], found["total"]) == ([], 3 * PAGE_ROWS)


def test_a_window_of_days_gives_the_receipts_of_these_days(folder: Path) -> None:
    day = read_facts(folder / "gzip").last_day

    found = read(folder / "gzip", page(1, day, "2100-01-01"))

    assert found["total"] == PAGE_ROWS
    assert {receipt["created_at"][:10] for receipt in found["data"]} == {day}


def test_a_probe_gives_the_oldest_or_the_newest_receipt(folder: Path) -> None:
    facts = read_facts(folder / "gzip")

    assert read(folder / "gzip", FIRST)["data"][0]["created_at"].startswith(facts.first_day)
    assert read(folder / "gzip", LAST)["data"][0]["created_at"].startswith(facts.last_day)


def test_an_edited_receipt_differs_in_total_and_stamp_only() -> None:
    [record] = read_templates(1)

    before, after = (
        json.loads(make_template(record, is_edited=is_edited).render(7, 70, b"2026-01-02"))
        for is_edited in (False, True)
    )

    assert {key for key in before if before[key] != after[key]} == {"total", "updated_at"}
