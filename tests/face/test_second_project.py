"""A second project, in a process and a database of its own, mirrors the mirror."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand
from django_clopos.sandbox import Sandbox
from django_clopos.sync.engine import Options, sync
from tests.conftest import SLUG, make_sandbox, open_test_client
from tests.face.conftest import PREFIX, issue
from tests.face.rows import list_rows
from tests.launcher import LAUNCHER

#: Prints the rows of the only brand of a site.
DUMP = (
    "import django, json; django.setup();"
    "from django_clopos.models import Brand; from tests.face.rows import list_rows;"
    "print(json.dumps(list_rows(Brand.objects.get())))"
)
ROOT = Path(__file__).resolve().parents[2]


def run(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def manage(environment: dict[str, str], *arguments: str) -> Any:
    return json.loads(run(environment, "-c", LAUNCHER, *arguments, "--json"))


def sync_here(brand: Brand, remote: Sandbox) -> None:
    with open_test_client(remote) as client:
        sync(brand, RESOURCES, options=Options(), client=client)


def name_second_site(brand: Brand, url: str, database: Path) -> dict[str, str]:
    credential, secret = issue(brand, sees_personal=True)
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "PYTHONPATH": str(ROOT),
        "CLOPOS_BASE_URL": f"{url}{PREFIX}",
        "CLOPOS_BRAND": brand.slug,
        "CLOPOS_CLIENT_ID": credential.client_id,
        "CLOPOS_CLIENT_SECRET": secret,
        "CLOPOS_INTEGRATOR_ID": "second",
        "CLOPOS_REQUESTS_PER_MINUTE": "100000",
        "CLOPOS_REDIS_URL": "",
    }


@pytest.mark.django_db(transaction=True)
def test_a_second_project_mirrors_the_mirror(live_server: Any, tmp_path: Path) -> None:
    remote = make_sandbox(days=3, receipts_per_day=3)
    brand = Brand.objects.create(slug=SLUG)
    sync_here(brand, remote)
    second = name_second_site(brand, live_server.url, tmp_path / "second.sqlite3")
    run(second, "-c", LAUNCHER, "migrate", "--verbosity=0")

    first_sync = manage(second, "clopos_sync", *(resource.name for resource in RESOURCES))
    assert first_sync["status"] == "succeeded"
    theirs, ours = json.loads(run(second, "-c", DUMP)), list_rows(brand)
    assert all(ours.values())
    for name, rows in ours.items():
        assert theirs[name] == json.loads(json.dumps(rows)), name

    # Later changes arrive too, and both sides agree that they are equal.
    receipt = remote.documents(SLUG, "receipts")[-1]
    remote.change(SLUG, "receipts", receipt["id"], total=7.25)
    sync_here(brand, remote)
    again = manage(second, "clopos_sync")
    receipts = next(step for step in again["steps"] if step["resource"] == "receipts" and step["updated"])
    assert receipts["updated"] == 1
    manage(second, "clopos_verify", "--deep", "--days", "15")  # it would exit with 3 where anything differed
