"""Venues: the branches of a brand."""

from __future__ import annotations

from typing import ClassVar

from django_clopos.models import columns
from django_clopos.models.base import MirrorModel
from django_clopos.models.scope import OfVenue, Place


class Venue(MirrorModel):
    """A branch. Source: wire contract, section 13.1."""

    place: ClassVar[Place] = OfVenue(venue="pk")

    name = columns.name()
    is_main = columns.flag(help_text="The brand's primary branch.")
    status = columns.small(help_text="1: active.")
    address = columns.text()
    phone = columns.name()
    email = columns.name()
    media = columns.json()

    class Meta(MirrorModel.Meta):
        ordering = ["name", "id"]
