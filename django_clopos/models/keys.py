"""How a primary key is computed from a brand and a remote id."""

from __future__ import annotations

from django.db import models

#: Room for one brand's remote ids inside a primary key.
BRAND_SPAN = 10**12


def compute_key(brand: models.Model | int, clopos_id: int) -> int:
    """Compute the primary key of a remote id under a brand: ``brand_id * 10**12 + clopos_id``.

    Raises ValueError for an id outside 1 .. 10**12 - 1, which would land in another brand's room.
    """
    if not 1 <= clopos_id < BRAND_SPAN:
        raise ValueError(f"A remote id lies between 1 and {BRAND_SPAN - 1}, not {clopos_id}.")
    brand_id = brand if isinstance(brand, int) else brand.pk
    return int(brand_id) * BRAND_SPAN + clopos_id
