"""What the processor did meanwhile: where it is the limit, the figures tell of the machine and not of the workers.

Read from Linux's /proc; elsewhere there is nothing to tell.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.load.processes import Group

_PROC = Path("/proc")
_IDLE = (3, 4)
"""Places of idle and of waiting for a disk in the first line of /proc/stat."""


def _read_machine() -> tuple[int, ...]:
    try:
        return tuple(map(int, (_PROC / "stat").read_text().splitlines()[0].split()[1:9]))
    except OSError:
        return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """The processor since this was made."""

    _began: tuple[int, ...] = field(default_factory=_read_machine)

    def describe(self, groups: Iterable[Group], *, requests: int) -> list[str]:
        """Say what the processes used, all that they have started included, and what was left of the machine."""
        spent = tuple(after - before for before, after in zip(self._began, _read_machine(), strict=True))
        if not sum(spent):
            return []
        idle = sum(spent[place] for place in _IDLE) / sum(spent)
        seconds = _read_seconds(groups)
        told = ", ".join(f"{name} {each:.0f} s ({1000 * each / requests:.1f} ms)" for name, each in seconds.items())
        return [f"processor time (and for each answer): {told}; {os.cpu_count()} cores were idle for {idle:.0%}"]


def _read_seconds(groups: Iterable[Group]) -> dict[str, float]:
    """Sum up by name what every process of the groups' sessions has used, and its children that have ended."""
    names = {group.process.pid: group.name for group in groups}
    sums: Counter[str] = Counter()
    for path in _PROC.glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        session, ticks = int(fields[3]), sum(map(int, fields[11:15]))
        if session in names:
            sums[names[session]] += ticks
    return {name: ticks / os.sysconf("SC_CLK_TCK") for name, ticks in sorted(sums.items())}
