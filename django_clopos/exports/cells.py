"""How a value is written for spreadsheets: nothing that came as data is ever run as a formula.

A text that a spreadsheet would take for a formula gets an apostrophe in front, the spreadsheets' own sign for text. The
signs are those that OWASP names ("CSV Injection"), with the wide forms that some programs treat alike. A number written
as text, such as a phone "+994501234567", is one of them; numbers in columns of numbers are left alone.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django_clopos.exports.table import Cell

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

#: What XML cannot hold, and no spreadsheet shows.
_CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\r\n"}


def clean(text: str) -> str:
    """Leave out what a spreadsheet cannot hold."""
    return text.translate(_CONTROLS)


def neutralise(text: str) -> str:
    """Make a text harmless that a spreadsheet would run; blanks in front of it may be cut off by the reader."""
    text = clean(text)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) or text.lstrip().startswith(_FORMULA_SIGNS) else text


def write_text(value: Cell) -> str:
    """Write a value as CSV has it: exact numbers with a point, times of ISO 8601, an empty text for None."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return neutralise(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case _:
            return str(value)
