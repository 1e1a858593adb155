"""Which brands and venues the users of the site may see. A site's own rows, not mirrored ones."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from django_clopos.models.brands import Brand
from django_clopos.models.scope import OfWholeBrand, Place
from django_clopos.models.visible import OwnModel


def validate_venues(value: Any) -> None:
    """Raise ValidationError unless the value is a list of Clopos ids."""
    if not is_list_of_venues(value):
        raise ValidationError(_("Use a list of Clopos ids, such as [1, 3]; an empty list is every venue."))


def is_list_of_venues(value: object) -> bool:
    """Tell whether a value is a list of Clopos ids."""
    return isinstance(value, list) and all(type(each) is int and each > 0 for each in value)


class BrandAccess(OwnModel):
    """That a user may see a brand, or some of its venues. Which models and whose data, Django's permissions say."""

    place: ClassVar[Place] = OfWholeBrand()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="accesses")
    venues = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_venues],
        help_text="Clopos ids of the venues, such as [1, 3]; empty: every venue of the brand.",
    )

    class Meta:
        ordering = ["brand", "user"]
        verbose_name = "brand access"
        verbose_name_plural = "brand accesses"
        permissions = [("view_personal_data", "Can see personal data of customers and staff")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "brand"], name="clopos_brand_access_unique"),
        ]

    def __str__(self) -> str:
        if not self.venues:
            return f"{self.user}: {self.brand}"
        venues = ", ".join(map(str, self.venues))
        return _("%(user)s: %(brand)s, venues %(venues)s") % {"user": self.user, "brand": self.brand, "venues": venues}
