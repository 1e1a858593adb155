"""Sandboxes in processes of their own, each with a part of the brands, and the door through which they are read."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from django_clopos.sandbox.encoding import decode, encode
from tests.load.processes import Group, Processes
from tests.stress.sites import ROOT

Document = dict[str, Any]

_LAST_LINE = "Serving until Ctrl-C."
_START_SECONDS = 120
_DOCUMENTS_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """What is sold at every brand, and how it is served."""

    days: int
    receipts_per_day: int
    """Of one of the three venues."""
    page_rows: int
    latency_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Remote:
    """One brand as its sandbox plays it."""

    slug: str
    base_url: str
    client_id: str
    client_secret: str
    integrator_id: str
    http: httpx.Client

    def requests(self) -> list[Document]:
        """Everything that it was asked."""
        told: list[Document] = self._get(f"requests/{self.slug}")
        return told

    def counts(self) -> dict[str, dict[str, int]]:
        """Answers by brand and status of its sandbox; "" is nobody."""
        told: dict[str, dict[str, int]] = self._get("counts")
        return told

    def parts(self, collection: str, *, size: int = _DOCUMENTS_AT_ONCE) -> Iterator[list[Document]]:
        """Give the remote's own truth, ids ascending, so many documents at once."""
        start = 0
        while part := self._get(f"documents/{self.slug}/{collection}?start={start}&stop={start + size}"):
            yield part
            start += size

    def insert(self, collection: str, document: Document) -> None:
        """Add a document."""
        self.http.post(self._door(f"documents/{self.slug}/{collection}"), content=encode(document)).raise_for_status()

    def change(self, collection: str, key: int, fields: Document) -> None:
        """Change fields of a document."""
        address = self._door(f"documents/{self.slug}/{collection}/{key}")
        self.http.patch(address, content=encode(fields)).raise_for_status()

    def remove(self, collection: str, key: str) -> None:
        """Delete a document for good."""
        self.http.delete(self._door(f"documents/{self.slug}/{collection}/{key}")).raise_for_status()

    def _get(self, path: str) -> Any:
        return decode(self.http.get(self._door(path)).raise_for_status().content)["data"]

    def _door(self, path: str) -> str:
        return self.base_url.replace("/open-api/v2", f"/_sandbox/{path}")


def start_remotes(
    processes: Processes, slugs: Sequence[str], size: Size, *, http: httpx.Client, count: int
) -> list[Remote]:
    """Start so many sandboxes, with the brands dealt out among them, and wait until they serve."""
    groups = [_start_sandbox(processes, slugs[place::count], size) for place in range(count)]
    return [remote for group in groups for remote in _wait_for(group, http)]


def _start_sandbox(processes: Processes, slugs: Sequence[str], size: Size) -> Group:
    command = [sys.executable, str(ROOT / "manage.py"), "clopos_sandbox", "--port", "0", "--control", "--shared-past"]
    options = {
        "--brands": ",".join(slugs),
        "--days": size.days,
        "--receipts-per-day": size.receipts_per_day,
        "--page-rows": size.page_rows,
        "--latency-ms": size.latency_seconds * 1000,
    }
    return processes.start("sandbox", command + [str(part) for option in options.items() for part in option])


def _wait_for(group: Group, http: httpx.Client) -> Iterator[Remote]:
    deadline = time.monotonic() + _START_SECONDS
    while _LAST_LINE not in (printed := group.log.read_text()):
        assert group.is_running, group.tail()
        assert time.monotonic() < deadline, group.tail()
        time.sleep(0.1)
    exported = [line.removeprefix("export ").split("=", 1) for line in printed.splitlines() if "=" in line]
    for place in range(0, len(exported), 5):
        yield _read_remote(dict(exported[place : place + 5]), http)


def _read_remote(printed: Mapping[str, str], http: httpx.Client) -> Remote:
    return Remote(
        slug=printed["CLOPOS_BRAND"],
        base_url=printed["CLOPOS_BASE_URL"],
        client_id=printed["CLOPOS_CLIENT_ID"],
        client_secret=printed["CLOPOS_CLIENT_SECRET"],
        integrator_id=printed["CLOPOS_INTEGRATOR_ID"],
        http=http,
    )
