"""What people do to a restaurant while it is synced: every edit that the remote allows, chosen by a seed.

Each edit is told to a journal, so that it is known since when a document has been there without a break.
"""

from __future__ import annotations

import copy
import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django_clopos.sandbox import Sandbox
from tests.conftest import SLUG

Document = dict[str, Any]
Key = Any

#: The field that an ordinary edit changes.
_FIELDS = {
    "users": "first_name",
    "customer-groups": "name",
    "customers": "name",
    "categories": "name",
    "stations": "name",
    "products": "price",
    "price-lists": "name",
    "price-list-prices": "price",
    "sale-types": "name",
    "payment-methods": "name",
    "orders": "status",
    "receipts": "total",
}
_NUMBERS = {"price", "total"}
_DATED = ("orders", "receipts")
_OWN_PARTS = ("receipt_products", "modificator_groups", "packages", "taxes")
#: More at once would be too many to believe, which is a scenario of its own.
_MOST_REMOVED = 8
#: So that no list, nor a venue's part of it, runs empty by honest deletions.
_FEWEST_LEFT = 2
_LAST_VENUE = 3
_NEW_IDS = 5000


class Editor:
    """Edits one restaurant. Safe to call from the client's threads."""

    def __init__(self, sandbox: Sandbox, rng: Random, *, collections: tuple[str, ...]) -> None:
        self.sandbox = sandbox
        self.rng = rng
        self.collections = tuple(name for name in collections if name in _FIELDS)
        self.has_stop_list = "stop-list" in collections
        self.moment = 0
        """Counts edits."""
        self.present_since: dict[tuple[str, Key], int] = defaultdict(int)
        """The edit by which a document came, or came back; 0: it was there from the beginning."""
        self.log: list[str] = []
        self._removed: dict[str, dict[Key, Document]] = defaultdict(dict)
        self._next_id = _NEW_IDS
        self._lock = threading.RLock()

    def race(self, name: str) -> None:
        """Edit the list that is being read: what moves its rows under the reader's hands."""
        if name not in self.collections:
            return
        with self._lock:
            self.moment += 1
            act = self.rng.choice((self._remove_low, self._remove_low, self._restore_one))
            done = act(name)
            if done:
                self.log.append(f"{self.moment}: {done} while it is read")

    def edit(self) -> None:
        """Do one thing, if it can be done."""
        actions: list[tuple[int, Callable[[], str | None]]] = [
            (3, self._insert),
            (4, self._change),
            (2, self._change_quietly),
            (4, self._remove),
            (3, self._restore),
            (1, self._mark_deleted),
            (1, self._unmark_deleted),
            (2, self._remove_and_insert),
        ]
        if "receipts" in self.collections:
            actions += [(2, self._edit_payment), (1, self._reopen), (2, self._remove_old_receipt)]
        if "categories" in self.collections:
            actions.append((1, self._remove_branch_of_categories))
        if self.has_stop_list:
            actions.append((3, self._edit_stop_list))
        actions.append((1, self._close_or_open_venue))
        with self._lock:
            self.moment += 1
            act = self.rng.choices([each for _, each in actions], [weight for weight, _ in actions])[0]
            done = act()
            if done:
                self.log.append(f"{self.moment}: {done}")

    # Any list

    def _insert(self) -> str | None:
        name = self._choose_collection()
        samples = [each for each in self._documents(name) if not (each.get("modificator_groups") or each.get("recipe"))]
        if not samples:
            return None
        document = self._copy(name, self.rng.choice(samples))
        self._put(name, document)
        return f"insert {name} {document['id']}"

    def _copy(self, name: str, sample: Document) -> Document:
        document = copy.deepcopy(sample)
        document["id"] = self._take_id()
        if "cid" in document:
            document["cid"] = f"00000000-0000-4000-8000-{document['id']:012d}"
        for part in _OWN_PARTS:
            for item in document.get(part) or ():
                if part == "receipt_products":
                    item |= {"id": self._take_id(), "receipt_id": document["id"]}
        if "parent_id" in document and name == "categories":
            document["parent_id"] = sample["parent_id"]
        if name in _DATED:
            # Now, or a till that was offline for days.
            days = self.rng.choice((0, 0, 0, 1, 2, 5, 15))
            document["created_at"] = _write(datetime.now(UTC) - timedelta(days=days), like=sample["created_at"])
            document["updated_at"] = _write(datetime.now(UTC), like=sample["updated_at"])
        document["deleted_at"] = None if "deleted_at" in sample else document.pop("deleted_at", None)
        if "deleted_at" not in sample:
            del document["deleted_at"]
        return document

    def _change(self) -> str | None:
        found = self._choose_document()
        if found is None:
            return None
        name, document = found
        self.sandbox.change(SLUG, name, document["id"], **{_FIELDS[name]: self._invent(name)})
        return f"change {name} {document['id']}"

    def _change_quietly(self) -> str | None:
        """Change a document whose `updated_at` stays: a late edit that no sort shows."""
        found = self._choose_document()
        if found is None or "updated_at" not in found[1]:
            return None
        name, document = found
        fields = {_FIELDS[name]: self._invent(name), "updated_at": document["updated_at"]}
        self.sandbox.change(SLUG, name, document["id"], **fields)
        return f"change quietly {name} {document['id']}"

    def _remove(self) -> str | None:
        found = self._choose_document()
        if found is None or found[0] == "categories":
            return None
        return self._take_away(*found)

    def _remove_low(self, name: str) -> str | None:
        """Remove one of the first documents, so that all others move up and one slips over the edge of a page."""
        documents = self._documents(name)
        if name == "categories":
            documents = [each for each in documents if not any(other["parent_id"] == each["id"] for other in documents)]
        return self._take_away(name, self.rng.choice(documents[: len(documents) // 2 + 1]))

    def _restore(self) -> str | None:
        return self._restore_one(self.rng.choice(self.collections))

    def _restore_one(self, name: str) -> str | None:
        """Bring a document back, byte for byte."""
        if not self._removed[name]:
            return None
        key = self.rng.choice(sorted(self._removed[name]))
        if name == "categories" and self._lacks_parent(self._removed[name][key]):
            return None
        self._put(name, self._removed[name].pop(key))
        return f"restore {name} {key}"

    def _remove_and_insert(self) -> str | None:
        """Remove one and insert another, so that the total stands still."""
        removed = self._remove()
        return f"{removed} and {self._insert()}" if removed else None

    def _mark_deleted(self) -> str | None:
        found = self._choose_document()
        if found is None or "deleted_at" not in found[1] or found[1]["deleted_at"]:
            return None
        name, document = found
        self.sandbox.change(SLUG, name, document["id"], deleted_at="2026-11-20 12:00:00")
        return f"mark {name} {document['id']} as deleted"

    def _unmark_deleted(self) -> str | None:
        name = self._choose_collection()
        marked = [each for each in self._documents(name) if each.get("deleted_at")]
        if not marked:
            return None
        document = self.rng.choice(marked)
        self.present_since[name, document["id"]] = self.moment
        self.sandbox.change(SLUG, name, document["id"], deleted_at=None)
        return f"take back the deletion of {name} {document['id']}"

    # Receipts

    def _edit_payment(self) -> str | None:
        receipts = [each for each in self._documents("receipts") if each.get("payment_methods")]
        if not receipts:
            return None
        receipt = self.rng.choice(receipts)
        payment = {**receipt["payment_methods"][0], "amount": self.rng.randrange(100, 900) / 10}
        fields: Document = {"payment_methods": [payment]}
        if self.rng.random() < 0.5:
            fields["updated_at"] = receipt["updated_at"]
        self.sandbox.change(SLUG, "receipts", receipt["id"], **fields)
        return f"edit the payment of receipt {receipt['id']}"

    def _reopen(self) -> str | None:
        receipt = self.rng.choice(self._documents("receipts"))
        self.sandbox.change(SLUG, "receipts", receipt["id"], status=1, closed_at=None, payment_methods=[])
        return f"re-open receipt {receipt['id']}"

    def _remove_old_receipt(self) -> str | None:
        old = [each for each in self._documents("receipts") if each["created_at"] < "2026-11-02"]
        return self._take_away("receipts", self.rng.choice(old)) if old else None

    # Categories, stop list, venues

    def _remove_branch_of_categories(self) -> str | None:
        """Remove a category with everything below it."""
        documents = self._documents("categories")
        root = self.rng.choice(documents)
        branch = [root]
        for node in branch:
            branch += [each for each in documents if each["parent_id"] == node["id"]]
        if len(branch) > 4:
            return None
        return " and ".join(filter(None, (self._take_away("categories", node) for node in reversed(branch))))

    def _lacks_parent(self, document: Document) -> bool:
        parents = {each["id"] for each in self._documents("categories")}
        return document["parent_id"] is not None and document["parent_id"] not in parents

    def _edit_stop_list(self) -> str:
        entries = self._documents("stop-list")
        choice = self.rng.random()
        if entries and choice < 0.4:
            entry = self.rng.choice(entries)
            key = entry["venue_id"], entry["id"]
            self.sandbox.remove(SLUG, "stop-list", key)
            return f"remove stop-list {key}"
        if entries and choice < 0.6:
            entry = self.rng.choice(entries)
            key = entry["venue_id"], entry["id"]
            self.sandbox.change(SLUG, "stop-list", key, limit=self.rng.randrange(50))
            return f"change stop-list {key}"
        key = self.rng.choice((1, 2, 3)), self.rng.randrange(31, 110)
        if key in {(entry["venue_id"], entry["id"]) for entry in entries}:
            return f"leave stop-list {key}"
        entry = {"id": key[1], "limit": 3, "timestamp": 1795179798108, "venue_id": key[0]}
        self.sandbox.insert(SLUG, "stop-list", entry)
        self.present_since["stop-list", key] = self.moment
        return f"insert stop-list {key}"

    def _close_or_open_venue(self) -> str:
        if self._removed["venues"]:
            self._put("venues", self._removed["venues"].pop(_LAST_VENUE))
            return "the last venue comes back"
        document = next(each for each in self._documents("venues") if each["id"] == _LAST_VENUE)
        self.sandbox.remove(SLUG, "venues", _LAST_VENUE)
        self._removed["venues"][_LAST_VENUE] = document
        return "the last venue leaves"

    @property
    def has_lost_venue(self) -> bool:
        """Whether the last venue is not listed: nothing of it can be read."""
        return bool(self._removed["venues"])

    # Choosing and keeping account

    def _documents(self, name: str) -> list[Document]:
        return self.sandbox.documents(SLUG, name)

    def _choose_collection(self) -> str:
        # Receipts are what is edited most.
        weights = [4 if name == "receipts" else 1 for name in self.collections]
        return self.rng.choices(self.collections, weights)[0]

    def _choose_document(self) -> tuple[str, Document] | None:
        name = self._choose_collection()
        documents = self._documents(name)
        return (name, self.rng.choice(documents)) if documents else None

    def _take_away(self, name: str, document: Document) -> str | None:
        venue = document.get("venue_id")
        left = [each for each in self._documents(name) if each.get("venue_id") == venue]
        if len(self._removed[name]) >= _MOST_REMOVED or len(left) <= _FEWEST_LEFT:
            return None
        self.sandbox.remove(SLUG, name, document["id"])
        self._removed[name][document["id"]] = document
        return f"remove {name} {document['id']}"

    def _put(self, name: str, document: Document) -> None:
        self.sandbox.insert(SLUG, name, document)
        self.present_since[name, document["id"]] = self.moment

    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id

    def _invent(self, name: str) -> Any:
        number = self.rng.randrange(10, 1000)
        return number / 10 if _FIELDS[name] in _NUMBERS else f"edited {number}"


def _write(moment: datetime, *, like: str) -> str:
    """Write a moment in one of the remote's two ways."""
    if "T" in like:
        return f"{moment:%Y-%m-%dT%H:%M:%S}.000000Z"
    return f"{moment + timedelta(hours=4):%Y-%m-%d %H:%M:%S}"
