"""Test connection: one sign-in with the stored credentials, and what came of it in a person's words."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_clopos.client import (
    AuthenticationFailed,
    BrokenBody,
    BudgetUnavailable,
    CloposError,
    ConfigurationMismatch,
    ConnectionLost,
    Forbidden,
    ModuleOff,
    RateLimited,
    RemoteTimeout,
    ServerError,
)
from django_clopos.client.errors import TokenStoreUnavailable
from django_clopos.models import Brand
from django_clopos.models.fields import SecretUnreadable
from django_clopos.schedule.holds import try_now
from django_clopos.sync.access import try_access
from django_clopos.sync.connection import CredentialsMissing, open_brief_client

_PATIENCE_SECONDS = 5.0

#: What is wrong and what to do; the first kind that fits.
_WORDS: tuple[tuple[type[Exception], Any], ...] = (
    (SecretUnreadable, _("The stored secret cannot be read here. Enter it again below and save.")),
    (
        CredentialsMissing,
        _("Credentials are missing. Enter client id, client secret and integrator id below, and save."),
    ),
    (ImproperlyConfigured, _("The address or a credential cannot be used as it is. Correct it below and save.")),
    (ConfigurationMismatch, _("A test integrator id is used with a production brand, or the other way round.")),
    (
        AuthenticationFailed,
        _("Clopos refuses the credentials. Compare slug, client id, secret and integrator id with Clopos."),
    ),
    (ModuleOff, _("A module is switched off in the Clopos back office. Switch the Open API add-on on there.")),
    (Forbidden, _("The credentials are right, but their role may not read the venues.")),
    (RateLimited, _("The limit of requests is reached for now. Wait a minute and try again.")),
    (RemoteTimeout, _("The server did not answer within a few seconds. Try again later.")),
    (ConnectionLost, _("The server cannot be reached. Check the base URL and the network.")),
    (BrokenBody, _("What answers at the base URL is not Clopos. Check the address and its version.")),
    (ServerError, _("Clopos itself failed. Try again later.")),
    (BudgetUnavailable, _("This site's own request budget does not answer. Check its Redis.")),
    (TokenStoreUnavailable, _("This site's own store of the token does not answer. Check its cache or Redis.")),
    (Exception, _("Clopos refuses in a way that is not known. Check the base URL; it ends in the version.")),
)


def test_connection(model_admin: Any, request: HttpRequest, brand: Brand) -> bool:
    """Sign in and read the venues, tell the user and the log what came of it, and whether it worked."""
    try:
        with open_brief_client(brand, patience_seconds=_PATIENCE_SECONDS) as client:
            access = try_access(client)
    except (CloposError, ImproperlyConfigured) as error:
        words = next(words for kind, words in _WORDS if isinstance(error, kind))
        detail = format_html('<br><span class="clopos-detail">{}</span>', str(error))
        messages.error(request, format_html("{} {}{}", gettext("The connection does not work."), words, detail))
        model_admin.log_change(request, brand, f"Tested the connection: {type(error).__name__}.")
        return False
    venues = access.venue_names or gettext("none")
    messages.success(request, gettext("The connection works. Venues: {venues}.").format(venues=venues))
    if access.skew_seconds is not None:
        text = gettext("This machine's clock is {seconds:+.0f} s off that of Clopos. Turn on time synchronisation.")
        messages.warning(request, text.format(seconds=access.skew_seconds))
    model_admin.log_change(request, brand, "Tested the connection: it works.")
    try_now(brand.pk)
    return True
