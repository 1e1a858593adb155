"""Venues: the branches of a brand."""

from __future__ import annotations

from django_clopos.models import columns
from django_clopos.models.base import MirrorModel


class Venue(MirrorModel):
    """A branch. Source: wire contract, section 13.1."""

    name = columns.name()
    is_main = columns.flag(help_text="The brand's primary branch.")
    status = columns.small(help_text="1: active.")
    address = columns.text()
    phone = columns.name()
    email = columns.name()
    media = columns.json()

    class Meta(MirrorModel.Meta):
        ordering = ["name", "id"]
