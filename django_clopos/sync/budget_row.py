"""The request budget in a database row, for sites without Redis: shared by every process, committed at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from django_clopos.client.pace import Book, BudgetUse, Rate, lower, take
from django_clopos.models.bookkeeping import RequestBudget
from django_clopos.sync.clock import DatabaseNow
from django_clopos.sync.locking import begin_with_write

_COLUMNS = ("arrival", "minute", "taken", "taken_before")


@dataclass(frozen=True, kw_only=True, slots=True)
class RowBudget:
    """A budget for every process that uses this database. Never to be asked inside a page's transaction."""

    key: str
    requests_per_minute: int = 300
    rate: Rate | None = None
    """In place of the one that follows from `requests_per_minute`."""
    clock: Callable[[], float] | None = None
    """Epoch seconds in place of the database server's."""

    def reserve(self) -> float:
        """Take the next slot; give the seconds to wait for it."""
        return self._move(lambda book, now: take(book, now=now, rate=self._rate))

    def try_take(self) -> float:
        """Take a slot that can be used at once; else give the seconds to ask again after."""
        return self._move(lambda book, now: take(book, now=now, rate=self._rate, is_patient=True))

    def observe(self, *, limit: int | None, remaining: int, reset_seconds: float | None) -> None:  # see `lower`
        """Slow down to what the remote says is left."""
        if remaining >= self._rate.burst:
            return  # could change nothing; saves a write

        def slow(book: Book, now: float) -> tuple[Book, float]:
            arrival = lower(book.arrival, now=now, rate=self._rate, remaining=remaining, reset_seconds=reset_seconds)
            return dataclasses.replace(book, arrival=arrival), 0.0

        self._move(slow)

    def use(self) -> BudgetUse:
        """Say how much is used."""
        row = RequestBudget.objects.filter(key=self.key).annotate(now=DatabaseNow()).first()
        limit = self._rate.per_window if self.rate else self.requests_per_minute
        if row is None:
            return Book().use(now=0.0, rate=self._rate, limit=limit)
        return _read_book(row).use(now=self._read_clock(row), rate=self._rate, limit=limit)

    @property
    def _rate(self) -> Rate:
        return self.rate or Rate.per_minute(self.requests_per_minute)

    def _move(self, step: Callable[[Book, float], tuple[Book, float]]) -> float:
        """Replace what is kept under a row lock; committed before the request leaves."""
        # durable would refuse to run inside a site's own transaction; to be committed with it is the lesser evil.
        with transaction.atomic():
            row = self._lock_row()
            book = _read_book(row)
            moved, wait = step(book, self._read_clock(row))
            if moved != book:
                for column in _COLUMNS:
                    setattr(row, column, getattr(moved, column))
                row.save(update_fields=_COLUMNS)
        return wait

    def _lock_row(self) -> RequestBudget:
        rows = RequestBudget.objects.filter(key=self.key)
        begin_with_write(rows, column="arrival")
        locked = rows.select_for_update().annotate(now=DatabaseNow())
        row = locked.first()
        if row is None:
            RequestBudget.objects.bulk_create([RequestBudget(key=self.key)], ignore_conflicts=True)
            row = locked.get()
        return row

    def _read_clock(self, row: RequestBudget) -> float:
        # The statement began before it waited for the lock: the row's own time may be later. That costs a moment of
        # waiting and takes no slot twice; a second query would cost more.
        moment: float = row.now.timestamp()  # type: ignore[attr-defined]  # annotated by the query
        return moment if self.clock is None else self.clock()


def _read_book(row: RequestBudget) -> Book:
    return Book(**{column: getattr(row, column) for column in _COLUMNS})
