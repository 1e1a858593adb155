"""A form of load under way: its site, its remotes and its workers, watched second by second."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.load.figures import Ages, Use, measure_ages, measure_use, merge_ages
from tests.load.fleet import Fleet
from tests.load.forms import Form
from tests.load.machine import Machine
from tests.load.processes import Processes, open_processes
from tests.load.remotes import Remote, start_remotes
from tests.load.reports import say
from tests.load.services import leave_nothing
from tests.load.sites import VENUES, Services, Site, open_site

_TELL_SECONDS = 60


@dataclass(kw_only=True, slots=True)
class Load:
    """Everything of one test, with what was seen of it."""

    form: Form
    site: Site
    remotes: list[Remote]
    processes: Processes
    fleet: Fleet
    machine: Machine = field(default_factory=Machine)
    started_at: float = field(default_factory=time.time)
    ended_at: float = 0.0
    working_until: dict[str, float] = field(default_factory=dict)
    """When the backfill of a brand was last seen to have work, epoch seconds."""

    def start(self) -> None:
        """Set the workers and beats of the form to work."""
        self.fleet.start(workers=self.form.workers, beats=self.form.beats)

    def run(self, seconds: float, *, each_second: Callable[[int], None] = lambda _: None) -> None:
        """Watch the site for so long; `each_second` is told the number of the second, from 1."""
        self.started_at = time.time()
        for second in range(1, int(seconds) + 1):
            time.sleep(max(0.0, self.started_at + second - time.time()))
            self.look()
            each_second(second)
            if second % _TELL_SECONDS == 0:
                say(f"{self.form.name}: {second} s, answers so far: {dict(self.count_answers())}")
        self.ended_at = time.time()

    def look(self) -> None:
        """See that everything runs, and which brands have history left to read."""
        self.processes.assert_running()
        now = time.time()
        self.working_until |= dict.fromkeys(self.site.backfilling(), now)

    def count_answers(self) -> Counter[str]:
        """Count the answers of all sandboxes by their status."""
        sums: Counter[str] = Counter()
        for counts in {remote.base_url: remote for remote in self.remotes}.values():
            for statuses in counts.counts().values():
                sums.update(statuses)
        return sums

    def drain(self, *, since: datetime, seconds: float) -> float:
        """Wait until nothing is left to do and everything was read since; give the seconds that it took."""
        began_at = time.time()
        while unread := self.site.find_unread([remote.slug for remote in self.remotes], since=since):
            assert time.time() - began_at < seconds, f"still to be read: {unread}"
            time.sleep(1)
            self.look()
        return time.time() - began_at

    def describe_machine(self) -> list[str]:
        """Say what the processor did since the form was prepared."""
        return self.machine.describe(self.processes.groups, requests=self.count_answers().total())

    def measure_use(self) -> list[Use]:
        """Measure how much of its budget every brand used while its backfill had work."""
        return [measure_use(each.slug, _admitted(each), until=self.working_until[each.slug]) for each in self.remotes]

    def measure_ages(self) -> list[Ages]:
        """Measure how old the stop list of every brand became."""
        start, end = (datetime.fromtimestamp(each, UTC) for each in (self.started_at, self.ended_at))
        return [
            merge_ages(
                [
                    measure_ages(
                        remote.slug, self.site.successes(remote.slug, "stop-list", venue=venue), start=start, end=end
                    )
                    for venue in VENUES
                ]
            )
            for remote in self.remotes
        ]


@contextmanager
def open_load(form: Form, services: Services, folder: Path) -> Iterator[Load]:
    """Start everything that a form needs; afterwards nothing of it is left but the logs in the folder."""
    with open_site(services) as site, leave_nothing(services, site.name), httpx.Client(trust_env=False) as http:
        environment = site.environment | {"LOAD_CADENCE": form.cadence or "{}"}
        with open_processes(folder, environment) as processes:
            remotes = start_remotes(processes, form.slugs, form.size, http=http, count=form.sandboxes)
            site.add_brands(remotes)
            fleet = Fleet(processes=processes, site=site, concurrency=form.concurrency)
            yield Load(form=form, site=site, remotes=remotes, processes=processes, fleet=fleet)


def _admitted(remote: Remote) -> list[float]:
    """The moments of the requests that count against the budget: all with a token that were not refused for it."""
    return [
        float(each["moment"])
        for each in remote.requests()
        if each["path"] != "auth" and each["status"] not in {401, 429}
    ]
