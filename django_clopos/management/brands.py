"""Commands for one brand or, with --all-brands, for every active one: one after another, each for itself."""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.db import Error, close_old_connections

from django_clopos.management.columns import print_columns
from django_clopos.management.tables import check_tables
from django_clopos.models.brands import Brand
from django_clopos.schedule.waits import explain

SUCCEEDED, FAILED, PARTIAL, INTERRUPTED = 0, 1, 3, 130

_WORDS = {SUCCEEDED: "succeeded", FAILED: "failed"}
_logger = logging.getLogger("django_clopos")


@dataclass(kw_only=True, slots=True)
class Outcome:
    """How the work on one brand ended."""

    brand: str
    status: int = SUCCEEDED
    """The exit status that the command would have had for this brand alone."""
    error: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    """What it would have printed as JSON; empty: it did not come so far."""

    def as_json(self) -> dict[str, Any]:
        """Give what was printed for the brand, or why nothing was."""
        return self.result or {"brand": self.brand, "status": "failed", "error": self.error}


class BrandsCommand(BaseCommand, ABC):
    """Exit status with --all-brands: 0 every brand succeeded, 1 every brand failed, 3 anything between."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which brands."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--brand", help="Slug; default: the environment's, or the only one.")
        which.add_argument("--all-brands", action="store_true", help="Every active brand, one after another.")

    @no_translations
    def handle(self, *args: Any, **flags: Any) -> None:
        """Work on the brand that was asked for, or on all."""
        self.is_quiet = bool(flags.get("json"))
        if flags["all_brands"]:
            self._work_on_all(flags)
            return
        outcome = Outcome(brand=flags["brand"] or "")
        try:
            self.work(flags["brand"], outcome, flags)
        finally:
            if outcome.result:
                self.stdout.write(json.dumps(outcome.result, indent=2))

    @abstractmethod
    def work(self, brand: str | None, outcome: Outcome, flags: dict[str, Any]) -> None:
        """Do the work on one brand, and put what --json prints into the outcome. Raises CommandError with a status."""

    def say(self, text: str) -> None:
        """Print a line for a person."""
        if text and not self.is_quiet:
            self.stdout.write(text)

    def _work_on_all(self, flags: dict[str, Any]) -> None:
        try:
            check_tables()
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=FAILED) from None
        slugs = list(Brand.objects.filter(is_active=True).values_list("slug", flat=True))
        if not slugs:
            raise CommandError("No brand is active. Add one in the admin, or switch one on.", returncode=FAILED)
        outcomes = [self._work_on(slug, flags) for slug in slugs]
        if self.is_quiet:
            self.stdout.write(json.dumps([outcome.as_json() for outcome in outcomes], indent=2))
        else:
            self._print(outcomes)
        _exit_unless_all_succeeded(outcomes)

    def _work_on(self, slug: str, flags: dict[str, Any]) -> Outcome:
        """Work on one brand; whatever happens, the next one has its turn, unless somebody presses Ctrl-C."""
        self.say(self.style.MIGRATE_HEADING(f"== {slug}"))
        outcome = Outcome(brand=slug)
        try:
            self.work(slug, outcome, flags)
        except CommandError as error:
            if error.returncode == INTERRUPTED:
                raise
            outcome.status, outcome.error = error.returncode, str(error)
        except Exception as error:  # the edge of a command
            _logger.exception("%s failed", slug)
            outcome.status, outcome.error = FAILED, explain(error)
            if isinstance(error, Error):
                close_old_connections()  # the next brand needs one that works
        if outcome.error:
            self.say(self.style.ERROR(outcome.error))
        self.say("\n")
        return outcome

    def _print(self, outcomes: list[Outcome]) -> None:
        lines = [
            (outcome.brand, _WORDS.get(outcome.status, "partly"), outcome.error.partition("\n")[0])
            for outcome in outcomes
        ]
        print_columns(self.stdout, ("brand", "result", "error"), lines)


def _exit_unless_all_succeeded(outcomes: list[Outcome]) -> None:
    statuses = {outcome.status for outcome in outcomes}
    failed = [outcome.brand for outcome in outcomes if outcome.status]
    if not failed:
        return
    status = FAILED if statuses == {FAILED} else PARTIAL
    raise CommandError(
        f"{len(failed)} of {len(outcomes)} brands did not succeed: {', '.join(failed)}.", returncode=status
    )
