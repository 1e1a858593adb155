"""The words for how brands and their jobs stand: the same in `clopos_status` and in the admin.

They are in the language that is active; the commands speak English, as logs do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext_lazy as _

from django_clopos.client import BudgetUse
from django_clopos.schedule.freshness import Freshness
from django_clopos.schedule.judgement import JobStatus, State
from django_clopos.schedule.status import Backfill, BrandStatus, Comparison

_UNITS = (
    (gettext_lazy("{number} days"), 86_400),
    (gettext_lazy("{number} h"), 3600),
    (gettext_lazy("{number} min"), 60),
    (gettext_lazy("{number} s"), 1),
)

STATES: Mapping[State, object] = {
    State.OK: _("ok"),
    State.DUE: _("due"),
    State.QUEUED: _("queued"),
    State.RUNNING: _("running"),
    State.WAITING: _("waiting"),
    State.HELD: _("held"),
    State.PAUSED: _("paused"),
    State.NEVER: _("never"),
}


def describe_duration(duration: timedelta) -> str:
    """Write a duration in its largest unit, such as `2 min`."""
    seconds = int(duration.total_seconds())
    # Two of a unit at least: `90 min` says more than `1 h`.
    unit, length = next(((unit, length) for unit, length in _UNITS if seconds >= 2 * length), _UNITS[-1])
    return str(unit).format(number=seconds // length)


def describe_age(age: timedelta | None) -> str:
    """Say how long ago something was; None: never."""
    return gettext("never") if age is None else gettext("{duration} ago").format(duration=describe_duration(age))


def describe_freshness(each: Freshness) -> str:
    """Say whether a brand is fresh."""
    jobs, stale = each.jobs, len(each.stale)
    if stale:
        return gettext("{stale} of {jobs} jobs are stale.").format(stale=stale, jobs=len(jobs))
    if not any(job.limit for job in jobs):
        return gettext("no worker keeps it fresh, hence no limits.")
    return gettext("fresh.")


def describe_budget(budget: BudgetUse | str) -> str:
    """Say how much of the shared request budget is used."""
    if isinstance(budget, str):
        return gettext("unknown. {reason}").format(reason=budget)
    text = gettext("{last} of {limit} requests in the last minute, {this} in this one").format(
        last=budget.last_minute, limit=budget.limit, this=budget.this_minute
    )
    if not budget.wait_seconds:
        return text
    return text + gettext("; an urgent request waits {seconds:.1f} s").format(seconds=budget.wait_seconds)


def describe_comparison(comparison: Comparison | None, *, now: datetime) -> str:
    """Say when a brand was last compared with the remote, and with which result."""
    if comparison is None:
        return gettext("never, see clopos_verify")
    told = [
        (comparison.different, gettext("{count} differ")),
        (comparison.failed, gettext("{count} could not be compared")),
    ]
    result = ", ".join(text.format(count=count) for count, text in told if count) or gettext("all equal or healed")
    return gettext("{age}, {parts:,} lists and days, {result}").format(
        age=describe_age(now - comparison.at), parts=comparison.parts, result=result
    )


def describe_backfill(backfill: Backfill) -> str:
    """Say how far a history is read."""
    names = {"resource": backfill.resource, "venue": backfill.venue, "day": backfill.day}
    if backfill.venue:
        return gettext("history of {resource}, venue {venue}, is read up to {day}").format(**names)
    return gettext("history of {resource} is read up to {day}").format(**names)


def describe_hold(each: BrandStatus, *, until: str) -> str:
    """Say until when a brand is left alone and why; `until`: as the reader writes times."""
    return gettext("held until {until} after {holds} failures: {reason}").format(
        until=until, holds=each.brand.holds, reason=each.brand.hold_reason
    )


def describe_state(job: JobStatus, *, until: str) -> str:
    """Say what is being done about a job; `until`: as the reader writes the time when it is tried again."""
    text = str(STATES[job.state])
    if job.until is not None:
        text += gettext(" until {until}").format(until=until)
    if job.failures and job.state != State.HELD:
        text += ngettext(", {count} failure", ", {count} failures", job.failures).format(count=job.failures)
    return gettext("STALE, {state}").format(state=text) if job.is_stale else text


def write_duration(duration: timedelta) -> str:
    """Write how long something took, in two units at most, such as `4.2 s` or `1 h 05 min`."""
    seconds = duration.total_seconds()
    if seconds < 60:
        return gettext("{seconds:.1f} s").format(seconds=seconds)
    minutes, seconds = divmod(int(seconds), 60)
    if minutes < 60:
        return gettext("{minutes} min {seconds:02d} s").format(minutes=minutes, seconds=seconds)
    hours, minutes = divmod(minutes, 60)
    return gettext("{hours} h {minutes:02d} min").format(hours=hours, minutes=minutes)
