"""From a path to the endpoint that answers it, and whether with a list or one record.

Source: wire contract 13.
"""

import re
from dataclasses import dataclass

from django_clopos.sandbox.endpoints import BY_PATH, NOWHERE, Endpoint

OPERATIONS = BY_PATH["receipts/{id}/stock-operations"]

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    path: str
    endpoint: Endpoint
    key: str | None = None
    """The id or cid in the path; None for a list."""

    @property
    def names(self) -> tuple[str, ...]:
        """What faults, hooks and modules may call it: the path, and for a list its collection."""
        is_list = self.key is None or self.endpoint is OPERATIONS
        return (self.path, self.endpoint.collection) if is_list else (self.path,)


def find(path: str) -> Route:
    """The route of a path below the prefix."""
    if path in BY_PATH:
        return Route(path=path, endpoint=BY_PATH[path])
    match path.split("/"):
        case ["receipts", "cid", key]:
            return Route(path=path, endpoint=BY_PATH["receipts"], key=key)
        case ["receipts", key, "stock-operations"]:
            return Route(path=path, endpoint=OPERATIONS, key=key)
        case [parent, key] if parent in BY_PATH and BY_PATH[parent].has_detail:
            return Route(path=path, endpoint=BY_PATH[parent], key=key)
    return Route(path=path, endpoint=NOWHERE)


def is_uuid(key: str) -> bool:
    """With dashes or without."""
    return _UUID.fullmatch(key) is not None
