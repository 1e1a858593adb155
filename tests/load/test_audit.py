"""The audit of leases finds what it is there to find."""

from __future__ import annotations

from tests.load.audit import Entry, find_violations


def renew(transaction: int, *, fence: int, owner: str, lease: int = 1) -> Entry:
    return Entry(transaction=transaction, lease=lease, fence=fence, owner=owner)


def test_holders_one_after_another_are_in_order() -> None:
    entries = [
        renew(10, fence=1, owner="a"),
        Entry(transaction=10, step=1),
        renew(12, fence=1, owner="a", lease=2),
        renew(11, fence=2, owner="b"),
        Entry(transaction=11, step=2),
    ]
    assert find_violations(entries) == []


def test_a_commit_after_a_successors_is_found() -> None:
    entries = [renew(10, fence=1, owner="a"), renew(11, fence=2, owner="b"), renew(12, fence=1, owner="a")]
    assert find_violations(entries) == ["lease 1: fence 1 committed after 2"]


def test_two_owners_of_one_fence_are_found() -> None:
    entries = [renew(10, fence=1, owner="a"), renew(11, fence=1, owner="b")]
    assert find_violations(entries) == ["lease 1: fence 1 had two owners"]


def test_rows_written_under_no_lease_are_found() -> None:
    entries = [renew(10, fence=1, owner="a"), Entry(transaction=11, step=7)]
    assert find_violations(entries) == ["step 7: rows were written in a transaction that renewed no lease"]
