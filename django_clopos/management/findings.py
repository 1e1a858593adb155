"""What a person, or a program, is told of a comparison of local with remote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.management.base import OutputWrapper

from django_clopos.management.columns import print_columns
from django_clopos.models.brands import Brand
from django_clopos.sync.differences import describe_differences
from django_clopos.sync.verify import Finding

_HEADER = ["resource", "venue", "days", "local", "remote", "result"]


def describe_finding(finding: Finding) -> str:
    """Say in one line what was found of one part."""
    row = finding.row
    name = row.resource + (f", venue {row.venue}" if row.venue else "") + (f", {row.day}" if row.day else "")
    if row.error:
        return f"{name}: could not be compared. {row.error}"
    found = "; ".join(describe_differences(finding.look.as_json()))
    return f"{name}: {row.local_count:,} here, {row.remote_count:,} there; {found}"


def print_findings(stdout: OutputWrapper, findings: Sequence[Finding]) -> None:
    """Print a table: a line for each list, and one for all days of a resource and venue."""
    groups: dict[tuple[str, int | None], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.row.resource, finding.row.venue), []).append(finding)
    print_columns(stdout, _HEADER, [_make_line(group) for group in groups.values()])


def findings_as_json(brand: Brand, findings: Sequence[Finding]) -> dict[str, Any]:
    """Give everything that was found, for a program."""
    return {
        "brand": brand.slug,
        "batch": str(findings[0].row.batch) if findings else None,
        "different": sum(finding.differs for finding in findings),
        "failed": sum(bool(finding.row.error) for finding in findings),
        "comparisons": [_as_json(finding) for finding in findings],
    }


def _as_json(finding: Finding) -> dict[str, Any]:
    row = finding.row
    names = ("resource", "venue", "local_count", "remote_count", "differences", "is_equal", "is_healed", "error")
    return {name: getattr(row, name) for name in names} | {"day": row.day and str(row.day)}


def _make_line(group: Sequence[Finding]) -> list[str]:
    rows = [finding.row for finding in group]
    days = [row.day for row in rows if row.day]
    return [
        rows[0].resource,
        str(rows[0].venue or ""),
        str(len(days) or ""),
        f"{sum(row.local_count or 0 for row in rows):,}",
        f"{sum(row.remote_count or 0 for row in rows):,}",
        _describe_result(group),
    ]


def _describe_result(group: Sequence[Finding]) -> str:
    errors = sum(bool(finding.row.error) for finding in group)
    different = sum(finding.differs for finding in group)
    healed = sum(finding.row.is_healed for finding in group)
    explained = {name for finding in group for name in finding.row.differences} & {"rejected", "unlisted"}
    if errors or different:
        told = [(different, "differ"), (errors, "not compared")]
        return ", ".join(f"{count} {word}" if len(group) > 1 else word for count, word in told if count)
    if healed:
        return "healed"
    return f"equal, but for rows {' or '.join(sorted(explained))}" if explained else "equal"
