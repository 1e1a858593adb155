"""The site that is walked: a database, a sandbox in place of Clopos, a web server and, on demand, a worker."""

from __future__ import annotations

import os
import re
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection

from django_clopos.sandbox import Credentials, Sandbox, serve
from tests.load.processes import Group, Processes, open_processes
from tests.load.services import leave_nothing
from tests.load.sites import Services
from tests.stress.sites import ROOT, SqliteSite, open_postgres

#: The last day on which something was sold. A fixed one, so that every run sees the same restaurant.
TODAY = date(2026, 11, 20)
#: So many that a fortnight has one before it to be compared with.
_DAYS = 29
SLUG = "demo"
#: A brand that the sandbox plays and the site does not know yet.
NEW_SLUG = "second"
_RECEIPTS_PER_DAY = 12
_NO_LIMIT = 10**6
_SECONDS_TO_FINISH = 120
_SECONDS_TO_START = 30
_ADDRESS = re.compile(r"Starting development server at (http://[\d.:]+)/")
_WORKER_READY = " ready."


@dataclass(kw_only=True, slots=True)
class Site:
    """What a browser reaches."""

    name: str
    url: str
    sandbox: Sandbox
    remote_url: str
    """Of the sandbox, as a brand's base URL."""
    broker_url: str
    """Empty: tasks cannot be queued."""
    processes: Processes
    worker: Group | None = None

    def credentials(self, slug: str) -> Credentials:
        """What a brand of the sandbox signs in with."""
        return self.sandbox.credentials(slug)

    def prepare(self, part: str) -> None:
        """Have a part of its life happen to the site."""
        _prepare(self.processes, part)

    def manage(self, *arguments: str) -> None:
        """Run a command of the site to its end."""
        group = self.processes.start(arguments[0], [sys.executable, str(ROOT / "manage.py"), *arguments])
        _finish(self.processes, group)

    def start_worker(self) -> None:
        """Have somebody take what the site queues, from now on."""
        if self.worker is None:
            quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO")
            celery = [sys.executable, "-m", "celery", "-A", "example_project", "worker"]
            names = ["-n", f"{self.name}@%h", "-Q", self.name, "--pool", "solo"]
            self.worker = self.processes.start("worker", [*celery, *names, *quiet])
            _wait_for(self.worker, re.compile(re.escape(_WORKER_READY)), seconds=_SECONDS_TO_START)


@contextmanager
def open_site(folder: Path, *, broker_url: str = "") -> Iterator[Site]:
    """Give a site that has mirrored the sandbox; afterwards nothing is left of it but the logs in the folder."""
    name = f"clopos_browser_{os.getpid()}_{uuid.uuid4().hex[:6]}"
    sandbox = Sandbox(
        brands=(SLUG, NEW_SLUG),
        days=_DAYS,
        receipts_per_day=_RECEIPTS_PER_DAY,
        today=TODAY,
        requests_per_window=_NO_LIMIT,
        auth_requests_per_window=_NO_LIMIT,
    )
    with ExitStack() as stack:
        database_url = stack.enter_context(_open_database(folder, name))
        if broker_url:
            stack.enter_context(leave_nothing(Services(broker_url=broker_url, redis_url=""), name))
        remote = stack.enter_context(serve(sandbox, port=0))
        environment = {
            "CELERY_BROKER_URL": broker_url,
            "CLOPOS_REDIS_URL": "",
            "CLOPOS_REQUESTS_PER_MINUTE": str(_NO_LIMIT),
            "DATABASE_URL": database_url,
            "DJANGO_DEBUG": "0",
            "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
            "PYTHONUNBUFFERED": "1",
            "SITE_NAME": name,
        }
        processes = stack.enter_context(open_processes(folder, environment | _name_brand(sandbox, remote.url)))
        _prepare(processes, "begin")
        _let_time_pass(sandbox)
        _prepare(processes, "later")
        yield Site(
            name=name,
            url=_start_server(processes),
            sandbox=sandbox,
            remote_url=remote.url,
            broker_url=broker_url,
            processes=processes,
        )


@contextmanager
def _open_database(folder: Path, name: str) -> Iterator[str]:
    """Give the URL of an empty database of the kind that the tests run on."""
    if connection.vendor == "postgresql":
        with open_postgres(name) as database:
            yield database.url
    else:
        yield SqliteSite(path=folder / "site.sqlite3").url


def _name_brand(sandbox: Sandbox, url: str) -> dict[str, str]:
    credentials = sandbox.credentials(SLUG)
    return {
        "CLOPOS_BASE_URL": url,
        "CLOPOS_BRAND": credentials.brand,
        "CLOPOS_CLIENT_ID": credentials.client_id,
        "CLOPOS_CLIENT_SECRET": credentials.client_secret,
        "CLOPOS_INTEGRATOR_ID": credentials.integrator_id,
    }


def _let_time_pass(sandbox: Sandbox) -> None:
    """Have the remote change a row, send a key that nobody knows, and a record that is refused."""
    sandbox.change(SLUG, "products", 1, name="Quzu əti, təzə", loyalty="gold")
    sandbox.insert(SLUG, "customers", {"id": 10**12, "name": "Beyond every key"})


def _prepare(processes: Processes, part: str) -> None:
    _finish(processes, processes.start(part, [sys.executable, "-m", "tests.browser.prepare", part]))


def _finish(processes: Processes, group: Group) -> None:
    status = group.process.wait(_SECONDS_TO_FINISH)
    assert status == 0, group.tail()
    processes.kill(group)


def _start_server(processes: Processes) -> str:
    """Serve static files too, which Django leaves to a web server in production."""
    serving = ["runserver", "127.0.0.1:0", "--noreload", "--insecure"]
    command = [sys.executable, str(ROOT / "manage.py"), *serving]
    group = processes.start("server", command, variables={"CLOPOS_REQUESTS_PER_MINUTE": "300"})
    return _wait_for(group, _ADDRESS, seconds=_SECONDS_TO_START).group(1)


def _wait_for(group: Group, line: re.Pattern[str], *, seconds: float) -> re.Match[str]:
    """Wait until a process has printed this."""
    deadline = time.monotonic() + seconds
    while not (found := line.search(group.log.read_text(errors="replace"))):
        assert group.is_running, group.tail()
        assert time.monotonic() < deadline, group.tail()
        time.sleep(0.05)
    return found
