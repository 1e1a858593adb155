"""Random edits and faults between page requests: nothing is removed that is there, and in the end all is equal.

A schedule is a seed. It chooses a few resources, disturbs the syncs of some hours, then lets the remote rest. Every row
lies within the trailing window, so no `--full` is needed; older removals need it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import stamina
import time_machine

from django_clopos.client import Client
from django_clopos.mirror import Resource
from django_clopos.models import Brand
from django_clopos.models.bookkeeping import SyncStep
from django_clopos.sync.engine import Options, sync
from tests.stress.editing import Editor
from tests.stress.equality import RemovalWatch, find_differences
from tests.stress.restaurant import SMALL, open_small_restaurant
from tests.stress.weather import Weather, open_client_in

pytestmark = pytest.mark.django_db

_BATCH = 10
_SCHEDULES = 300 if os.environ.get("CLOPOS_STRESS") else 30
#: Rows without an address of their own are removed by a third complete walk; a fault may have spoilt what came before.
_MOST_QUIET_SYNCS = 6
_TOLD = ("naive", "naive_by_races", "removals", "races")
_ALWAYS = ("venues", "stop-list", "receipts")
STRATEGIES = {"Snapshot", "NewestFirst", "Backfill", "TrailingWindow", "PerVenueSet"}


@dataclass(kw_only=True, slots=True)
class Tale:
    """What happened in a schedule."""

    naive: int = 0
    naive_by_races: int = 0
    removals: int = 0
    races: int = 0
    quiet_syncs: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


@pytest.fixture(autouse=True)
def no_backoff() -> Iterator[None]:
    """Repeat as often as usual, without the waits in between."""
    with stamina.set_testing(True, attempts=5):
        yield


@pytest.mark.parametrize("first", range(0, _SCHEDULES, _BATCH))
def test_nothing_that_is_there_is_removed_and_in_the_end_all_is_equal(
    first: int, record_property: Callable[[str, object], None]
) -> None:
    tales = [play(seed) for seed in range(first, first + _BATCH)]
    struck: Counter[str] = sum((tale.struck for tale in tales), Counter())
    assert set(struck) == STRATEGIES
    # Were they too tame, even a walk that believes everything would make no mistake.
    assert sum(tale.naive_by_races for tale in tales) > 0
    assert sum(tale.removals for tale in tales) > 0
    for name in _TOLD:
        record_property(name, sum(getattr(tale, name) for tale in tales))
    record_property("schedules", len(tales))
    record_property("edits", sum(struck.values()))
    record_property("faults", sum(sum(tale.faults.values()) for tale in tales))


def play(seed: int) -> Tale:
    """Play one schedule. Raises AssertionError, naming the seed, where the mirror is not true."""
    with time_machine.travel("2026-11-20T19:00:00Z", tick=True) as clock:
        return _Schedule(seed, clock).play()


class _Schedule:
    def __init__(self, seed: int, clock: Any) -> None:
        self.seed, self.clock = seed, clock
        self.rng = Random(seed)
        others = [each.name for each in SMALL if each.name not in _ALWAYS]
        names = {*_ALWAYS, *self.rng.sample(others, 4)}
        self.resources: tuple[Resource, ...] = tuple(each for each in SMALL if each.name in names)
        scope = self.rng.choice(("venue", "venue", "venue", "brand"))
        ignored = self.rng.choice(((), (), (), ("receipts",)))
        self.sandbox = open_small_restaurant(receipt_scope=scope, ignore_sort=ignored)
        collections = tuple(each.name for each in self.resources)
        self.editor = Editor(self.sandbox, Random(seed + 10**6), collections=collections)
        self.weather = Weather(self.sandbox, self.editor, Random(seed + 2 * 10**6))
        self.brand = Brand.objects.create(slug=f"schedule-{seed}")
        self.watch = RemovalWatch(self.editor, self.brand, self.resources)

    def play(self) -> Tale:
        with open_client_in(self.weather) as client:
            self.weather.is_rough = self.rng.random() < 0.7
            for _ in range(self.rng.randrange(3, 6)):
                self._sync(client)
                self.weather.is_first_sync, self.weather.is_rough = False, self.rng.random() < 0.8
                for _ in range(self.rng.randrange(4)):
                    self.editor.edit()
                self.clock.shift(timedelta(minutes=self.rng.choice((5, 20, 61, 120))))
            return self._rest(client)

    def _rest(self, client: Client) -> Tale:
        """End the weather, sync until the mirror is equal, and give account."""
        self.weather.is_rough = False
        self.sandbox.faults.clear()
        return Tale(
            quiet_syncs=self._sync_until_equal(client),
            naive=self.weather.naive.false_removals,
            naive_by_races=self.weather.naive.by_races,
            removals=self.watch.removals,
            races=sum(SyncStep.objects.filter(run__brand=self.brand).values_list("races", flat=True)),
            struck=self.weather.struck,
            faults=Counter(self.weather.faults),
        )

    def _sync_until_equal(self, client: Client) -> int:
        """Give how many syncs it took."""
        differences: list[str] = []
        for count in range(1, _MOST_QUIET_SYNCS + 1):
            self.clock.shift(timedelta(hours=2))
            self._sync(client)
            differences = find_differences(self.editor, client, self.brand, self.resources)
            if not differences:
                return count
        raise AssertionError(self._tell(differences))

    def _sync(self, client: Client) -> None:
        sync(self.brand, self.resources, options=Options(), client=client, listener=self.watch)
        assert not self.watch.false_removals, self._tell(self.watch.false_removals)

    def _tell(self, reasons: list[str]) -> str:
        """Tell what led there."""
        steps = SyncStep.objects.filter(run__brand=self.brand).exclude(error="", note="")
        told = [f"{step.resource} {step.venue or ''} {step.error} {step.note}" for step in steps]
        return "\n".join([f"schedule {self.seed}", *reasons[:10], "edits:", *self.editor.log, "steps:", *told])
