"""Tables for spreadsheets: CSV and XLSX, sent while they are read, formulas in the data made harmless.

What is in a table is the caller's: rows come already limited to what the reader may see, and masked::

    return respond("csv", [Table(title="Receipts", columns=("id", "total"), rows=rows)], filename="receipts")
"""

from __future__ import annotations

from django_clopos.exports.respond import FORMATS, respond
from django_clopos.exports.table import Cell, Table

__all__ = ["FORMATS", "Cell", "Table", "respond"]
