"""`manage.py clopos_sandbox` prints what a shell needs and serves until interrupted."""

import os
import signal
import subprocess
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from django_clopos.management.commands import clopos_sandbox
from django_clopos.sandbox import Sandbox, serve
from tests.launcher import LAUNCHER
from tests.sandbox.conftest import TODAY

ROOT = Path(__file__).parents[2]


@contextmanager
def start(*options: str) -> Iterator[list[dict[str, str]]]:
    """Run the command, give the variables that it prints for each brand, and interrupt it."""
    size = ("--port", "0", "--days", "1", "--receipts-per-day", "3")
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, "clopos_sandbox", *size, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = list(takewhile("Serving until Ctrl-C.\n".__ne__, process.stdout))
        exported = [line.strip().removeprefix("export ").split("=", 1) for line in lines]
        try:
            yield [dict(exported[place : place + 5]) for place in range(0, len(exported), 5)]
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert process.stderr.read() == ""


def authenticate(printed: dict[str, str]) -> httpx.Response:
    body = {
        "brand": printed["CLOPOS_BRAND"],
        "client_id": printed["CLOPOS_CLIENT_ID"],
        "client_secret": printed["CLOPOS_CLIENT_SECRET"],
        "integrator_id": printed["CLOPOS_INTEGRATOR_ID"],
    }
    return httpx.post(f"{printed['CLOPOS_BASE_URL']}/auth", json=body, trust_env=False)


def test_it_prints_the_environment_serves_and_stops() -> None:
    with start() as (printed,):
        assert authenticate(printed).json()["success"] is True


def test_its_options_reach_the_sandbox() -> None:
    with start("--brands", "one,two", "--shared-past", "--page-rows", "2", "--control") as brands:
        customers = []
        for printed in brands:
            headers = {"x-token": authenticate(printed).json()["token"]}
            address = f"{printed['CLOPOS_BASE_URL']}/customers?limit=50"
            customers += httpx.get(address, headers=headers, trust_env=False).json()["data"]
        counts = httpx.get(brands[0]["CLOPOS_BASE_URL"].replace("open-api/v2", "_sandbox/counts"), trust_env=False)
    assert len(customers) == 4
    assert [row["name"] for row in customers[:2]] == [row["name"] for row in customers[2:]]
    assert len({row["cid"] for row in customers}) == 4
    assert counts.json()["data"] == {"one": {"200": 2}, "two": {"200": 2}}


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
