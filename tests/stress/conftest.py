"""Tells, at the end of a test run, what the schedules met and what a naive walk would have done."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

_WORDS = {
    "schedules": "schedules",
    "edits": "edits between two requests",
    "faults": "faults",
    "races": "races noticed",
    "removals": "removals",
    "naive": "false removals a naive walk would have made, where the sync made none",
    "naive_by_races": "of them because rows moved between two pages",
    "kills": "syncs killed",
}


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Add up what the tests recorded."""
    sums: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        sums.update({name: value for name, value in report.user_properties if name in _WORDS})
    if sums:
        told = ", ".join(f"{sums[name]} {words}" for name, words in _WORDS.items() if sums[name])
        terminalreporter.write_line(f"Stress: {told}.")
