"""Venues: the branches of a brand."""

from __future__ import annotations

from django_clopos.schemas.base import Flag, Json, Name, Row, Small, Text


class Venue(Row):
    """A branch. Source: wire contract, section 13.1."""

    name: Name = None
    is_main: Flag = None
    status: Small = None
    address: Text = None
    phone: Name = None
    email: Name = None
    media: Json = None
