"""The mirror in Django's admin: every table can be looked at, only brands and the cadence of their jobs can be edited.

Each module registers the tables of its domain; Django's autodiscovery imports this package.
"""

from django_clopos.admin import (
    bookkeeping,
    brands,
    catalog,
    people,
    pricing,
    products,
    receipts,
    sales,
    schedule,
    truth,
    venues,
)

__all__ = [
    "bookkeeping",
    "brands",
    "catalog",
    "people",
    "pricing",
    "products",
    "receipts",
    "sales",
    "schedule",
    "truth",
    "venues",
]
