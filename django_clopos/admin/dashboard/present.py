"""What the dashboard says of now: open receipts, waiting orders, the stop list and the last comparison with Clopos."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from django_clopos.admin.dashboard import columns
from django_clopos.admin.dashboard.tables import Kind, Section, write
from django_clopos.models import Brand
from django_clopos.reports import Compared, Pending, Present


@dataclass(frozen=True, kw_only=True, slots=True)
class Now:
    """How a brand stands, with moments in its zone."""

    open_receipts: Pending
    waiting_orders: Pending
    stops: Section
    open_receipts_text: str
    """Their total."""
    compared: Compared | None
    compared_at: datetime | None


def list_present(present: Present, brand: Brand) -> Now:
    """Put everything on the brand's clock, and the stop list into a table."""
    zone = brand.timezone_of()

    def move(moment: datetime | None) -> datetime | None:
        return moment and moment.astimezone(zone)

    compared = present.reconciliation
    return Now(
        open_receipts=replace(present.open_receipts, oldest_at=move(present.open_receipts.oldest_at)),
        waiting_orders=replace(present.waiting_orders, oldest_at=move(present.waiting_orders.oldest_at)),
        open_receipts_text=write(present.open_receipts.total, Kind.AMOUNT),
        stops=Section(
            key="stop-list",
            title=_("Stop list"),
            columns=columns.STOPS,
            items=[
                replace(stop, since=stop.since and stop.since.astimezone(brand.timezone_of(stop.venue)))
                for stop in present.stop_list
            ],
        ),
        compared=compared,
        compared_at=move(compared.at if compared else None),
    )
