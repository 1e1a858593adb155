"""What no page may do: write an error to the console, ask another host, or ask for what is not there."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, WebError

_LOUD = {"error", "warning"}
_INSIDE = {"data", "blob", "about"}


@dataclass(kw_only=True)
class Watch:
    """Everything that went wrong in one test. Without slots: Playwright notes on it which methods it calls."""

    host: str
    """The only one that may be asked, with its port."""
    problems: list[str] = field(default_factory=list)

    def add(self, context: BrowserContext) -> None:
        """Watch every page of a context."""
        context.on("console", self._hear)
        context.on("weberror", self._catch)
        context.on("request", self._see_request)
        context.on("requestfailed", self._see_failure)
        context.on("response", self._see_response)

    def _hear(self, message: ConsoleMessage) -> None:
        """An icon is the site's affair; browsers ask for it once."""
        if message.type in _LOUD and not message.location["url"].endswith("/favicon.ico"):
            self._note(f"console {message.type}: {message.text}", message.page)

    def _catch(self, error: WebError) -> None:
        self._note(f"uncaught: {error.error}", error.page)

    def _see_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in _INSIDE and parts.netloc != self.host:
            self.problems.append(f"another host was asked: {request.url}")

    def _see_failure(self, request: Request) -> None:
        """A page that is left before it has everything, and a download, break off requests of their own accord."""
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"{request.failure}: {request.method} {request.url}")

    def _see_response(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"status {response.status}: {response.request.method} {response.url}")

    def _note(self, text: str, page: Page | None) -> None:
        self.problems.append(f"{text} on {page.url if page else 'a closed page'}")
