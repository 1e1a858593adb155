"""How an answer becomes JSON: numbers of the remote's records keep their digits."""

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


_encode = msgspec.json.Encoder(decimal_format="number", enc_hook=_encode_other).encode


class ExactJSONRenderer(JSONRenderer):
    """Writes a Decimal as a JSON number with its own digits.

    The framework's renderer would turn the 16.2000 of a record into the text "16.2000". Columns are not concerned:
    their serializer field has already made them text.
    """

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Encode the answer; indented where the media type or the browsable pages ask for it."""
        if data is None:
            return b""
        body = _encode(data)
        indent = self.get_indent(accepted_media_type or "", dict(renderer_context or {}))
        return body if indent is None else msgspec.json.format(body, indent=indent)
