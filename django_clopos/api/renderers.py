"""How an answer becomes bytes: exact numbers, and rows that are sent while they are read.

Amounts are texts, so that no reader takes them for floats. JSON columns and records are passed on as they are stored,
numbers with their own digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

_rest_framework_default = JSONEncoder().default


def _encode_other(value: object) -> object:
    # msgspec takes no subclasses of str, such as the framework's ErrorDetail.
    return str(value) if isinstance(value, str) else _rest_framework_default(value)


encode = msgspec.json.Encoder(decimal_format="string", enc_hook=_encode_other).encode


class ExactJSONRenderer(JSONRenderer):
    """Writes a Decimal as text with its own digits, and JSON that is encoded already as it is."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Encode the answer; indented where the media type or the browsable pages ask for it."""
        if data is None:
            return b""
        body = encode(data)
        indent = self.get_indent(accepted_media_type or "", dict(renderer_context or {}))
        return body if indent is None else msgspec.json.format(body, indent=indent)


class CSVRenderer(ExactJSONRenderer):
    """Stands for a list as CSV, which `streams` writes; what is no list, an error, is JSON."""

    media_type = "text/csv"
    format = "csv"


class NDJSONRenderer(ExactJSONRenderer):
    """Stands for a list as NDJSON, a row a line, which `streams` writes; what is no list, an error, is JSON."""

    media_type = "application/x-ndjson"
    format = "ndjson"


#: Formats that are sent while their rows are read.
STREAMED = frozenset({CSVRenderer.format, NDJSONRenderer.format})
