"""A whole list as CSV or NDJSON, sent while it is read: in memory is one portion of rows, however many there are.

Portions are read by key, not by a cursor of the database, so that it works through poolers and holds no transaction
open. An error breaks the download off, so that no part is taken for the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.db import models
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from django_clopos import exports
from django_clopos.access import Viewer
from django_clopos.api.orders import Order, walk
from django_clopos.api.renderers import NDJSONRenderer, encode
from django_clopos.api.rows import Row, fetch_rows
from django_clopos.api.shapes import Shape

_PORTION = 500


def stream(
    format: str,  # noqa: A002  # the framework's word
    rows: models.QuerySet[Any],
    *,
    order: Order,
    shape: Shape,
    viewer: Viewer,
    filename: str,
) -> HttpResponseBase:
    """Answer with every row. CSV has the columns of the rows themselves; NDJSON has what is nested in them too."""
    portions = (fetch_rows(shape, keys, viewer) for keys in walk(rows, order, size=_PORTION))
    if format == "csv":
        return exports.respond(format, [_tabulate(shape, portions)], filename=filename)
    headers = {
        "Content-Disposition": str(content_disposition_header(as_attachment=True, filename=f"{filename}.ndjson"))
    }
    return StreamingHttpResponse(_write_lines(portions), content_type=NDJSONRenderer.media_type, headers=headers)


def _write_lines(portions: Iterator[list[Row]]) -> Iterator[bytes]:
    for portion in portions:
        yield b"".join(encode(row) + b"\n" for row in portion)


def _tabulate(shape: Shape, portions: Iterator[list[Row]]) -> exports.Table:
    names = [column.name for column in shape.columns]
    rows = ([_make_cell(row[name]) for name in names] for portion in portions for row in portion)
    return exports.Table(title=str(shape.model._meta.verbose_name_plural), columns=names, rows=rows)


def _make_cell(value: Any) -> exports.Cell:
    cell: exports.Cell = bytes(value).decode() if isinstance(value, msgspec.Raw) else value
    return cell
