"""How a table of texts is printed: columns as wide as they must be, a rule below the header."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.management.base import OutputWrapper


def print_columns(stdout: OutputWrapper, header: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Print a header, a rule and lines of as many cells, the cells left-aligned."""
    widths = [max(len(line[column]) for line in (header, *lines)) for column in range(len(header))]
    for line in (header, ["-" * width for width in widths], *lines):
        stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
