"""The clock of these tests stands where the sandbox's last business day is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    """Travel to the evening of the sandbox's last day; time goes on from there."""
    with time_machine.travel("2026-11-20T19:00:00Z", tick=True) as traveller:
        yield traveller
