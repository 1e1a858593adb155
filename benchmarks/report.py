"""What the benchmark says: a line for each run, and a page section with medians, goals and the machine."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.dataset import PAGE_ROWS, read_facts

_BEGIN, _END = "<!-- results: written by make bench -->\n", "<!-- end of results -->"
_PACKAGES = ("Django", "psycopg", "pydantic", "msgspec", "httpx", "integrify-clopos", "dlt")
_NAMES = {
    "ours": "django-clopos, first load",
    "again": "django-clopos, unchanged, whole history read again",
    "days": "django-clopos, unchanged, read again as one window of days",
    "edited": "django-clopos, every receipt edited, with history",
    "integrify-rows": "integrify-clopos, `update_or_create` row by row",
    "integrify-bulk": "integrify-clopos, `bulk_create(update_conflicts)`",
    "dlt": "dlt, merge",
    "dlt-again": "dlt, merge, unchanged",
    "copy": "bare COPY",
}
_SIZES = {"large": "100,000 receipts", "million": "1,000,000 receipts"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One run of one contender."""

    name: str
    receipts: int
    seconds: float
    memory_mb: float
    wal_bytes: int
    rows: int

    @property
    def rate(self) -> float:
        """Receipts a second."""
        return self.receipts / self.seconds

    @property
    def wal_per_page(self) -> float:
        """Bytes of WAL for each page of receipts."""
        return self.wal_bytes * PAGE_ROWS / self.receipts


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing that was to be reached; `has_met` is about the medians."""

    text: str
    found: str
    has_met: bool


def write_line(run: Measured) -> str:
    """Write one run for the terminal."""
    return (
        f"{_name(run.name):<80}{run.receipts:>10,} receipts {run.rate:>9,.0f} a second {run.memory_mb:>6.0f} MB"
        f"{run.wal_bytes / 1e6:>9.2f} MB of WAL {run.rows:>10,} rows"
    )


def write_report(measured: Sequence[Measured], *, server: str, facts: Path) -> str:
    """Write the section of the page: machine, table of medians, goals."""
    medians = {name: _find_median([run for run in measured if run.name == name]) for name in _list_names(measured)}
    rounds = sum(run.name == "ours" for run in measured)
    lines = [
        *_describe(server, facts, rounds=rounds),
        "",
        "| contender | receipts | receipts a second | peak memory, MB | WAL, bytes a page | rows written |",
        "|---|---:|---:|---:|---:|---:|",
        *(
            f"| {_name(name)} | {run.receipts:,} | {run.rate:,.0f} | {run.memory_mb:.0f} | {run.wal_per_page:,.0f} "
            f"| {run.rows:,} |"
            for name, run in medians.items()
        ),
        "",
        "| goal | measured | |",
        "|---|---|---|",
        *(f"| {goal.text} | {goal.found} | {'met' if goal.has_met else '**missed**'} |" for goal in _judge(medians)),
    ]
    return "\n".join(lines) + "\n"


def replace_results(page: Path, text: str) -> None:
    """Put the results into a page, in the place of those before."""
    before, _, rest = page.read_text().partition(_BEGIN)
    after = rest.partition(_END)[2]
    page.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{after}")


def _judge(runs: dict[str, Measured]) -> Iterator[Goal]:
    ours = runs["ours"]
    for name, factor in (("integrify-rows", 30.0), ("integrify-bulk", 3.5), ("dlt", 3.0)):
        found = ours.rate / runs[name].rate
        yield Goal(f"first load at least {factor:g} times {_name(name)}", f"{found:.1f} times", found >= factor)
    share = ours.rate / runs["copy"].rate
    yield Goal("first load at least 18 percent of bare COPY", f"{share:.0%}", share >= 0.18)
    for size in ("", *(f"-{size}" for size in _SIZES)):
        yield from _judge_unchanged(runs, size)
    yield from _judge_memory(runs)


def _judge_unchanged(runs: dict[str, Measured], size: str) -> Iterator[Goal]:
    first = runs.get(f"ours{size}")
    if first is None:
        return
    of = f", {_SIZES[size[1:]]}" if size else ""
    for name in ("again", "days"):
        run = runs[f"{name}{size}"]
        found = run.rate / first.rate
        how = "whole history" if name == "again" else "one window of days"
        yield Goal(f"unchanged, {how}{of}: at least 8 times the first load", f"{found:.1f} times", found >= 8)
        wal = run.wal_per_page
        yield Goal(f"unchanged, {how}{of}: at most 2 KB of WAL a page", f"{wal:,.0f} bytes", wal <= 2048)
    yield Goal(f"unchanged{of}: no mirrored row written", "none", has_met=True)  # else the run had stopped


def _judge_memory(runs: dict[str, Measured]) -> Iterator[Goal]:
    most = max(run.memory_mb for name, run in runs.items() if name.startswith(("ours", "again")))
    yield Goal("peak memory below 150 MB", f"{most:.0f} MB", most < 150)
    for name in ("ours", "again"):
        large, million = runs.get(f"{name}-large"), runs.get(f"{name}-million")
        if large and million:
            growth = million.memory_mb / large.memory_mb - 1
            text = f"memory flat within 10 percent from 100,000 to 1,000,000: {_name(name)}"
            yield Goal(text, f"{growth:+.1%}", abs(growth) <= 0.1)


def _describe(server: str, facts: Path, *, rounds: int) -> Iterator[str]:
    found = read_facts(facts)
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    sent = (
        "as plain JSON" if found.is_plain else f"compressed with gzip, {found.wire_bytes / found.pages / 1e3:,.0f} KB"
    )
    yield (
        f"{datetime.now(UTC):%Y-%m-%d}, commit {commit.stdout.strip() or 'unknown'}, medians of rounds: {rounds}, load "
        f"average at the end {os.getloadavg()[0]:.1f}. {os.cpu_count()} cores of {_read_processor()}, "
        f"{platform.system()}, Python {platform.python_version()}. {server}. {packages}."
    )
    yield ""
    yield (
        f"{found.receipts:,} receipts with {found.lines / found.receipts:.1f} lines and "
        f"{found.payments / found.receipts:.1f} payments each, in pages of {PAGE_ROWS} "
        f"({found.body_bytes / found.pages / 1e3:,.0f} KB of JSON a page, sent {sent})."
    )


def _list_names(measured: Sequence[Measured]) -> list[str]:
    return list(dict.fromkeys(run.name for run in measured))


def _find_median(runs: Sequence[Measured]) -> Measured:
    return Measured(
        name=runs[0].name,
        receipts=runs[0].receipts,
        seconds=median(run.seconds for run in runs),
        memory_mb=max(run.memory_mb for run in runs),
        wal_bytes=int(median(run.wal_bytes for run in runs)),
        rows=int(median(run.rows for run in runs)),
    )


def _name(name: str) -> str:
    if name in _NAMES:
        return _NAMES[name]
    base, _, size = name.rpartition("-")
    return f"{_NAMES[base]}, {_SIZES[size]}"


def _read_processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
