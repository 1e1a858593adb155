"""Workers that are killed again and again, while the restaurant works: in the end the mirror is the remote."""

from __future__ import annotations

from random import Random

import pytest

from tests.load.audit import find_violations, install_audit, read_audit
from tests.load.conftest import Begin
from tests.load.edits import Writer
from tests.load.equality import find_differences
from tests.load.forms import KILLED, STRESS_SEED
from tests.load.reports import describe, describe_use, tell
from tests.load.sites import Services

pytestmark = pytest.mark.load

_DRAIN_SECONDS = 1800


def test_killed_workers_leave_the_mirror_equal_and_no_page_to_two_holders(begin: Begin, rabbit_first: Services) -> None:
    load = begin(KILLED, rabbit_first)
    install_audit(load.site.database)
    rng = Random(STRESS_SEED)
    writer = Writer(remotes=load.remotes, rng=rng)

    def disturb(second: int) -> None:
        if second % KILLED.edit_every_seconds == 0:
            writer.write()
        if second % KILLED.kill_every_seconds == 0:
            load.fleet.replace_killed(rng)

    load.start()
    load.run(KILLED.seconds, each_second=disturb)
    drained_in = load.drain(since=writer.last_at, seconds=_DRAIN_SECONDS)
    machine = load.describe_machine()
    load.fleet.stop()
    entries, answers = read_audit(load.site.database), load.count_answers()
    differences = [each for remote in load.remotes for each in find_differences(remote)]
    tell(
        describe(KILLED, rabbit_first),
        [
            f"workers killed: {load.fleet.kills}, one every {KILLED.kill_every_seconds} s",
            f"edits of the remote meanwhile: {writer.count}",
            f"answers by status: {dict(answers)}",
            *describe_use(load.measure_use()),
            *machine,
            f"seconds after the last kill until nothing was left to do: {drained_in:.0f}",
            f"leases taken or renewed: {sum(entry.lease is not None for entry in entries)}",
            f"pages that wrote rows: {sum(entry.step is not None for entry in entries)}",
            f"receipts stored: {load.site.count_receipts()}, differences from the remote: {len(differences)}",
        ],
    )
    assert differences == []
    assert load.fleet.kills > 1
    assert any(entry.lease is not None for entry in entries)
    assert any(entry.step is not None for entry in entries)
    assert find_violations(entries) == []
    assert answers["429"] == 0
