"""An export as the answer to a request: a file to download, sent piece by piece."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from django_clopos.exports.csv import stream_csv
from django_clopos.exports.table import Table
from django_clopos.exports.xlsx import build_xlsx

#: Formats by the name that an address has for them, and their media types.
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def respond(format: str, tables: Sequence[Table], *, filename: str) -> HttpResponseBase:  # noqa: A002  # the field's word
    """Answer with a file of the tables; `filename` without the ending.

    CSV has one table and is sent while its rows are read: an error then breaks the download off, so that no part is
    taken for the whole. XLSX has a sheet for each and is built first. Raises ValueError for another format, and for a
    CSV of several tables.
    """
    if format not in FORMATS:
        raise ValueError(f"{format!r} is no format of exports: use one of {', '.join(FORMATS)}.")
    name = f"{filename}.{format}"
    if format == "xlsx":
        return FileResponse(build_xlsx(tables), as_attachment=True, filename=name, content_type=FORMATS[format])
    if len(tables) != 1:
        raise ValueError(f"A CSV file holds one table, not {len(tables)}: use XLSX.")
    headers = {"Content-Disposition": str(content_disposition_header(as_attachment=True, filename=name))}
    return StreamingHttpResponse(stream_csv(tables[0]), content_type=FORMATS[format], headers=headers)
