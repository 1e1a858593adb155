"""Whether a brand's credentials open the door: a sign-in, the list of venues, and the clocks of both sides."""

from __future__ import annotations

from dataclasses import dataclass

from django_clopos.client import Client

#: Clocks further apart than this make tokens and watermarks unreliable.
LARGEST_SKEW_SECONDS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """What a sign-in has shown."""

    token_minutes: float
    venues: tuple[tuple[int, str], ...]
    """Clopos id and name of every venue that the credentials see."""
    skew_seconds: float | None
    """How far this machine's clock is ahead of the remote's, where that is too far; else None."""

    @property
    def venue_names(self) -> str:
        """The venues in one line."""
        return "; ".join(f"{clopos_id} {name}" for clopos_id, name in self.venues)


def try_access(client: Client) -> Access:
    """Sign in afresh and read the venues: two requests. Raises CloposError, which says what is wrong."""
    check = client.check()
    skew = check.clock_skew_seconds
    return Access(
        token_minutes=check.token_seconds / 60,
        venues=tuple((venue.id, str(venue.name)) for venue in check.venues),
        skew_seconds=skew if skew is not None and abs(skew) > LARGEST_SKEW_SECONDS else None,
    )
