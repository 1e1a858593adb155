"""How a run goes, or how it ended, in a person's words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_clopos.access import find_viewer_of, show_rows
from django_clopos.admin.brand_sync import write_command
from django_clopos.conf import load_settings
from django_clopos.models import SyncRun, SyncStep
from django_clopos.models.bookkeeping import Status
from django_clopos.schedule.words import describe_duration, write_duration

#: A worker that runs takes a message within a second or two.
_LONG_FOR_A_QUEUE = timedelta(seconds=30)
_SHOWN = {
    "seen": _("seen"),
    "created": _("created"),
    "updated": _("updated"),
    "unchanged": _("unchanged"),
    "removed": _("removed"),
    "rejected": _("rejected"),
    "requests": _("requests"),
}


def describe_run(run: SyncRun, request: HttpRequest) -> dict[str, Any]:
    """Tell how a run stands, with the steps that the user may see."""
    steps = list(show_rows(SyncStep.objects.filter(run=run), request))
    is_queued = run.status == Status.QUEUED
    rejected = sum(step.rejected for step in steps)
    may_change = request.user.has_perm("django_clopos.change_brand")
    return {
        "url": reverse("admin:django_clopos_syncrun_progress", args=[run.pk]),
        "is_queued": is_queued,
        "is_over": run.status not in {Status.QUEUED, Status.RUNNING},
        "said": _say(run, steps),
        "advice": list(_advise(run)),
        "command": _find_command(run) if is_queued and _is_late(run) else "",
        "names": list(_SHOWN.values()),
        "steps": [_describe_step(step) for step in steps],
        "rejected_url": _link_to_rejected(run)
        if rejected and request.user.has_perm("django_clopos.view_rejectedrow")
        else "",
        "may_withdraw": is_queued and may_change and find_viewer_of(request).scope.covers(run.brand_id),
    }


def _link_to_rejected(run: SyncRun) -> str:
    """Lead to what was refused while the run went on: a later run that refused it again has its own name on it."""
    times = {"last_seen_at__gte": run.started_at, "first_seen_at__lte": run.finished_at}
    query = {"brand": run.brand_id, **{name: moment.isoformat() for name, moment in times.items() if moment}}
    return reverse("admin:django_clopos_rejectedrow_changelist", query=query)


def _say(run: SyncRun, steps: list[SyncStep]) -> str:
    age = timezone.now() - run.started_at
    if run.status == Status.QUEUED:
        return gettext("Waiting for a worker.")
    if run.status == Status.RUNNING:
        resource = next((step.resource for step in reversed(steps) if step.status == Status.RUNNING), "")
        return gettext("Running: {resource}.").format(resource=resource or describe_duration(age))
    counts = {name: sum(getattr(step, name) for step in steps) for name in _SHOWN}
    text = gettext(
        "{status} after {took}: {seen} records seen, {created} created, {updated} updated, "
        "{removed} removed, {rejected} rejected."
    )
    return text.format(status=run.get_status_display(), took=write_duration(run.duration or age), **counts)


def _advise(run: SyncRun) -> list[str]:
    lines = [run.error] if run.error else []
    if run.status == Status.QUEUED and _is_late(run):
        waited = describe_duration(timezone.now() - run.started_at)
        text = gettext(
            "No worker has taken it for {waited}: is one running with the queue {queue}? This command does the same:"
        )
        lines.append(text.format(waited=waited, queue=load_settings().QUEUE))
    if run.status == Status.PARTIAL:
        lines.append(gettext("Some steps failed; what the others read is stored."))
    return lines


def _is_late(run: SyncRun) -> bool:
    return timezone.now() - run.started_at > _LONG_FOR_A_QUEUE


def _find_command(run: SyncRun) -> str:
    return write_command(run.brand, list(run.options.get("resources", [])))


def _describe_step(step: SyncStep) -> dict[str, Any]:
    took = (step.finished_at or timezone.now()) - step.started_at
    return {
        "resource": step.resource,
        "venue": step.venue,
        "status": step.get_status_display(),
        "is_bad": step.status in {Status.FAILED, Status.ABANDONED},
        "counts": [getattr(step, name) for name in _SHOWN],
        "waited": write_duration(timedelta(seconds=step.waited_seconds)),
        "took": write_duration(max(took, timedelta(0))),
        "error": step.error,
        "note": step.note,
    }
