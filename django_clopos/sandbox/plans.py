"""When something planned happens: which requests it waits for, how many it lets pass, how often it strikes.

Faults and hooks share it; what happens then is theirs.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Generic, TypeVar

Item = TypeVar("Item")

AUTH = "auth"


@dataclass(slots=True)
class _Planned(Generic[Item]):
    item: Item
    path: str | None
    times: int | None
    skip: int

    def matches(self, names: Iterable[str]) -> bool:
        if self.path is None:
            return AUTH not in names
        return any(fnmatchcase(name, self.path) for name in names)

    def strike(self) -> bool:
        """Count one matching request; True when it is the turn of this item."""
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Plan(Generic[Item]):
    """Planned items in the order of adding; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[_Planned[Item]] = []

    def add(self, item: Item, *, path: str | None, times: int | None, skip: int) -> None:
        """`path` is matched whole and may hold `*`; None is every path but `auth`. `times` None is for ever."""
        with self._lock:
            self._planned.append(_Planned(item, path, times, skip))

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()

    def due(self, names: Iterable[str]) -> list[Item]:
        """Items whose turn it is; `names` are the path and the collection of the request."""
        with self._lock:
            struck = [plan.item for plan in self._planned if plan.matches(names) and plan.strike()]
            self._planned = [plan for plan in self._planned if plan.times is None or plan.times > 0]
            return struck

    def __len__(self) -> int:
        return len(self._planned)
