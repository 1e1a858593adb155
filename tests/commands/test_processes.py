"""What only a process of its own can show: a terminal, a Ctrl-C, and what a shell gets back."""

from __future__ import annotations

import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from django_clopos.sandbox import Sandbox, serve
from tests.commands.conftest import find_closed_port, name_environment, open_sandbox
from tests.launcher import LAUNCHER

ROOT = Path(__file__).resolve().parents[2]

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def slow() -> Iterator[tuple[Sandbox, str]]:
    """A restaurant that takes its time over every answer."""
    sandbox = open_sandbox(latency_seconds=0.1)
    with serve(sandbox, port=0) as server:
        yield sandbox, server.url


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with its tables, to be copied."""
    database = tmp_path_factory.mktemp("migrated") / "site.sqlite3"
    command = [sys.executable, "-c", LAUNCHER, "migrate", "--verbosity=0"]
    subprocess.run(command, env=name_site(database), check=True, timeout=60)
    return database


def name_site(database: Path) -> dict[str, str]:
    """Give the environment of an example site on this database file."""
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm",
        "COLUMNS": "110",
    }


@pytest.fixture
def start(slow: tuple[Sandbox, str], tmp_path: Path, migrated: Path) -> Iterator[Start]:
    """Start `manage.py` on a database file of its own."""
    database = tmp_path / "site.sqlite3"
    database.write_bytes(migrated.read_bytes())
    environment = name_site(database) | name_environment(*slow)
    running = []

    def begin(*arguments: str, variables: dict[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-u", "-c", LAUNCHER, *arguments]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment | (variables or {}), text=True, encoding="utf-8", **pipes
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def read_run(tmp_path: Path) -> tuple[Any, ...]:
    with sqlite3.connect(tmp_path / "site.sqlite3") as database:
        row: tuple[Any, ...] = database.execute("SELECT status, error FROM django_clopos_syncrun").fetchone()
    database.close()
    return row


def test_control_c_ends_the_run_as_abandoned_and_keeps_what_was_stored(start: Start, tmp_path: Path) -> None:
    process = start("clopos_sync")
    assert process.stdout
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=90)
    assert first == "venues: 3 seen, 3 created\n"
    assert process.returncode == 130
    assert error == "CommandError: Stopped. What was mirrored until then is kept; run it again to go on.\n"
    assert read_run(tmp_path)[0] == "abandoned"


def test_after_control_c_another_sync_goes_on_at_once(start: Start, slow: tuple[Sandbox, str]) -> None:
    process = start("clopos_sync")
    assert process.stdout
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=90)
    slow[0].latency_seconds = 0
    second = start("clopos_sync", "venues", "users")
    out, error = second.communicate(timeout=90)
    assert (second.returncode, error) == (0, "")
    assert "waiting" not in out


def test_a_shell_sees_one_sentence_for_a_dead_server_within_seconds(start: Start, tmp_path: Path) -> None:
    process = start("clopos_sync", variables={"CLOPOS_BASE_URL": f"http://127.0.0.1:{find_closed_port()}/v2"})
    _, error = process.communicate(timeout=20)
    assert process.returncode == 1
    assert error.count("\n") == 1
    assert error.startswith("CommandError: POST auth: no connection could be made")
    assert read_run(tmp_path)[0] == "failed"


def test_a_terminal_sees_bars_with_rate_and_remaining_budget(start: Start) -> None:
    screen = read_terminal(start, "clopos_sync", "customers", "products")
    assert re.search(r"customers +━+ 240/240 +[\d,]+/s \d+ req\. left 0:00:0\d", screen), screen
    assert re.search(r"products +━+ 113/113 ", screen)
    assert "customers: 240 seen" not in screen
    assert re.search(r"Succeeded\. \d+ rows changed\.", screen)


def test_the_bars_fit_a_narrow_terminal_and_count_from_nothing(start: Start, slow: tuple[Sandbox, str]) -> None:
    for entry in slow[0].documents("demo", "stop-list"):
        slow[0].remove("demo", "stop-list", (entry["venue_id"], entry["id"]))
    screen = read_terminal(start, "clopos_sync", "customer-groups", "stop-list", variables={"COLUMNS": "80"})
    assert re.search(r"stop-list, venue 1 +━+ 0/0 ", screen), screen
    assert "…" not in screen


def test_a_terminal_that_cannot_move_its_cursor_sees_lines(start: Start) -> None:
    screen = read_terminal(start, "clopos_sync", "customers", variables={"TERM": "dumb"})
    assert "customers: 240 seen, 240 created" in screen
    assert "━" not in screen


def read_terminal(start: Start, *arguments: str, **options: Any) -> str:
    """Give everything that a command wrote to a terminal, without the codes that colour and move."""
    ours, theirs = pty.openpty()
    process = start(*arguments, stdout=theirs, **options)
    os.close(theirs)
    written = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side has closed
            break
        if not chunk:
            break
        written += chunk
    os.close(ours)
    assert process.wait(30) == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.decode())
