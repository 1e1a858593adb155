"""Who committed which page under which lease, written down by the database itself and judged afterwards.

An UPDATE of a lease locks its row until the page's transaction ends, so that the entries of one lease are numbered in
the order of their commits; what was rolled back leaves no entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.stress.sites import PostgresSite

INSTALL = """
CREATE TABLE load_audit (
    serial bigserial PRIMARY KEY,
    transaction bigint NOT NULL DEFAULT txid_current(),
    lease bigint,
    fence bigint,
    owner text,
    step bigint
);
CREATE FUNCTION load_audit_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.owner <> '' AND NEW.expires_at IS DISTINCT FROM OLD.expires_at THEN
        INSERT INTO load_audit (lease, fence, owner) VALUES (NEW.id, NEW.fence, NEW.owner);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION load_audit_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.created, NEW.updated, NEW.removed) IS DISTINCT FROM (OLD.created, OLD.updated, OLD.removed) THEN
        INSERT INTO load_audit (step) VALUES (NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER load_audit_lease AFTER UPDATE ON django_clopos_lease
    FOR EACH ROW EXECUTE FUNCTION load_audit_lease();
CREATE TRIGGER load_audit_step AFTER UPDATE ON django_clopos_syncstep
    FOR EACH ROW EXECUTE FUNCTION load_audit_step();
"""

_READ = "SELECT transaction, lease, fence, owner, step FROM load_audit ORDER BY serial"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A lease taken or renewed, or rows written by a step."""

    transaction: int
    lease: int | None = None
    fence: int = 0
    owner: str = ""
    step: int | None = None


def install_audit(site: PostgresSite) -> None:
    """Have the database of a site write down what is judged."""
    site.select(INSTALL)


def read_audit(site: PostgresSite) -> list[Entry]:
    """Give what was written down, in the order in which it was."""
    return [
        Entry(transaction=transaction, lease=lease, fence=fence or 0, owner=owner or "", step=step)
        for transaction, lease, fence, owner, step in site.select(_READ)
    ]


def find_violations(entries: Sequence[Entry]) -> list[str]:
    """Say where a former holder of a lease committed after its successor, or a page was written under no lease."""
    return _find_late_holders(entries) + _find_shared_fences(entries) + _find_pages_without_lease(entries)


def _find_late_holders(entries: Sequence[Entry]) -> list[str]:
    newest: dict[int, int] = {}
    violations = []
    for entry in entries:
        if entry.lease is None:
            continue
        if entry.fence < newest.get(entry.lease, 0):
            violations.append(f"lease {entry.lease}: fence {entry.fence} committed after {newest[entry.lease]}")
        newest[entry.lease] = max(entry.fence, newest.get(entry.lease, 0))
    return violations


def _find_shared_fences(entries: Sequence[Entry]) -> list[str]:
    owners: dict[tuple[int, int], set[str]] = {}
    for entry in entries:
        if entry.lease is not None:
            owners.setdefault((entry.lease, entry.fence), set()).add(entry.owner)
    return [
        f"lease {lease}: fence {fence} had two owners" for (lease, fence), found in owners.items() if len(found) > 1
    ]


def _find_pages_without_lease(entries: Sequence[Entry]) -> list[str]:
    leased = {entry.transaction for entry in entries if entry.lease is not None}
    return [
        f"step {entry.step}: rows were written in a transaction that renewed no lease"
        for entry in entries
        if entry.step is not None and entry.transaction not in leased
    ]
