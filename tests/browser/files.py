"""Files that a page gives."""

from __future__ import annotations

import csv
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Locator, Page

Rows = list[list[str]]


def download(page: Page, link: Locator) -> Path:
    """Click a link to a file and wait until it is there."""
    with page.expect_download() as waiting:
        link.click()
    return Path(waiting.value.path())


def read_csv(path: Path) -> Rows:
    """Give the rows of a file, its heading first."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def read_xlsx(path: Path) -> dict[str, Rows]:
    """Give the rows of every sheet by its title."""
    with path.open("rb") as file:
        book = load_workbook(file)
        return {
            sheet.title: [["" if cell is None else str(cell) for cell in row] for row in sheet.values] for sheet in book
        }
