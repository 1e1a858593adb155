"""What opens a till is nowhere: not in the database, not in logs, not in errors."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from django_clopos.models import RejectedRow, User
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from tests.conftest import SLUG, Mirror
from tests.sync.conftest import Body, Pull

pytestmark = pytest.mark.django_db
PIN = "pin-4711-canary"
#: Staff records that cannot be rows, in every way in which one cannot.
BAD: list[Body] = [
    {"id": 2, "pin": PIN, "salary": "abc"},
    {"pin": PIN, "username": "no id"},
    {"id": 2, "card": PIN, "username": "x" * 300},
    {"id": 2, "barcode": PIN, "username": "a\0b"},
    {"id": 2, "pin": {"nested": PIN}, "salary": "abc"},
    f'{{"id":2,"pin":"{PIN}","username":"\\ud800"}}'.encode(),
    f'{{"id":2,"pin":"{PIN}","salary":NaN}}'.encode(),
    f'{{"id":2,"pin":"{PIN}","username":"'.encode() + b'\xff"}',
    f'{{"id":2,"pin":"{PIN}","pin":"{PIN}2","salary":"abc"}}'.encode(),
    f'["{PIN}"]'.encode(),
    f'"{PIN}"'.encode(),
    f'{{"id":2,"pin":"{PIN}","x":'.encode() + b"[" * 20_000 + b"]" * 20_000 + b"}",
    f'{{"id":2,"pin":"{PIN}","x":1e99999}}'.encode(),
]


def dump() -> str:
    """Give the whole database as text."""
    text = io.StringIO()
    call_command("dumpdata", "django_clopos", stdout=text)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {User._meta.db_table}")
        return text.getvalue() + repr(cursor.fetchall())


def listen(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("", "django_clopos", "httpx", "django"):
        caplog.set_level(logging.DEBUG, logger=name)


def logged(caplog: pytest.LogCaptureFixture) -> str:
    return caplog.text + "".join(str(vars(record)) for record in caplog.records)


@pytest.mark.parametrize("record", BAD, ids=range(len(BAD)))
def test_a_rejected_user_shows_no_secret(record: Body, pull: Pull, caplog: pytest.LogCaptureFixture) -> None:
    listen(caplog)
    report = pull("users", record, {"id": 3, "pin": PIN, "username": "Kassir"})
    assert (report.total("rejected"), report.total("created")) == (1, 1)
    assert RejectedRow.objects.get().record
    assert PIN not in dump() + logged(caplog)


@pytest.mark.parametrize("kind", [None, *FaultKind])
def test_no_secret_of_the_remote_is_kept(
    kind: FaultKind | None, sandbox: Sandbox, mirror: Mirror, caplog: pytest.LogCaptureFixture
) -> None:
    listen(caplog)
    if kind:
        sandbox.faults.add(Fault(kind, path="users", seconds=0.01))
    report = mirror("users")
    assert report.steps
    seen: Any = dump() + logged(caplog) + "".join(step.error for step in report.steps) + report.run.error
    secrets = sandbox.secrets(SLUG)
    assert len(secrets) > 3
    assert not [secret for secret in secrets if secret in seen]


def test_a_changed_pin_changes_nothing(pull: Pull) -> None:
    pull("users", {"id": 2, "pin": "1111", "username": "Kassir"})
    assert pull("users", {"id": 2, "pin": "2222", "username": "Kassir"}).total("unchanged") == 1
    assert User.objects.get().raw == {"id": 2, "username": "Kassir"}
