"""Words that are set off in a list: that a row was removed, how an order or receipt stands, what is sold out.

The word says it; its colour only helps the eye.
"""

from __future__ import annotations

from typing import Any, Literal

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Tone = Literal["plain", "good", "busy", "bad", "removed"]


def write_badge(text: Any, tone: Tone = "plain") -> SafeString:
    """Write a word as a badge."""
    return format_html('<span class="clopos-badge clopos-{}">{}</span>', tone, text)


def write_removed() -> SafeString:
    """Write that the remote no longer has a row."""
    return write_badge(_("removed"), "removed")
