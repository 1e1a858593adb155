"""Which tests the workers of pytest-xdist take: one after another, but the browser's all by one worker.

Each worker with a test of that room would start a site of its own. `--dist loadgroup` would say the same, but pytest
9.2 no longer reads the name of a test from where pytest-xdist 3.8 writes the group, so that nothing is grouped.
"""

from __future__ import annotations

from xdist.scheduler.loadscope import LoadScopeScheduling

_TOGETHER = "tests/browser/"


class Scheduling(LoadScopeScheduling):
    """Units of one test, and the one of the browser, which is the largest and therefore the first."""

    def _split_scope(self, nodeid: str) -> str:
        return _TOGETHER if nodeid.startswith(_TOGETHER) else nodeid
