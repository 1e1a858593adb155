"""The forms of load: how much there is of each, small in CI and large under `make stress`."""

from __future__ import annotations

import os
from dataclasses import dataclass

from tests.load.remotes import Size

IS_STRESS = bool(os.environ.get("CLOPOS_STRESS"))
STRESS_SEED = int(os.environ.get("CLOPOS_STRESS_SEED", "1"))
"""Of what is killed and edited when."""
_SECONDS = int(os.environ.get("CLOPOS_STRESS_SECONDS", "600"))
#: A history that the budget allows to be read in this time.
_READABLE_DAYS = max(3, _SECONDS * 90 // 600)


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """How many of everything, and for how long."""

    name: str
    brands: int
    sandboxes: int
    workers: int
    concurrency: int
    beats: int
    seconds: int
    size: Size
    kill_every_seconds: int = 0
    edit_every_seconds: int = 0
    cadence: str = ""
    """CLOPOS["CADENCE"] as JSON; empty: as declared."""

    @property
    def slugs(self) -> tuple[str, ...]:
        """The brands."""
        return tuple(f"brand{number}" for number in range(1, self.brands + 1))


# The history is longer than the budget of the time: there must be work to the end.
STEADY = (
    Form(
        name="steady",
        brands=20,
        sandboxes=2,
        workers=4,
        concurrency=6,
        beats=2,
        seconds=_SECONDS,
        size=Size(days=155, receipts_per_day=60, page_rows=10),
    )
    if IS_STRESS
    else Form(
        name="steady",
        brands=2,
        sandboxes=1,
        workers=2,
        concurrency=2,
        beats=2,
        seconds=60,
        size=Size(days=20, receipts_per_day=60, page_rows=10),
    )
)

# The history is short enough to be read in the time, in spite of the kills, and a little after it.
KILLED = (
    Form(
        name="killed",
        brands=20,
        sandboxes=2,
        workers=4,
        concurrency=6,
        beats=2,
        seconds=_SECONDS,
        size=Size(days=_READABLE_DAYS, receipts_per_day=60, page_rows=10),
        kill_every_seconds=5,
        edit_every_seconds=1,
    )
    if IS_STRESS
    else Form(
        name="killed",
        brands=2,
        sandboxes=1,
        workers=2,
        concurrency=2,
        beats=2,
        seconds=24,
        size=Size(days=6, receipts_per_day=20, page_rows=25),
        kill_every_seconds=5,
        edit_every_seconds=1,
        cadence='{"receipts": 8, "orders": 8, "stop-list": 8}',
    )
)


def slow(latency_seconds: float) -> Form:
    """One brand behind a slow line, one worker."""
    return Form(
        name=f"slow by {latency_seconds:g} s",
        brands=1,
        sandboxes=1,
        workers=1,
        concurrency=6,
        beats=1,
        seconds=360,
        size=Size(days=110, receipts_per_day=60, page_rows=10, latency_seconds=latency_seconds),
    )
