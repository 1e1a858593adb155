"""What can go wrong on demand, and when. What each kind does to an answer is in `spoiling`.

Source: wire contract 6, 7, 10 and 15.
"""

from dataclasses import dataclass
from enum import StrEnum

from django_clopos.sandbox.plans import Plan


class FaultKind(StrEnum):
    """Every way in which an answer can be spoilt; the value is what the control door takes."""

    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    GATEWAY_TIMEOUT = "gateway_timeout"
    RESET = "reset"
    HTML = "html"
    HTML_OK = "html_ok"
    SUCCESS_FALSE = "success_false"
    MALFORMED_ROW = "malformed_row"
    MISSING_ID = "missing_id"
    NUL_TEXT = "nul_text"
    HUGE_NUMBER = "huge_number"
    REPEATED_PAGE = "repeated_page"
    EMPTY_LIST = "empty_list"
    TRUNCATED_JSON = "truncated_json"
    LYING_TOTAL = "lying_total"
    UNAUTHORIZED = "unauthorized"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault: what, where, how often."""

    kind: FaultKind
    path: str | None = None
    """A path below the prefix, or a collection's name; `*` matches any text. None: every request but `auth`."""
    times: int | None = 1
    """How many matching requests it strikes; None: all."""
    skip: int = 0
    """How many matching requests it lets pass first."""
    retry_after: int = 1
    """Seconds in `RateLimit-Reset` of too_many_requests."""
    seconds: float = 1
    """How long slow waits before the answer."""


class Faults:
    """The faults that are planned; add and clear them while the sandbox serves."""

    def __init__(self) -> None:
        self._plan: Plan[Fault] = Plan()

    def add(self, fault: Fault) -> None:
        """Raises ValueError for an unknown kind."""
        FaultKind(fault.kind)
        self._plan.add(fault, path=fault.path, times=fault.times, skip=fault.skip)

    def clear(self) -> None:
        self._plan.clear()

    def due(self, *names: str) -> list[Fault]:
        """The faults that strike this request; each counts it."""
        return self._plan.due(names)

    def __len__(self) -> int:
        """How many have not struck as often as they should."""
        return len(self._plan)
