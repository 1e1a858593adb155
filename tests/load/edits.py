"""A restaurant that goes on working while it is mirrored: new receipts, late edits, a stop list that moves."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

from tests.load.remotes import Document, Remote

_BAKU = ZoneInfo("Asia/Baku")
_FIRST_NEW_ID = 5_000_000
_FIRST_NEW_LINE = 50_000_000


@dataclass(kw_only=True, slots=True)
class Writer:
    """Edits one brand after another."""

    remotes: Sequence[Remote]
    rng: Random
    count: int = 0
    last_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def write(self) -> None:
        """Make one edit at some brand."""
        self.count += 1
        remote = self.rng.choice(self.remotes)
        acts: tuple[Callable[[Remote], None], ...] = (self._sell, self._edit, self._edit_order, self._stop)
        self.rng.choice(acts)(remote)
        self.last_at = datetime.now(UTC)

    def _sell(self, remote: Remote) -> None:
        """Ring up a copy of an early receipt, now."""
        receipt = copy.deepcopy(self._pick(remote, "receipts"))
        stamp = datetime.fromtimestamp(int(time.time()), _BAKU).strftime("%Y-%m-%d %H:%M:%S")
        receipt |= {"id": _FIRST_NEW_ID + self.count, "created_at": stamp, "updated_at": stamp, "closed_at": stamp}
        for place, line in enumerate(receipt["receipt_products"]):
            line |= {"id": _FIRST_NEW_LINE + 100 * self.count + place, "receipt_id": receipt["id"]}
        remote.insert("receipts", receipt)

    def _edit(self, remote: Remote) -> None:
        receipt = self._pick(remote, "receipts")
        remote.change("receipts", receipt["id"], {"fiscal_id": f"edited-{self.count}"})

    def _edit_order(self, remote: Remote) -> None:
        order = self._pick(remote, "orders")
        remote.change("orders", order["id"], {"customer_ref_id": f"edited-{self.count}"})

    def _stop(self, remote: Remote) -> None:
        """Take an entry off the stop list, or put one on it."""
        (entries,) = remote.parts("stop-list")
        entry = self.rng.choice(entries)
        if len(entries) > 4 and self.rng.random() < 0.5:
            remote.remove("stop-list", f"{entry['venue_id']},{entry['id']}")
            return
        taken = {(each["venue_id"], each["id"]) for each in entries}
        products = [each["id"] for part in remote.parts("products") for each in part]
        free = [number for number in products if (entry["venue_id"], number) not in taken]
        remote.insert("stop-list", {**entry, "id": self.rng.choice(free)})

    def _pick(self, remote: Remote, collection: str) -> Document:
        """One of the first documents: as old as the history goes."""
        documents = next(remote.parts(collection, size=50))
        return self.rng.choice(documents)
