"""What a person, or a program, is told when a sync has ended."""

from __future__ import annotations

from typing import Any

from django.core.management.base import OutputWrapper
from django.core.management.color import Style

from django_clopos.management.progress import describe_step
from django_clopos.models.bookkeeping import COUNTS, Status, SyncStep
from django_clopos.sync.report import RunReport

_COLUMNS = ("seen", "created", "updated", "unchanged", "removed", "rejected", "requests")


def print_summary(stdout: OutputWrapper, style: Style, report: RunReport) -> None:
    """Print a table of the steps, what it cost, and a sentence on the whole; that of a failure is the command's."""
    rows = [_make_row(step) for step in report.steps]
    totals = ["total", "", *(f"{report.total(name):,}" for name in _COLUMNS), f"{_seconds(report.run):.1f} s"]
    _print_table(stdout, [["resource", "venue", *_COLUMNS, "took"], *rows, totals])
    stdout.write(_describe_requests(report))
    for step in report.steps:
        if step.error and step.error != report.run.error:
            stdout.write(style.ERROR(f"{describe_step(step)}: {step.error}"))
        if step.note:
            stdout.write(style.WARNING(f"{describe_step(step)}: {step.note}"))
    if report.run.status == Status.SUCCEEDED:
        stdout.write(_conclude(style, report))


def report_as_json(report: RunReport) -> dict[str, Any]:
    """Give the run and its steps, for a program."""
    run = report.run
    return {
        "run": run.pk,
        "brand": run.brand.slug,
        "status": run.status,
        "dry_run": report.is_dry_run,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "error": run.error,
        **{name: report.total(name) for name in COUNTS},
        "waited_seconds": round(report.total("waited_seconds"), 3),
        "steps": [_step_as_json(step) for step in report.steps],
    }


def _step_as_json(step: SyncStep) -> dict[str, Any]:
    names = ("resource", "venue", "walk", "status", *COUNTS, "note", "error")
    return {name: getattr(step, name) for name in names} | {"waited_seconds": round(step.waited_seconds, 3)}


def _make_row(step: SyncStep) -> list[str]:
    counts = [f"{getattr(step, name):,}" for name in _COLUMNS]
    return [step.resource, str(step.venue or ""), *counts, f"{_seconds(step):.1f} s"]


def _seconds(row: Any) -> float:
    return float((row.finished_at - row.started_at).total_seconds()) if row.finished_at else 0.0


def _print_table(stdout: OutputWrapper, rows: list[list[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for index, row in enumerate(rows):
        cells = [
            cell.ljust(width) if column < 1 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        stdout.write("  ".join(cells).rstrip())
        if index in {0, len(rows) - 2}:
            stdout.write("  ".join("-" * width for width in widths))


def _describe_requests(report: RunReport) -> str:
    waited = report.total("waited_seconds")
    text = f"{report.total('requests'):,} requests"
    return (
        f"{text}, {waited:.1f} s of waiting for the request budget and between retries." if waited > 1 else f"{text}."
    )


def _conclude(style: Style, report: RunReport) -> str:
    rejected = report.total("rejected")
    changed = sum(report.total(name) for name in ("created", "updated", "removed"))
    if report.is_dry_run:
        return style.SUCCESS(f"Dry run: nothing was written. {changed:,} rows would change, {rejected:,} be rejected.")
    text = f"{changed:,} rows changed." if changed else "Nothing changed: no mirrored row was written."
    if rejected:
        return style.WARNING(
            f"Succeeded. {text} {rejected} rows were rejected; they are kept in RejectedRow with their reasons."
        )
    return style.SUCCESS(f"Succeeded. {text}")
