"""What of the remote's text may be shown: shortened, one line, without anything that looks private.

An error body has been reported to echo the request. Source: wire contract, section 15, item 18.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

SHOWN_CHARACTERS = 200
"""Longest remote text that is kept, after masking."""

_MASK = "***"
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:[_.-][a-z0-9]+)*")
_LONGEST_SLUG = 60
# Looked for in this order: what names its value first, then what looks private by itself.
_PRIVATE = (
    re.compile(r"(?i)\b(?P<name>bearer)(?P<sign>\s+)(?P<value>\S+)"),
    re.compile(
        r"""(?ix) (?<![a-z]) (?P<name>[a-z_-]*(?:token|secret|password|pin|card|barcode|phones?|email|address|client_id|
        mobile_number|date_of_birth|customer|full_name|first_name|last_name|authorization))
        (?P<sign>["']?\s*[:=]\s*) (?P<value>"[^"]*"? | '[^']*'? | \[[^\]]*\]? | \{[^}]*\}? | [^\s,;&}]+)"""
    ),
    re.compile(r"(?P<value>\beyJ[\w.\-]*)"),
    re.compile(r"(?P<value>(?<![\w\\])(?=[\w+/=-]*\d)[\w+/=-]{20,})"),
    re.compile(r"(?P<value>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"),
    re.compile(r"(?P<value>\+?\d(?:[ ().-]{0,2}\d){6,})"),
)


def read_slug(text: str) -> str | None:
    """Tell whether a text is a machine-readable identifier such as `resource_not_found`; None: it is not."""
    if len(text) <= _LONGEST_SLUG and _SLUG.fullmatch(text) and not any(rule.search(text) for rule in _PRIVATE):
        return text
    return None


@dataclass(frozen=True, slots=True)
class Secrets:
    """Texts to mask wherever they stand, whatever they look like; not shown even in a traceback's locals."""

    texts: tuple[str, ...] = field(default=(), repr=False)

    def add(self, *texts: str) -> Secrets:
        """Give these and more."""
        return Secrets((*self.texts, *texts))

    def mask(self, text: str) -> str:
        """Replace every secret in a text, the longest first."""
        for secret in sorted(filter(None, self.texts), key=len, reverse=True):
            text = text.replace(secret, _MASK)
        return text


NO_SECRETS = Secrets()


def scrub(text: str, *, secrets: Secrets = NO_SECRETS) -> str:
    """Give the part of a remote text that may be shown, with everything private masked."""
    clean = secrets.mask("".join(character if character.isprintable() else " " for character in text))
    for rule in _PRIVATE:
        clean = rule.sub(_mask_value, clean)
    clean = " ".join(clean.split())
    return clean if len(clean) <= SHOWN_CHARACTERS else clean[: SHOWN_CHARACTERS - 1] + "…"


def _mask_value(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return f"{groups.get('name') or ''}{groups.get('sign') or ''}{_MASK}"
