"""Money while it is computed: whole ten-thousandths of a manat, so that every sum is exact.

It turns them into the numbers a document holds, and nothing else: rounding rules of a receipt live in `basket`.
"""

from decimal import Decimal
from functools import lru_cache

UNITS = 10_000
CENT = 100


def units(price: str) -> int:
    """The ten-thousandths in a price written as text."""
    return int(Decimal(price) * UNITS)


@lru_cache(maxsize=2**16)
def amount(count: int) -> int | Decimal:
    """The number a document holds: an int when whole, else a Decimal without trailing zeros.

    Cached because equal amounts then share one object, which keeps a quarter of sales small in memory.

    Source: wire contract 10, ints and floats alternate for the same field.
    """
    whole, rest = divmod(count, UNITS)
    return Decimal(count).scaleb(-4).normalize() if rest else whole


def percent(count: int, *, rate: int) -> int:
    """`rate` percent of an amount, rounded half up to a cent."""
    return (count * rate + CENT * CENT // 2) // (CENT * CENT) * CENT
