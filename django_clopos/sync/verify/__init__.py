"""Whether local equals remote, part by part, and how that is recorded. Names no resource."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone

from django_clopos.client import AuthenticationFailed, Client, CloposError, ConnectionLost
from django_clopos.models.brands import Brand
from django_clopos.models.truth import Reconciliation
from django_clopos.sync.verify.heal import ROUNDS, derive_again, forget_digests, read_again
from django_clopos.sync.verify.look import Comparer, Look
from django_clopos.sync.verify.plan import Part, Plan, make_plan

__all__ = ["Finding", "Part", "Plan", "heal", "make_plan", "verify"]

#: Ids that a stored comparison names of each kind; the counts beside them are whole.
_NAMED = 1000

Told = Callable[["Finding"], None]


@dataclass(kw_only=True, slots=True)
class Finding:
    """What was found of one part, and the row that records it."""

    part: Part
    row: Reconciliation
    look: Look
    """The last look; empty where it could not be compared, then the row has an error."""

    @property
    def differs(self) -> bool:
        """Whether a difference was found and is still there."""
        return not (self.row.error or self.row.is_equal or self.row.is_healed)


def verify(
    brand: Brand, plan: Plan, *, client: Client, is_deep: bool, on_finding: Told = lambda _: None
) -> list[Finding]:
    """Compare every part of a plan, store a Reconciliation for each, and give what was found.

    A part that cannot be read is stored with its error; where no other could be read either, the rest is not asked for.
    """
    comparer = Comparer(brand=brand, client=client, is_deep=is_deep)
    batch, findings, hopeless = uuid.uuid4(), [], ""
    for part in plan.parts:
        look, error = _compare(comparer, part, hopeless=hopeless)
        if isinstance(error, (AuthenticationFailed, ConnectionLost)):
            hopeless = str(error)
        finding = Finding(part=part, look=look, row=_record(brand, part, batch, is_deep=is_deep))
        _fill(finding, error=part.error or hopeless or str(error or ""))
        findings.append(finding)
        on_finding(finding)
    return findings


def heal(brand: Brand, findings: Sequence[Finding], *, client: Client) -> None:
    """Read again what differs, compare it again, and mark as healed what is equal then.

    Rows that are gone there need the proof of the sync: up to three walks. Raises CloposError where the remote fails.
    """
    for _ in range(ROUNDS):
        open_findings = [finding for finding in findings if finding.differs]
        if not open_findings:
            return
        damaged = [finding for finding in open_findings if finding.look.different]
        for finding in damaged:
            forget_digests(brand, finding.part, finding.look.different)
        read_again(brand, [finding.part for finding in open_findings], client=client)
        for finding in damaged:
            derive_again(brand, finding.part, finding.look.different)
        comparer = Comparer(brand=brand, client=client, is_deep=True)
        for finding in open_findings:
            # By records even where totals were enough before: one row too many may hide one too few.
            finding.look = comparer.compare_records(finding.part)
            finding.row.is_healed = finding.look.is_equal
            finding.row.save(update_fields=["is_healed"])


def _compare(comparer: Comparer, part: Part, *, hopeless: str) -> tuple[Look, CloposError | None]:
    if part.error or hopeless:
        return Look(), None
    try:
        return comparer.compare(part), None
    except CloposError as error:
        return Look(), error


def _record(brand: Brand, part: Part, batch: uuid.UUID, *, is_deep: bool) -> Reconciliation:
    return Reconciliation(
        brand=brand,
        batch=batch,
        resource=part.resource.name,
        venue=part.venue,
        day=part.day,
        is_deep=is_deep,
        compared_at=timezone.now(),
    )


def _fill(finding: Finding, *, error: str) -> None:
    row, look = finding.row, finding.look
    row.error = error
    if not error:
        row.local_count, row.remote_count = look.local_count, look.remote_count
        row.differences, row.is_equal = dict(_shorten(look)), look.is_equal
    row.save()


def _shorten(look: Look) -> Iterator[tuple[str, object]]:
    for name, found in look.as_json().items():
        if isinstance(found, int):
            yield name, found
            continue
        yield name, found[:_NAMED]
        if len(found) > _NAMED:
            yield f"{name}_count", len(found)
