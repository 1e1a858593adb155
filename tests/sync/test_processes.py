"""Several syncs at once, each a process of its own, on a database file with the options that Django gives it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from django_clopos.sandbox import serve
from tests.conftest import SLUG, make_sandbox

ROOT = Path(__file__).resolve().parents[2]
SITE = """
from example_project.settings import *
DATABASES["default"].pop("OPTIONS", None)
SILENCED_SYSTEM_CHECKS = ["django_clopos.W002"]
"""


@pytest.fixture
def clock() -> None:
    """Real time: other processes do not travel."""


@pytest.fixture
def database(transactional_db: None, tmp_path: Path) -> Path:
    """A file with the tables of the test database."""
    if connection.vendor != "sqlite":
        pytest.skip("the file is SQLite's, whatever the suite runs on")
    path = tmp_path / "site.sqlite3"
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
    return path


def read_column(database: Path, sql: str) -> list[object]:
    with closing(sqlite3.connect(database)) as opened:
        return [row[0] for row in opened.execute(sql)]


def test_syncs_at_once_wait_for_each_other_and_survive_a_kill(database: Path, tmp_path: Path) -> None:
    (tmp_path / "site_with_late_locks.py").write_text(SITE)
    sandbox = make_sandbox(today=None, latency_seconds=0.01)
    given = sandbox.credentials(SLUG)
    with serve(sandbox, port=0) as server:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "site_with_late_locks",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}",
            "DATABASE_URL": f"sqlite:///{database}",
            "CLOPOS_BASE_URL": server.url,
            "CLOPOS_BRAND": given.brand,
            "CLOPOS_CLIENT_ID": given.client_id,
            "CLOPOS_CLIENT_SECRET": given.client_secret,
            "CLOPOS_INTEGRATOR_ID": given.integrator_id,
            "CLOPOS_REQUESTS_PER_MINUTE": "100000",
        }
        command = [sys.executable, str(ROOT / "manage.py"), "clopos_sync", "--no-progress", "customers", "receipts"]
        syncs = [
            subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for _ in range(3)
        ]
        while not sandbox.requests and any(sync.poll() is None for sync in syncs):
            time.sleep(0.05)
        syncs[0].send_signal(signal.SIGKILL)
        outputs = [sync.communicate(timeout=90)[0] for sync in syncs]
    assert [sync.returncode for sync in syncs[1:]] == [0, 0], outputs
    stored = read_column(database, "SELECT clopos_id FROM django_clopos_receipt ORDER BY clopos_id")
    assert stored == [document["id"] for document in sandbox.documents(SLUG, "receipts")]
    assert read_column(database, "SELECT owner FROM django_clopos_lease WHERE owner <> ''") == []
    statuses = read_column(database, "SELECT status FROM django_clopos_syncrun")
    assert statuses.count("succeeded") >= 2
    assert "failed" not in statuses
