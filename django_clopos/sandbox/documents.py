"""Where a brand's documents are kept, changed and removed while they are served.

A change replaces the document and never edits it: whoever holds one keeps what it was, and a cached encoding is valid
as long as it was made from the same object. Locking is the caller's business (`app` has one lock).
"""

import copy
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

from django_clopos.sandbox.indexes import Index, SortKey

Document = dict[str, Any]
Key = int | tuple[int, int]
Derived = TypeVar("Derived")

STOP_LIST = "stop-list"


def key_of(collection: str, document: Document) -> Key:
    """The id; in the stop list venue and product, because its `id` is a product's.

    Source: wire contract 13.8.
    """
    if collection == STOP_LIST:
        return document["venue_id"], document["id"]
    key: int = document["id"]
    return key


class Collection:
    """Documents by key, ids ascending, with a revision that moves at every write."""

    def __init__(self, name: str, documents: Iterable[Document]) -> None:
        self.name = name
        self.revision = 0
        self._by_key = {key_of(name, document): document for document in documents}
        self._indexes: dict[object, Index] = {}
        self._derived: dict[object, object] = {}

    def get(self, key: Key) -> Document | None:
        return self._by_key.get(key)

    def ordered(self) -> list[Document]:
        """All documents, ids ascending; for reading only, and only until the next write."""
        return self.index("ordered", key=lambda document: (key_of(self.name, document),)).documents

    def index(
        self, name: object, *, key: Callable[[Document], SortKey], holds: Callable[[Document], bool] | None = None
    ) -> Index:
        """An index of this name, made once and kept in order by every write."""
        if name not in self._indexes:
            self._indexes[name] = Index(self._by_key.values(), key=key, holds=holds or (lambda _: True))
        return self._indexes[name]

    def grouped(self, field: str) -> dict[object, list[Document]]:
        """Documents by the value of a field; a value that is no key counts as none."""

        def group() -> dict[object, list[Document]]:
            groups: dict[object, list[Document]] = {}
            for document in self.ordered():
                value = document.get(field)
                groups.setdefault(value if isinstance(value, Hashable) else None, []).append(document)
            return groups

        return self.derive(("grouped", field), group)

    def derive(self, key: object, make: Callable[[], Derived]) -> Derived:
        """`make()`, remembered until the next write; at most 64 derivations are kept."""
        if key not in self._derived:
            if len(self._derived) >= 64:
                self._derived.clear()
            self._derived[key] = make()
        return self._derived[key]  # type: ignore[return-value]  # the key names what it holds

    def insert(self, document: Document) -> None:
        """Raises ValueError when the id is no integer or is taken."""
        if not isinstance(document.get("id"), int):
            raise ValueError(f"a document of {self.name} needs an integer id")  # noqa: TRY004 -- one error for the caller
        key = key_of(self.name, document)
        if key in self._by_key:
            raise ValueError(f"{self.name} {key} exists; change it instead")
        self._write(key, copy.deepcopy(document))

    def change(self, key: Key, fields: Document) -> None:
        """Raises KeyError for an unknown key."""
        self._write(key, {**self._existing(key), **copy.deepcopy(fields)})

    def remove(self, key: Key) -> None:
        """Raises KeyError for an unknown key."""
        self._existing(key)
        self._write(key, None)

    def _existing(self, key: Key) -> Document:
        if key not in self._by_key:
            raise KeyError(f"no {self.name} {key}")
        return self._by_key[key]

    def _write(self, key: Key, document: Document | None) -> None:
        before = self._by_key.pop(key, None)
        if document is not None:
            self._by_key[key] = document
        for index in self._indexes.values():
            index.exchange(before, document)
        self.revision += 1
        self._derived.clear()
