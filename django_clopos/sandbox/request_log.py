"""What was asked, for tests that count requests; neither tokens nor bodies."""

from collections import deque
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django_clopos.sandbox.replies import Request

_LENGTH = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedRequest:
    method: str
    path: str
    """Below the prefix."""
    query: dict[str, str]
    """Decoded; of a repeated name the last value."""
    brand: str | None
    venue: int | None
    status: int


class RequestLog(deque[LoggedRequest]):
    """The last 100,000 requests, oldest first."""

    def __init__(self) -> None:
        super().__init__(maxlen=_LENGTH)

    def add(self, request: Request, *, brand: str | None, venue: int | None, status: int) -> None:
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        self.append(
            LoggedRequest(
                method=request.method, path=request.path, query=query, brand=brand, venue=venue, status=status
            )
        )
