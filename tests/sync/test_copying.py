"""COPY stores moments as they are, whatever was written as text before."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from django_clopos.models import Brand
from django_clopos.models.truth import ChangeCounter

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has COPY"),
]

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def brands() -> list[Brand]:
    return [Brand.objects.create(slug=slug) for slug in ("one", "two")]


def load(rows: list[tuple[int, int, datetime]]) -> None:
    from django_clopos.sync.copying import Load, copy  # noqa: PLC0415  # needs psycopg

    table = connection.ops.quote_name(ChangeCounter._meta.db_table)
    statement = f"COPY {table} (brand_id, last_seq, began_at) FROM STDIN"
    copy(connection, [Load(statement=statement, rows=[row], stamps=(2,)) for row in rows])


def test_the_two_hours_that_one_clock_time_means_are_told_apart(brands: list[Brand]) -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)  # a clock time is what is tested
    second = first.replace(fold=1)

    load([(brands[0].pk, 0, first), (brands[1].pk, 0, second)])

    began = list(ChangeCounter.objects.order_by("brand_id").values_list("began_at", flat=True))
    assert began == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]


def test_a_row_given_twice_is_an_error_of_django(brands: list[Brand]) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    with pytest.raises(IntegrityError), transaction.atomic():
        load([(brands[0].pk, 0, now), (brands[0].pk, 0, now)])

    assert not ChangeCounter.objects.exists()
