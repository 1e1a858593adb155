"""What a test of load has started is gone after it, children included."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from django_clopos.sync.lease import is_process_alive
from tests.load.processes import open_processes

_FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def read_child(log: Path) -> int:
    while not log.read_text().strip():
        time.sleep(0.01)
    return int(log.read_text())


def test_no_process_outlives_its_test_nor_does_a_child(tmp_path: Path) -> None:
    def begin_and_fail() -> None:
        with open_processes(tmp_path, {}) as processes:
            group = processes.start("family", [sys.executable, "-c", _FAMILY])
            pids.extend([group.process.pid, read_child(group.log)])
            raise KeyboardInterrupt

    pids: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        begin_and_fail()
    assert len(pids) == 2
    deadline = time.monotonic() + 5
    while any(map(is_process_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(is_process_alive, pids))


def test_a_process_that_ended_by_itself_is_told_with_its_log(tmp_path: Path) -> None:
    with open_processes(tmp_path, {}) as processes:
        group = processes.start("brief", [sys.executable, "-c", "raise SystemExit('out of beans')"])
        group.process.wait()
        with pytest.raises(AssertionError, match="brief ended with 1:\nout of beans"):
            processes.assert_running()
