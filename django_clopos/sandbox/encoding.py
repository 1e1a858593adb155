"""JSON text with exact numbers: a Decimal is written digit by digit, never through a float.

`json` can only write floats, so a Decimal leaves as a marked string, and the marks and quotes are taken off the text.
The text is ASCII with escapes, as PHP writes it, so that lone surrogates and NUL can be sent too.
"""

import json
import re
from decimal import Decimal
from typing import Any

_MARK = "\ue000"
_MARKED = re.compile(r'"\\ue000([-+0-9.eE]+)"')


def encode(value: object) -> bytes:
    """JSON bytes of plain data; Decimal becomes the number with the same digits.

    Raises ValueError for NaN and infinities, TypeError for what is no JSON.
    """
    return _MARKED.sub(r"\1", _ENCODER.encode(value)).encode("ascii")


def decode(text: bytes | str) -> Any:
    """Plain data from JSON, fractions as Decimal."""
    return json.loads(text, parse_float=Decimal)


def _write_decimal(value: object) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is no JSON")
    if not value.is_finite():
        raise ValueError("JSON has no NaN and no infinity")
    return f"{_MARK}{value}"


_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_write_decimal)
