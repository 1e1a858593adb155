"""`manage.py clopos_sandbox` prints what a shell needs and serves until interrupted."""

import os
import signal
import subprocess
import sys
from argparse import ArgumentTypeError
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from django_clopos.management.commands import clopos_sandbox
from django_clopos.sandbox import Sandbox, serve
from tests.sandbox.conftest import TODAY

ROOT = Path(__file__).parents[2]


def test_it_prints_the_environment_serves_and_stops() -> None:
    command = [sys.executable, "manage.py", "clopos_sandbox", "--port", "0", "--days", "1", "--receipts-per-day", "3"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [process.stdout.readline().strip() for _ in range(6)]
        try:
            printed = dict(line.removeprefix("export ").split("=", 1) for line in lines[:5])
            assert lines[5] == "Serving until Ctrl-C."
            body = {
                "brand": printed["CLOPOS_BRAND"],
                "client_id": printed["CLOPOS_CLIENT_ID"],
                "client_secret": printed["CLOPOS_CLIENT_SECRET"],
                "integrator_id": printed["CLOPOS_INTEGRATOR_ID"],
            }
            answer = httpx.post(f"{printed['CLOPOS_BASE_URL']}/auth", json=body, trust_env=False)
            assert answer.json()["success"] is True
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert process.stderr.read() == ""


def test_a_taken_port_is_said_in_one_sentence() -> None:
    with (
        serve(Sandbox(days=1, receipts_per_day=1, today=TODAY), port=0) as server,
        pytest.raises(CommandError, match=r"Cannot listen on 127\.0\.0\.1:\d+: .*Choose another --port"),
    ):
        call_command("clopos_sandbox", port=server.port, days=1)


@pytest.mark.parametrize(
    ("text", "brands"), [("1", ("demo",)), ("3", ("demo", "demo2", "demo3")), ("baku, ganja", ("baku", "ganja"))]
)
def test_brands_are_a_number_or_names(text: str, brands: tuple[str, ...]) -> None:
    assert clopos_sandbox._brands(text) == brands


@pytest.mark.parametrize("text", ["0", "-1", "many"])
def test_sizes_are_positive(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="no positive number"):
        clopos_sandbox._positive(text)
