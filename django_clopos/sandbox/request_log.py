"""What was asked, for tests that count requests; neither tokens nor bodies."""

import threading
from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django_clopos.sandbox.replies import Request

_LENGTH = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedRequest:
    moment: float
    """Epoch seconds at which the rate limits judged it."""
    method: str
    path: str
    """Below the prefix."""
    query: dict[str, str]
    """Decoded; of a repeated name the last value."""
    brand: str | None
    """None: refused before it was known."""
    venue: int | None
    status: int


class RequestLog(list[LoggedRequest]):
    """Requests in the order of their answers; the older half is dropped at 100,000, the counts never."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._counts: dict[str | None, Counter[int]] = {}

    def add(self, request: Request, *, moment: float, brand: str | None, venue: int | None, status: int) -> None:
        entry = LoggedRequest(
            moment=moment,
            method=request.method,
            path=request.path,
            query=dict(parse_qsl(request.query, keep_blank_values=True)),
            brand=brand,
            venue=venue,
            status=status,
        )
        with self._lock:
            if len(self) >= _LENGTH:
                del self[: _LENGTH // 2]
            self.append(entry)
            self._counts.setdefault(brand, Counter())[status] += 1

    def counts(self) -> dict[str | None, dict[int, int]]:
        """How often each status was answered since the start, by brand; None: refused before it was known."""
        with self._lock:
            return {brand: dict(counts) for brand, counts in self._counts.items()}
