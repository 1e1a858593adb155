"""Pages of receipts on disk, one day a page, compressed or plain; written once for all contenders.

A day of exactly one page lets a file answer any window of days. What follows the records differs from question to
question (the total), so a file holds the beginning of an answer only: see `server`.
"""

from __future__ import annotations

import argparse
import json
import zlib
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks.templates import Template, make_template, read_templates

PAGE_ROWS = 200
FIRST_RECEIPT = 100_000_001
FIRST_LINE = 500_000_001
_HEAD = b'{"success":true,"data":['
#: More would only take longer: a page of 200 receipts of one restaurant resembles the next one.
_MOST_TEMPLATES = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What a folder of pages holds."""

    receipts: int
    lines: int
    payments: int
    first_day: str
    last_day: str
    is_plain: bool
    body_bytes: int
    """Of all pages, as JSON."""
    wire_bytes: int
    """Of all pages, as they are sent."""

    @property
    def pages(self) -> int:
        """How many pages hold a record."""
        return self.receipts // PAGE_ROWS


def write_pages(folder: Path, *, receipts: int, is_edited: bool = False, is_plain: bool = False) -> Facts:
    """Write the pages of so many receipts, a multiple of the page; their last day is yesterday."""
    folder.mkdir(parents=True)
    records = read_templates(min(receipts, _MOST_TEMPLATES))
    templates = [make_template(record, is_edited=is_edited) for record in records]
    pages = receipts // PAGE_ROWS
    first_day = date.today() - timedelta(days=pages)  # noqa: DTZ011  # any day will do
    line, body_bytes, wire_bytes = FIRST_LINE, 0, 0
    for place in range(pages):
        start = place * PAGE_ROWS % len(templates)
        chosen = templates[start : start + PAGE_ROWS]
        body = _HEAD + _render(chosen, FIRST_RECEIPT + place * PAGE_ROWS, line, first_day + timedelta(days=place))
        line += sum(template.lines for template in chosen)
        packed = body if is_plain else _pack(body)
        (folder / str(place)).write_bytes(packed)
        body_bytes, wire_bytes = body_bytes + len(body), wire_bytes + len(packed)
    used = [templates[number % len(templates)] for number in range(pages * PAGE_ROWS)]
    facts = Facts(
        receipts=pages * PAGE_ROWS,
        lines=line - FIRST_LINE,
        payments=sum(template.payments for template in used),
        first_day=first_day.isoformat(),
        last_day=(first_day + timedelta(days=pages - 1)).isoformat(),
        is_plain=is_plain,
        body_bytes=body_bytes,
        wire_bytes=wire_bytes,
    )
    (folder / "facts.json").write_text(json.dumps(asdict(facts)))
    return facts


def read_facts(folder: Path) -> Facts:
    """Read what a folder holds."""
    return Facts(**json.loads((folder / "facts.json").read_text()))


def _render(templates: list[Template], receipt: int, line: int, day: date) -> bytes:
    bodies, stamp = [], day.isoformat().encode()
    for place, template in enumerate(templates):
        bodies.append(template.render(receipt + place, line, stamp))
        line += template.lines
    return b",".join(bodies)


def _pack(body: bytes) -> bytes:
    """Compress the beginning of an answer so that its end can be appended: flushed, not finished.

    Its check sum and size come first; `unpack` splits them off.
    """
    packer = zlib.compressobj(level=4, wbits=-zlib.MAX_WBITS)
    marks = zlib.crc32(body).to_bytes(4, "little") + len(body).to_bytes(4, "little")
    return marks + packer.compress(body) + packer.flush(zlib.Z_SYNC_FLUSH)


def unpack(packed: bytes) -> tuple[bytes, int, int]:
    """Give the compressed beginning of an answer, its check sum and its size."""
    return packed[8:], int.from_bytes(packed[:4], "little"), int.from_bytes(packed[4:8], "little")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--receipts", type=int, required=True)
    parser.add_argument("--edited", action="store_true")
    parser.add_argument("--plain", action="store_true")
    arguments = parser.parse_args()
    write_pages(arguments.folder, receipts=arguments.receipts, is_edited=arguments.edited, is_plain=arguments.plain)
