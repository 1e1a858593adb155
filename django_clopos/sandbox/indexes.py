"""Documents in an order that is kept while they change, so that no request sorts a long history again."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from typing import Any

Document = dict[str, Any]
SortKey = tuple[Any, ...]


class Index:
    """The documents that `holds` lets in, by `key`, which must be different for each of them."""

    def __init__(
        self,
        documents: Iterable[Document],
        *,
        key: Callable[[Document], SortKey],
        holds: Callable[[Document], bool] = lambda _: True,
    ) -> None:
        self._key = key
        self._holds = holds
        self.documents = sorted(filter(holds, documents), key=key)
        """For reading only, and only until the next exchange."""

    def between(self, low: SortKey, high: SortKey) -> list[Document]:
        """Those whose keys lie between, both included."""
        first = bisect_left(self.documents, low, key=self._key)
        return self.documents[first : bisect_right(self.documents, high, key=self._key)]

    def exchange(self, before: Document | None, after: Document | None) -> None:
        """Put a document in the place of another; None: there was none, or there is none any more."""
        if before is not None and self._holds(before):
            del self.documents[bisect_left(self.documents, self._key(before), key=self._key)]
        if after is not None and self._holds(after):
            insort(self.documents, after, key=self._key)
