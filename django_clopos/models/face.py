"""Credentials that the site issues for its Clopos-compatible face. A site's own rows, not mirrored ones."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.crypto import constant_time_compare

from django_clopos.models.access import is_list_of_venues, validate_venues
from django_clopos.models.brands import Brand
from django_clopos.models.scope import OfWholeBrand, Place, Scope
from django_clopos.models.visible import OwnModel, Viewer


class FaceCredential(OwnModel):
    """Lets a program read one brand's mirror as if it were Clopos. Its secret is shown once and kept as a hash."""

    place: ClassVar[Place] = OfWholeBrand()

    name = models.CharField(max_length=255, help_text="Who uses it, such as the name of a program.")
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="face_credentials")
    client_id = models.CharField(max_length=64, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    integrator_id = models.CharField(
        max_length=255, blank=True, help_text="Demanded at sign-in; empty: any integrator id will do."
    )
    venues = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_venues],
        help_text="Clopos ids of the venues, such as [1, 3]; empty: every venue of the brand.",
    )
    sees_personal = models.BooleanField(
        "sees personal data", default=False, help_text="Otherwise names, phones and addresses are masked."
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it does not expire.")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(
        "last sign-in", null=True, blank=True, editable=False, help_text="A sign-in is good for an hour of reading."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["brand", "name", "pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.client_id})"

    def give_secret(self) -> str:
        """Make a client id and a secret, and give the secret: nobody can read it again. Saves nothing."""
        secret = secrets.token_urlsafe(32)
        self.client_id = f"face-{secrets.token_hex(12)}"
        self.secret_hash = hash_secret(secret)
        return secret

    def is_secret(self, secret: str) -> bool:
        """Tell whether this is the secret, in a time that says nothing of it."""
        return constant_time_compare(hash_secret(secret), self.secret_hash)

    def is_good(self, now: datetime) -> bool:
        """Tell whether it may be used: neither revoked nor expired, and its brand is active."""
        is_over = self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now)
        return not is_over and self.brand.is_active

    @property
    def viewer(self) -> Viewer:
        """What it may see."""
        if self.venues == []:
            scope = Scope(brands=frozenset({self.brand_id}))
        else:  # what is no list of ids lets no venue be seen
            known: Any = self.venues if is_list_of_venues(self.venues) else ()
            scope = Scope(venues={self.brand_id: frozenset(known)})
        return Viewer(scope=scope, sees_personal=self.sees_personal)


def hash_secret(secret: str) -> str:
    """Hash a secret for keeping.

    A quick hash without a key is enough: secrets are 256 random bits, so there is nothing to guess that a slow one
    would make dearer, and a key would lock every integration out whenever SECRET_KEY changes.
    """
    return hashlib.sha256(f"clopos-face:{secret}".encode("utf-8", "surrogatepass")).hexdigest()
