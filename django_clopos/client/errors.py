"""Every error of the client, grouped by what the caller does next.

CloposError
├── Unavailable            try the same again, no sooner than `retry_after` seconds
│   ├── RateLimited        the remote's request budget is spent (429)
│   ├── RemoteTimeout      no answer in time (504, or silence); a smaller page may pass
│   ├── ServerError        the remote failed (5xx)
│   ├── ConnectionLost     no connection, or it broke
│   ├── BrokenBody         an answer that is not the JSON it should be
│   ├── BudgetUnavailable  our own request budget cannot be asked
│   └── TokenStoreUnavailable       our own store of the token cannot be asked
├── Rejected               the same request would fail again: change something first
│   ├── BadRequest         a parameter is wrong (400, 422)
│   ├── AuthenticationFailed        credentials or token refused (401)
│   │   └── ConfigurationMismatch   test integrator with a production brand, or the reverse
│   ├── Forbidden          the integration's staff user may not see this (403)
│   │   └── ModuleOff      a module of the restaurant's back office is switched off
│   ├── NotFound           no such id in this brand and venue (404)
│   └── Conflict           it would be a duplicate (409)
├── BadData                one record does not fit its schema: report it, go on with the others
├── SyncError              the walk cannot be trusted: stop this resource
│   ├── RepeatedPage       two page numbers gave the same records
│   └── EndlessPages       pages keep coming far beyond the announced total
└── UncertainOutcome       a write may have happened: read before repeating (no read raises it)

Wrong configuration is outside the family: ValueError. No message, attribute or chained exception of these holds a
token, a secret or a person's data; all survive pickling, so that they cross process borders.
"""

from __future__ import annotations

from typing import Any, ClassVar


class CloposError(Exception):
    """What was asked, what came, what to do next."""

    default_what_to_do: ClassVar[str] = "Read the message and correct what it names."

    def __init__(
        self,
        problem: str = "",
        *,
        method: str = "",
        path: str = "",
        status: int | None = None,
        slug: str = "",
        remote_message: str = "",
        what_to_do: str = "",
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.method = method
        self.path = path
        """Without the query: filters may hold a person's data."""
        self.status = status
        """HTTP status of the answer; None: there was none."""
        self.slug = slug
        """The remote's machine-readable identifier, or empty."""
        self.remote_message = remote_message
        """The remote's sentence, scrubbed and shortened."""
        self.what_to_do = what_to_do or self.default_what_to_do
        self.attempts = 1
        """How many times the request was sent, counted from 1."""

    def __str__(self) -> str:
        asked = " ".join(part for part in (self.method, self.path) if part)
        said = " / ".join(part for part in (self.slug, self.remote_message) if part)
        problem = self.problem or "failed"
        if said:
            problem += f" ({said})"
        if self.attempts > 1:
            problem += f" after {self.attempts} attempts"
        return f"{asked}: {problem}. {self.what_to_do}" if asked else f"{problem}. {self.what_to_do}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class Unavailable(CloposError):
    """Nothing is wrong with the request: send it again later."""

    default_what_to_do = "Try again later; nothing was changed."
    default_retry_after: ClassVar[float] = 30.0

    def __init__(self, problem: str = "", *, retry_after: float | None = None, **attributes: Any) -> None:
        super().__init__(problem, **attributes)
        self.retry_after = self.default_retry_after if retry_after is None else retry_after
        """Seconds to wait before sending it again."""


class RateLimited(Unavailable):
    """Source: wire contract, section 7."""

    default_what_to_do = (
        "Wait, and see what else uses this integrator id and brand: all of it shares one budget. "
        "Lower CLOPOS_REQUESTS_PER_MINUTE to leave room for it."
    )
    default_retry_after = 60.0


class RemoteTimeout(Unavailable):
    """Source: wire contract, section 6 (504: the upstream was silent for 8 seconds)."""

    default_what_to_do = "Try again later, or ask for fewer rows or relations at a time."


class ServerError(Unavailable):
    """The remote failed."""

    default_what_to_do = "Try again later; when it lasts, tell Clopos the path and the time."


class ConnectionLost(Unavailable):
    """No connection, or it broke in the middle."""

    default_what_to_do = "Check the network and CLOPOS_BASE_URL."


class BrokenBody(Unavailable):
    """Bytes that are not the JSON of an answer, such as a proxy's page or a body cut short."""

    default_what_to_do = "Try again later; when it lasts, check that CLOPOS_BASE_URL leads to the API, not to a proxy."


class BudgetUnavailable(Unavailable):
    """The store that shares the request budget does not answer, and to send without it could exceed the limit."""

    default_what_to_do = "Check the store of the request budget (CLOPOS_REDIS_URL)."


class TokenStoreUnavailable(Unavailable):
    """The store that shares the token does not answer, and to sign in without it could exceed the limit of sign-ins."""

    default_what_to_do = "Check the cache that keeps the token (CLOPOS['CACHE'], CLOPOS_REDIS_URL)."


class Rejected(CloposError):
    """Do not repeat this request as it is. Also every status that is not known."""

    default_what_to_do = "Do not repeat it as it is; see the remote's answer."


class BadRequest(Rejected):
    """A parameter is missing or wrong."""

    default_what_to_do = "Correct the parameter it names."


class AuthenticationFailed(Rejected):
    """Source: wire contract, sections 2 and 6."""

    default_what_to_do = (
        "Check CLOPOS_BRAND, CLOPOS_CLIENT_ID and CLOPOS_CLIENT_SECRET against the back office (Add-ons, Open API)."
    )


class ConfigurationMismatch(AuthenticationFailed):
    """Source: wire contract, sections 1 and 2 (a test integrator works only with brands in test mode)."""

    default_what_to_do = (
        "Use the production integrator id with a production brand and the test one with a test brand "
        "(CLOPOS_INTEGRATOR_ID, CLOPOS_BRAND)."
    )


class Forbidden(Rejected):
    """The credentials are right, but not allowed to do this."""

    default_what_to_do = "Give the role of the integration's staff user, or the integrator's scopes, access to this."


class ModuleOff(Forbidden):
    """A module of the restaurant's back office is switched off."""

    default_what_to_do = "Switch the module on in the Clopos back office (Add-ons)."


class NotFound(Rejected):
    """No such id in this brand and venue."""

    default_what_to_do = "Check the id, the brand and the venue."


class Conflict(Rejected):
    """It would be a duplicate."""

    default_what_to_do = "Look for the row that already has this value."


class BadData(CloposError):
    """One record does not fit its schema; the others of its page do not suffer from it."""

    default_what_to_do = "Report the record; the others can be used."

    def __init__(self, problem: str = "", *, index: int | None = None, **attributes: Any) -> None:
        super().__init__(problem, **attributes)
        self.index = index
        """Place in the page, counted from 0; None for a record read by id."""


class SyncError(CloposError):
    """The walk cannot be trusted."""

    default_what_to_do = "Nothing more of this resource was read; run it again, and report it when it lasts."


class RepeatedPage(SyncError):
    """Two page numbers gave the same records: going on would loop, or lose rows."""


class EndlessPages(SyncError):
    """Pages keep coming far beyond the announced total."""


class UncertainOutcome(CloposError):
    """A write was sent and its answer lost. Reserved for writes, of which the client has none yet."""

    default_what_to_do = "Read the row first; repeat the write only if it is not there."
