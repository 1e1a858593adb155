"""Every picture is shown somewhere, and none is a burden."""

from __future__ import annotations

import re
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_PAGES = (_ROOT / "README.md", *(_ROOT / "docs").glob("*.md"))
_LINK = re.compile(r"!\[[^\]]+\]\(([^)]+\.png)\)")
_MOST_BYTES = 300_000


def test_every_picture_is_shown_and_every_shown_picture_is_there() -> None:
    shown = {(page.parent / link).resolve() for page in _PAGES for link in _LINK.findall(page.read_text())}
    assert shown == set((_ROOT / "docs" / "images").iterdir())


def test_no_picture_is_large() -> None:
    sizes = {path.name: path.stat().st_size for path in (_ROOT / "docs" / "images").iterdir()}
    assert {name: size for name, size in sizes.items() if size > _MOST_BYTES} == {}
