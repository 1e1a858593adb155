"""Processes in groups of their own: started with a log each, killed as a whole, and gone whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.stress.sites import ROOT

_TAIL_LINES = 40


@dataclass(kw_only=True, slots=True)
class Group:
    """A process with its children."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """Kill the process and its children at once, as a machine that loses its power does."""
        with suppress(ProcessLookupError):  # it has ended, and so have its children
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask_to_stop(self) -> None:
        """Let the process finish what it does."""
        if self.is_running:
            self.process.terminate()

    def tail(self) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:])


@dataclass(kw_only=True, slots=True)
class Processes:
    """Every process of one test."""

    folder: Path
    environment: Mapping[str, str]
    groups: list[Group] = field(default_factory=list)
    _count: int = 0

    def start(self, name: str, command: Sequence[str], *, variables: Mapping[str, str] | None = None) -> Group:
        """Start a process; its output goes to a log named after it."""
        self._count += 1
        log = self.folder / f"{self._count:03d}-{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=os.environ | {"PYTHONPATH": str(ROOT)} | dict(self.environment) | dict(variables or {}),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        group = Group(name=name, process=process, log=log)
        self.groups.append(group)
        return group

    def kill(self, group: Group) -> None:
        """Kill a process and forget it."""
        group.kill()
        self.groups.remove(group)

    def assert_running(self) -> None:
        """Fail with the log of a process that has ended by itself."""
        for group in self.groups:
            assert group.is_running, f"{group.name} ended with {group.process.returncode}:\n{group.tail()}"

    def stop(self, groups: Sequence[Group], *, grace_seconds: float = 20) -> None:
        """Ask processes to stop, and kill those that do not."""
        for group in groups:
            group.ask_to_stop()
        deadline = time.monotonic() + grace_seconds
        while any(group.is_running for group in groups) and time.monotonic() < deadline:
            time.sleep(0.1)
        for group in groups:
            self.kill(group)


@contextmanager
def open_processes(folder: Path, environment: Mapping[str, str]) -> Iterator[Processes]:
    """Give a place for processes, none of which outlives it."""
    processes = Processes(folder=folder, environment=environment)
    try:
        yield processes
    finally:
        for group in tuple(processes.groups):
            processes.kill(group)
