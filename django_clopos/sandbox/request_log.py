"""What was asked, for tests that count requests; neither tokens nor bodies."""

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


class RequestLog(list[LoggedRequest]):
    """Requests in the order of their answers; the older half is dropped at 100,000."""

    def add(self, request: Request, *, brand: str | None, venue: int | None, status: int) -> None:
        if len(self) >= _LENGTH:
            del self[: _LENGTH // 2]
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        self.append(
            LoggedRequest(
                method=request.method, path=request.path, query=query, brand=brand, venue=venue, status=status
            )
        )
