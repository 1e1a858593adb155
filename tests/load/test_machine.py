"""The processor's time is told by the names of the processes, with what they have started."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.load.machine import Machine
from tests.load.processes import open_processes


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="not on Linux")
def test_time_of_ended_children_counts(tmp_path: Path) -> None:
    machine = Machine()
    with open_processes(tmp_path, {}) as processes:
        command = "import subprocess, sys, time; subprocess.run([sys.executable, '-c', 'sum(range(20_000_000))'])"
        group = processes.start("busy", [sys.executable, "-c", f"{command}; print('done', flush=True); time.sleep(60)"])
        while "done" not in group.log.read_text():
            assert group.is_running
        (told,) = machine.describe(processes.groups, requests=10)
    found = re.search(r"busy \d+ s \(([\d.]+) ms\)", told)
    assert found
    assert float(found[1]) > 10
