"""The mirror in Django's admin: every table can be looked at, and what belongs to the site edited:
brands, who may see them, programs that may read them, and the cadence of their jobs.

Each module registers the tables of its domain; Django's autodiscovery imports this package.
"""

from django_clopos.admin import (
    access,
    bookkeeping,
    brands,
    catalog,
    dashboard,
    face,
    people,
    pricing,
    products,
    receipts,
    rejections,
    runs,
    sales,
    schedule,
    truth,
    venues,
)

__all__ = [
    "access",
    "bookkeeping",
    "brands",
    "catalog",
    "dashboard",
    "face",
    "people",
    "pricing",
    "products",
    "receipts",
    "rejections",
    "runs",
    "sales",
    "schedule",
    "truth",
    "venues",
]
