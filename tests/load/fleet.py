"""The workers and beats of a site, and the killing of workers."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from random import Random

from tests.load.processes import Group, Processes
from tests.load.sites import Site


@dataclass(kw_only=True, slots=True)
class Fleet:
    """Celery processes, each in a group of its own."""

    processes: Processes
    site: Site
    concurrency: int
    """Of one worker."""
    workers: list[Group] = field(default_factory=list)
    beats: list[Group] = field(default_factory=list)
    kills: int = 0
    _started: int = 0

    def start(self, *, workers: int, beats: int) -> None:
        """Start so many of each."""
        for _ in range(workers):
            self.workers.append(self._start_worker())
        for _ in range(beats):
            self.beats.append(self._start_beat())

    def replace_killed(self, rng: Random) -> None:
        """Kill one whole worker with all it does, and start another in its place."""
        place = rng.randrange(len(self.workers))
        self.processes.kill(self.workers[place])
        self.workers[place] = self._start_worker()
        self.kills += 1

    def stop(self) -> None:
        """Let the workers finish what they do."""
        self.processes.stop([*self.beats, *self.workers])
        self.beats, self.workers = [], []

    def _start_worker(self) -> Group:
        self._started += 1
        node = f"{self.site.name}-{self._started}@%h"
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO")
        pool = ("--pool", "prefork", "-c", str(self.concurrency))
        return self.processes.start("worker", [*_CELERY, "worker", "-n", node, "-Q", self.site.name, *pool, *quiet])

    def _start_beat(self) -> Group:
        self._started += 1
        schedule = self.processes.folder / f"beat-{self._started}"
        command = ["beat", "--schedule", str(schedule), "--pidfile", "", "--loglevel", "INFO"]
        return self.processes.start("beat", [*_CELERY, *command])


_CELERY = (sys.executable, "-m", "celery", "-A", "example_project")
