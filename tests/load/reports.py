"""What the forms came to, in words, for whoever runs them: printed, and written to a file where one is named."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from statistics import mean

from tests.load.figures import PER_MINUTE, Ages, Use
from tests.load.forms import Form
from tests.load.sites import Services


def tell(title: str, lines: Iterable[str]) -> None:
    """Print a report, and add it to the file that CLOPOS_STRESS_REPORT names."""
    text = "\n".join([title, *(f"  {line}" for line in lines), ""])
    say(f"\n{text}")
    path = os.environ.get("CLOPOS_STRESS_REPORT")
    if path:
        with Path(path).open("a", encoding="utf-8") as report:
            report.write(text)


def say(text: str) -> None:
    """Print at once, for `pytest -s`."""
    print(text, flush=True)  # noqa: T201 -- a form is run for what it reports


def describe(form: Form, services: Services) -> str:
    """Say what was run."""
    return (
        f"{form.name}: {form.brands} brands, {form.workers} workers of {form.concurrency} and {form.beats} beats, "
        f"{form.seconds} s, pages of {form.size.page_rows}; messages in {services.broker}, budget in {services.budget}"
    )


def describe_use(uses: list[Use]) -> list[str]:
    """Say how much of the budgets was used."""
    return [
        f"share of {PER_MINUTE} requests a minute while the backfill had work: {_spread(use.share for use in uses)}",
        f"seconds with work: {_spread(use.seconds for use in uses)}",
        f"requests of {uses[0].slug} in each 10 s: {' '.join(map(str, uses[0].course))}",
        f"most requests of a brand in any 60 s: {max(use.busiest_minute for use in uses)}",
    ]


def describe_ages(ages: list[Ages]) -> list[str]:
    """Say how fresh the stop lists were."""
    return [
        f"oldest stop list of a brand, seconds: {_spread(age.oldest_seconds for age in ages)}",
        f"first stop list of a brand after, seconds: {_spread(age.first_seconds for age in ages)}",
    ]


def _spread(values: Iterable[float]) -> str:
    ordered = sorted(values)
    return f"{ordered[0]:.3g} to {ordered[-1]:.3g}, mean {mean(ordered):.3g}"
