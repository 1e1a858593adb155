"""How one part is compared: by its total where that is enough, else record by record. Reads only.

The remote is edited while it is read, so a difference counts when two looks find it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from django_clopos.client import Client, NotFound
from django_clopos.models.base import BRAND_SPAN
from django_clopos.models.brands import Brand
from django_clopos.models.fields import load_json
from django_clopos.sync.columns import RowContext, plan_table
from django_clopos.sync.compare import Stored, fetch_raw, fetch_stored, match_column, select_stored
from django_clopos.sync.pages import Incoming, drop_repeated, read_records
from django_clopos.sync.quarantine import find_open_rejections
from django_clopos.sync.rebuild import make_rewriter
from django_clopos.sync.rewrite import fetch_rows
from django_clopos.sync.tombstones import find_tombstones
from django_clopos.sync.verify.plan import Part, select_local

#: Rows that a comparison asks for by id at most, to tell those that are gone from those that a list leaves out.
MOST_CONFIRMATIONS = 100

_KINDS = ("missing", "extra", "different", "rejected", "unlisted")


@dataclass(kw_only=True, slots=True)
class Look:
    """What one look at a part found. Sets hold Clopos ids."""

    local_count: int = 0
    """Rows here that the remote should list, or lists as deleted."""
    remote_count: int = 0
    missing: set[int] = field(default_factory=set)
    """There and not here."""
    extra: set[int] = field(default_factory=set)
    """Here and not there."""
    different: set[int] = field(default_factory=set)
    """Here with another content."""
    rejected: set[str] = field(default_factory=set)
    """Keys of records that are kept in RejectedRow: explained, no difference."""
    unlisted: set[int] = field(default_factory=set)
    """Not in the list and there all the same, when asked for by id: no difference."""
    unnamed: int = 0
    """Records without a usable id that were not rejected."""

    @property
    def is_equal(self) -> bool:
        """Whether nothing is left to explain."""
        return not (self.missing or self.extra or self.different or self.unnamed)

    def keep_common(self, earlier: Look) -> None:
        """Drop what the earlier look did not find."""
        self.missing &= earlier.missing
        self.extra &= earlier.extra
        self.different &= earlier.different
        self.unnamed = min(self.unnamed, earlier.unnamed)

    def as_json(self) -> dict[str, list[int] | list[str] | int]:
        """Give what was found, sorted, nothing for what was not."""
        found = {name: sorted(getattr(self, name)) for name in _KINDS}
        return {name: ids for name, ids in found.items() if ids} | ({"unnamed": self.unnamed} if self.unnamed else {})


@dataclass(kw_only=True, slots=True)
class Comparer:
    """Compares the parts of one brand."""

    brand: Brand
    client: Client
    is_deep: bool
    confirmations: int = MOST_CONFIRMATIONS
    """Rows that may still be asked for by id."""

    def compare(self, part: Part) -> Look:
        """Compare one part. Raises what the client raises."""
        if not self.is_deep and not part.needs_walk:
            look = self._count(part)
            if look.local_count == look.remote_count:
                return look
        return self.compare_records(part)

    def compare_records(self, part: Part) -> Look:
        """Compare one part record by record, a second time where it differs."""
        first = self._walk(part)
        if first.is_equal:
            return first
        second = self._walk(part)
        second.keep_common(first)
        self._confirm(part, second)
        return second

    def _count(self, part: Part) -> Look:
        page = self.client.page(part.resource.endpoint, limit=1, venue=part.venue, dates=part.dates)
        total = len(page.records) if page.total is None else page.total
        return Look(local_count=select_local(self.brand, part).count(), remote_count=total)

    def _walk(self, part: Part) -> Look:
        """Read the part's records and compare them with the rows as they are at that moment."""
        endpoint = part.resource.endpoint
        sort = next((name for name in ("id", "created_at") if name in endpoint.sortable), None)
        order = (sort, "asc") if sort else None
        observer = _Observer(brand=self.brand, part=part, is_deep=self.is_deep)
        for page in self.client.pages(endpoint, venue=part.venue, dates=part.dates, sort=order):  # type: ignore[arg-type]  # mypy widens "asc"
            observer.take(page.records)
        return observer.conclude()

    def _confirm(self, part: Part, look: Look) -> None:
        """Ask for rows that no list gave by their id: what answers is unlisted, what does not is extra."""
        if not part.resource.endpoint.has_detail:
            return
        chosen = sorted(look.extra)[: max(self.confirmations, 0)]
        self.confirmations -= len(chosen)
        venues = self._find_venues(part, chosen)
        for clopos_id in chosen:
            try:
                self.client.get(part.resource.endpoint, clopos_id, venue=venues.get(clopos_id, part.venue))
            except NotFound:
                continue
            look.extra.discard(clopos_id)
            look.unlisted.add(clopos_id)

    def _find_venues(self, part: Part, clopos_ids: Iterable[int]) -> dict[int, int]:
        """Give the Clopos id of each row's own venue, where it has one."""
        model = part.resource.table.model
        if not any(each.name == "venue" for each in model._meta.concrete_fields):
            return {}
        keys = [self.brand.pk * BRAND_SPAN + clopos_id for clopos_id in clopos_ids]
        rows: QuerySet[Any, Any] = model._base_manager.filter(pk__in=keys)
        found = rows.filter(venue_id__isnull=False).values_list("pk", "venue_id")
        return {key % BRAND_SPAN: venue % BRAND_SPAN for key, venue in found}


class _Observer:
    """Takes the pages of one walk, in a number of queries that does not grow with their rows."""

    def __init__(self, *, brand: Brand, part: Part, is_deep: bool) -> None:
        self.part = part
        self.is_deep = is_deep
        self.table = part.resource.table
        self.plan = plan_table(self.table)
        self.tombstones = find_tombstones(brand, part.resource)
        self.context = RowContext(brand_id=brand.pk, venue=part.venue, timezone_of=brand.timezone_of)
        self.rewriter = make_rewriter(brand, part.resource, venue=part.venue)
        self.rejections = find_open_rejections(brand_id=brand.pk, resource=part.resource.name)
        keys = select_local(brand, part).values_list(match_column(self.plan), flat=True)
        self.live = {key - self.context.base for key in keys.iterator()}
        self.seen: set[int] = set()
        self.look = Look(local_count=len(self.live))

    def take(self, bodies: Sequence[bytes]) -> None:
        """Compare one page."""
        records = self.tombstones.keep_out(self.part.resource, read_records(self.part.resource, bodies))
        records = drop_repeated(records)
        stored = fetch_stored(self.table, self.plan, records, self.context)
        suspects = [record for record in records if self._is_suspect(record, stored.get(record.id))]
        raws = fetch_raw(self.table, self.plan, suspects, self.context)
        for record in suspects:
            row = stored.get(record.id)
            if self._is_absent(record, row) or self._differs(record, raws.get(record.id)):
                self._note(record, row)
        if self.is_deep:
            self._inspect(records)
        self.look.local_count += sum(self._is_listed_as_deleted(record, stored) for record in records)
        self.look.remote_count += len({record.id for record in records if record.id} - self.seen)
        self.look.remote_count += sum(not record.id for record in records)
        self.seen.update(record.id for record in records if record.id)

    def _inspect(self, records: Sequence[Incoming]) -> None:
        """Find rows whose digest is right, but not the record, the columns or the children stored beside it."""
        bodies = {record.id: record for record in records if record.id and record.id not in self.look.missing}
        keys = [self.context.base + clopos_id for clopos_id in bodies]
        rows = fetch_rows(self.table, select_stored(self.table, self.plan, keys, self.context), self.context)
        stale = {row.incoming.id for row in self.rewriter.find_stale(self.table, rows).rows}
        altered = {row.record.id for row in rows if _is_altered(row.record, bodies[row.record.id])}
        refused = {each for each in altered if (self.table.model.__name__, str(each)) in self.rejections}
        self.look.different |= (stale | altered) - refused

    def conclude(self) -> Look:
        """Give what the walk found."""
        self.look.extra = self.live - self.seen
        return self.look

    def _is_suspect(self, record: Incoming, row: Stored | None) -> bool:
        return row is None or row.digest != record.digest or self._is_absent(record, row)

    def _is_absent(self, record: Incoming, row: Stored | None) -> bool:
        """Tell whether a record that the remote lists has no row of its own, or a removed one."""
        return row is None or row.is_foreign or (row.is_marked and record.id not in self.live)

    def _is_listed_as_deleted(self, record: Incoming, stored: dict[int, Stored]) -> bool:
        row = stored.get(record.id)
        return not self._is_absent(record, row) and record.id not in self.live | self.seen

    def _differs(self, record: Incoming, raw: dict[str, Any] | None) -> bool:
        """Tell whether a suspect differs in content: keys in another order do not, keys left out do not either."""
        if raw is None:
            return True
        try:
            return {**raw, **record.decode()} != raw
        except ValueError:
            return True

    def _note(self, record: Incoming, row: Stored | None) -> None:
        key = self.rewriter.preparer.key_of(record)
        if (self.table.model.__name__, key) in self.rejections:
            self.look.rejected.add(key)
        elif not record.id:
            self.look.unnamed += 1
        elif self._is_absent(record, row):
            self.look.missing.add(record.id)
        else:
            self.look.different.add(record.id)


def _is_altered(stored: Incoming, received: Incoming) -> bool:
    """Tell whether a stored record is not the one received, keys that it leaves out apart."""
    if stored.body == received.body:
        return False
    try:
        raw = load_json(stored.body)
        return bool({**raw, **received.decode()} != raw)
    except (ValueError, TypeError):
        return True
