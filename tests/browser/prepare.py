"""Fill the database of a site: its tables, the person who logs in, and what the sandbox has now and has later.

Run as a program in the environment of the site, with the name of the part.
"""

from __future__ import annotations

import sys

import django
from django.core.management import call_command

from tests.browser.login import OWNER, PASSWORD


def begin() -> None:
    """Do all that a new site needs, in one process: each would take a second to start."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415  # needs Django

    call_command("migrate", verbosity=0)
    get_user_model()._default_manager.create_superuser(OWNER, password=PASSWORD)
    call_command("clopos_sync", "--no-progress")


def later() -> None:
    """Mirror what the remote has changed since, and compare some of it."""
    call_command("clopos_sync", "--no-progress")
    call_command("clopos_verify", "categories", "stations")


def work() -> None:
    """Let a worker do all that is due, until nothing is."""
    from django_clopos.tasks import tick  # noqa: PLC0415  # needs Django

    while tick()["sent"]:
        pass


if __name__ == "__main__":
    django.setup()
    {"begin": begin, "later": later, "work": work}[sys.argv[1]]()
