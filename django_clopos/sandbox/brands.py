"""One tenant: its credentials, its documents, and the switches that make it refuse.

Source: wire contract 1 and 2.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal

from django_clopos.sandbox.documents import Collection
from django_clopos.sandbox.people import SECRET_FIELDS
from django_clopos.sandbox.stock import make_stock_operations

Document = dict[str, Any]
Mode = Literal["live", "test"]

STOCK_OPERATIONS = "stock-operations"


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    brand: str
    client_id: str
    client_secret: str
    integrator_id: str


def make_credentials(slug: str, *, seed: int) -> Credentials:
    """Made up, and the same for the same seed."""

    def invent(what: str) -> str:
        return hashlib.sha256(f"{seed}:{slug}:{what}".encode()).hexdigest()[:24]

    return Credentials(
        brand=slug,
        client_id=f"sandbox-{slug}",
        client_secret=f"sandbox-secret-{invent('secret')}",
        integrator_id=f"sandbox-integrator-{seed}",
    )


@dataclass(kw_only=True)
class Brand:
    slug: str
    credentials: Credentials
    collections: dict[str, Collection]
    past_ends: int
    """Epoch seconds; no generated document is later."""
    disabled: bool = False
    """The Open API module is switched off: `Client is disabled`."""
    mode: Mode = "live"
    integrator_mode: Mode = "live"
    """When it differs from `mode`, nothing is answered."""
    mark: str | None = None
    """What its documents show where the shared past has a placeholder; None: the past is its own."""
    module_off: set[str] = field(default_factory=set)
    """Collections that answer 403."""

    def collection(self, name: str) -> Collection:
        """Raises KeyError for an unknown name."""
        if name == STOCK_OPERATIONS and name not in self.collections:
            self.collections[name] = Collection(name, self._stock_operations())
        if name not in self.collections:
            raise KeyError(f"no collection {name!r}; there are {', '.join(self.collections)}, {STOCK_OPERATIONS}")
        return self.collections[name]

    @property
    def revision(self) -> int:
        """Moves at every write to any collection."""
        return sum(collection.revision for collection in self.collections.values())

    @property
    def venue_ids(self) -> list[int]:
        return [document["id"] for document in self.collection("venues").ordered()]

    def secrets(self) -> frozenset[str]:
        """Every staff secret in the documents, so that a client can prove that it kept none."""
        users = self.collection("users").ordered()
        values = (user.get(name) for user in users for name in SECRET_FIELDS)
        return frozenset(value for value in values if isinstance(value, str))

    def _stock_operations(self) -> list[Document]:
        products = {document["id"]: document for document in self.collection("products").ordered()}
        return make_stock_operations(self.collection("receipts").ordered(), products)
