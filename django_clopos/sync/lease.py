"""Who may write one resource of a brand: a row with an owner, an expiry and a fence number.

The fence is checked by the UPDATE that renews the lease, inside every page's transaction, so that a process that lost
its lease cannot commit. All times are the database server's: a process whose own clock is wrong steals nothing.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q

from django_clopos.client.errors import SyncError
from django_clopos.models.bookkeeping import Lease
from django_clopos.sync.clock import DatabaseNow
from django_clopos.sync.locking import begin_with_write

#: Longer than a wait for the remote's rate window (60 seconds), during which no page renews it.
LIFETIME = timedelta(seconds=120)

_POLL_SECONDS = 1.0


class LeaseLost(SyncError):
    """Another process has taken over this resource; nothing of the current page was written."""


@dataclass(kw_only=True, slots=True)
class Held:
    """A lease that this process holds."""

    lease_id: int
    owner: str
    fence: int
    on_wait: Callable[[str], None]
    """Told who is being waited for."""
    sleep: Callable[[float], None]

    def renew(self) -> None:
        """Renew inside the page's transaction. Raises LeaseLost where another process holds it by now."""
        renewed = Lease.objects.filter(pk=self.lease_id, owner=self.owner, fence=self.fence).update(
            expires_at=DatabaseNow() + LIFETIME
        )
        if not renewed:
            raise LeaseLost("Another sync has taken over this resource; its data is safe, this walk ends.")

    def release(self) -> None:
        """Give the lease back at once."""
        Lease.objects.filter(pk=self.lease_id, owner=self.owner, fence=self.fence).update(
            owner="", host="", pid=None, expires_at=None
        )

    def give_way(self) -> None:
        """Let a sync that waits for this lease go first, and take it again after that one."""
        since = DatabaseNow() - timedelta(seconds=3 * _POLL_SECONDS)
        if not Lease.objects.filter(pk=self.lease_id, waiting_at__gte=since).exists():
            return
        self.release()
        self.sleep(2 * _POLL_SECONDS)
        self.take()

    def take(self) -> None:
        """Wait for the holder, if there is one, and hold the lease."""
        told = False
        while not self._try_take():
            if not told:
                self.on_wait(_name_holder(self.lease_id))
                told = True
            Lease.objects.filter(pk=self.lease_id).update(waiting_at=DatabaseNow())
            self.sleep(_POLL_SECONDS)

    def _try_take(self) -> bool:
        owner = uuid.uuid4().hex
        with transaction.atomic():
            begin_with_write(Lease.objects.filter(pk=self.lease_id), column="fence")
            row = Lease.objects.select_for_update().get(pk=self.lease_id)
            free = Q(owner="") | Q(expires_at__lte=DatabaseNow())
            if _is_dead(row):
                free |= Q(owner=row.owner)
            taken = Lease.objects.filter(free, pk=self.lease_id, fence=row.fence).update(
                owner=owner,
                host=socket.gethostname(),
                pid=os.getpid(),
                expires_at=DatabaseNow() + LIFETIME,
                waiting_at=None,
                fence=F("fence") + 1,
            )
        if taken:
            self.owner, self.fence = owner, row.fence + 1
        return bool(taken)


@contextmanager
def hold(
    *, brand_id: int, resource: str, on_wait: Callable[[str], None], sleep: Callable[[float], None] = time.sleep
) -> Iterator[Held]:
    """Hold the lease of one resource, waiting for its holder; `on_wait` is told who that is, once."""
    lease, _ = Lease.objects.get_or_create(brand_id=brand_id, resource=resource)
    held = Held(lease_id=lease.pk, owner="", fence=lease.fence, on_wait=on_wait, sleep=sleep)
    held.take()
    try:
        yield held
    finally:
        held.release()


def _is_dead(row: Lease) -> bool:
    """Tell whether the holder was a process of this host that no longer runs."""
    return (
        bool(row.owner) and row.host == socket.gethostname() and row.pid is not None and not is_process_alive(row.pid)
    )


def is_process_alive(pid: int) -> bool:
    """Tell whether a process of this host runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True  # a system that does not tell
    return state != "Z"  # in a container without an init, a killed process stays as a zombie


def _name_holder(lease_id: int) -> str:
    row = Lease.objects.get(pk=lease_id)
    return f"process {row.pid} on {row.host}" if row.owner else "another process"
