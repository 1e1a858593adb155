"""What a page shows, read back from its HTML, and exact figures as a page writes them."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from html.parser import HTMLParser

_QUANTITIES = {"Sold", "Given away", "Returned", "Left"}


class Tables(HTMLParser):
    """The tables of a page of the admin in its order: a caption, and rows of texts, the heading's first."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[tuple[str, list[list[str]]]] = []
        self._cell: list[str] | None = None
        self.feed(page.split('id="content"', 1)[1])  # what leads elsewhere is before it

    def named(self, caption: str) -> list[list[dict[str, str]]]:
        """Give the rows of each table of that caption, by heading."""
        return [
            [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if len(row) == len(rows[0])]
            for found, rows in self.tables
            if found == caption
        ]

    @property
    def captions(self) -> set[str]:
        return {caption for caption, _ in self.tables}

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "table":
            self.tables.append(("", []))
        elif tag == "tr" and self.tables:
            self.tables[-1][1].append([])
        elif tag in {"caption", "th", "td"}:
            self._cell = []

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"caption", "th", "td"} and self._cell is not None:
            text, self._cell = "".join(self._cell).strip(), None
            if tag == "caption":
                self.tables[-1] = (text, self.tables[-1][1])
            else:
                self.tables[-1][1][-1].append(text)


def show(title: str, exact: str) -> str:
    """Write a figure as a page does below that heading: amounts to 2 places, percents to 1, weights with theirs."""
    if not exact:
        return "–"  # noqa: RUF001  # as figures are typeset
    if re.fullmatch(r"-?\d+", exact):
        return f"{int(exact):,}"
    if title in _QUANTITIES:
        return f"{Decimal(exact).normalize():,f}"
    if title.endswith("%"):
        return f"{_round(exact, 1)}\u00a0%"
    return _round(exact, 2)


def show_moment(moment: datetime) -> str:
    """Write a moment as a page in American English does."""
    if (moment.hour, moment.minute) in {(0, 0), (12, 0)}:
        return f"{moment:%m/%d/%Y} {'noon' if moment.hour else 'midnight'}"
    clock = f"{moment:%I:%M}".lstrip("0").removesuffix(":00")
    return f"{moment:%m/%d/%Y} {clock} {'a.m.' if moment.hour < 12 else 'p.m.'}"


def _round(exact: str, places: int) -> str:
    text = f"{Decimal(exact):,.{places}f}"
    return text if re.search("[1-9]", text) else text.removeprefix("-")
