"""What a walk that believes every answer would have removed: the ids that one walk of a list did not give.

It sees the very answers that the sync saw. It is no strawman: it drops walks that broke off and reads pages to the
first one that is not full; it lacks only the second look.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Document = dict[str, Any]


class NaiveWalk:
    """Follows the pages of every list, and counts the rows that it would have removed although they are there."""

    def __init__(self, exists: Callable[[str, int], bool]) -> None:
        self._exists = exists
        self._known: dict[tuple[str, int], dict[int, str]] = {}
        """By list and venue: ids with the day of the row."""
        self._pages: dict[tuple[Any, ...], list[list[Document]]] = {}
        self.false_removals = 0
        self.by_races = 0
        """Those of them whose walk gave rows, so that only an edit between two pages can have hidden one."""

    def see(self, *, name: str, venue: int, query: dict[str, str], body: bytes) -> None:
        """Take one answer in."""
        records = _read(body)
        if records is None:
            return
        days = (query.get("date[0]", ""), query.get("date[1]", ""))
        page, limit = int(query.get("page", 1)), int(query.get("limit", 10**6))
        if query.get("sort[0]") == "updated_at" or limit == 1:
            return  # reads only what is new: nobody infers a removal from it
        pages = self._pages.setdefault((name, venue, days), [])
        if page <= len(pages):
            del pages[page - 1 :]
        if page != len(pages) + 1:
            pages.clear()
            return
        pages.append(records)
        if len(records) < limit:
            self._finish(name, venue, days, [record for each in pages for record in each])
            pages.clear()

    def _finish(self, name: str, venue: int, days: tuple[str, str], records: Iterable[Document]) -> None:
        known = self._known.setdefault((name, venue), {})
        given = {record["id"]: str(record.get("created_at", ""))[:10] for record in _flatten(records)}
        judged = [clopos_id for clopos_id, day in known.items() if not days[0] or days[0] <= day <= days[1]]
        for clopos_id in judged:
            if clopos_id not in given:
                del known[clopos_id]
                is_false = self._exists(name, clopos_id)
                self.false_removals += is_false
                self.by_races += is_false and bool(given)
        known.update(given)


def _read(body: bytes) -> list[Document] | None:
    """Give the records of an answer; None: it is no good answer."""
    try:
        answer = json.loads(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
    except (ValueError, OSError, EOFError):
        return None
    data = answer.get("data") if answer.get("success", True) else None
    return data if isinstance(data, list) else None


def _flatten(records: Iterable[Document]) -> Iterator[Document]:
    for record in records:
        if isinstance(record.get("id"), int):
            yield record
        yield from _flatten(record.get("children") or ())
