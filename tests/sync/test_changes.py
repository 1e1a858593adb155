"""History: what changed, before and after, numbered without gaps, written with the rows that it speaks of."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from django_clopos.mirror import RESOURCES, get_resource
from django_clopos.models import Brand, Change, ChangeCounter, Checkpoint, Customer, Product, StopListEntry
from django_clopos.models.history import BEGINNING, find_beginning
from django_clopos.sandbox import Sandbox
from django_clopos.sync.engine import Options, sync
from django_clopos.sync.history import forget_changes_before
from tests.conftest import SLUG, Mirror
from tests.sync.conftest import Pull, Remote, open_remote
from tests.sync.test_change_numbers import write_changes
from tests.sync.test_queries import FEW, MANY, count_queries, make_products

pytestmark = pytest.mark.django_db
Clock = Any  # time_machine gives its traveller no public name


def tell(*, table: str | None = None) -> list[tuple[str, int | None, str, Any, Any]]:
    """Give history, oldest first: table, Clopos id, kind, before, after."""
    changes = Change.objects.filter(table=table) if table else Change.objects.all()
    fields = ("table", "clopos_id", "kind", "before", "after")
    return list(changes.order_by("seq").values_list(*fields))


def numbers() -> list[int]:
    return list(Change.objects.order_by("seq").values_list("seq", flat=True))


class TestWhatIsTold:
    def test_the_first_load_is_no_history(self, pull: Pull) -> None:
        pull("customers", {"id": 1}, {"id": 2})
        assert tell() == []

    def test_a_row_that_comes_later_is_told(self, pull: Pull, brand: Brand) -> None:
        pull("customers", {"id": 1})
        report = pull("customers", {"id": 1}, {"id": 2})
        assert tell() == [("Customer", 2, "created", None, None)]
        change = Change.objects.get()
        assert (change.brand, change.resource, change.run) == (brand, "customers", report.run)
        assert change.row_id == Product.key(brand, 2)

    def test_an_edit_is_told_with_the_keys_that_changed(self, pull: Pull) -> None:
        pull("customers", {"id": 1, "name": "Aysel", "code": "a", "discount": 1.50})
        pull("customers", {"id": 1, "name": "Leyla", "discount": 2.25, "source": "web"})
        before, after = {"name": "Aysel", "discount": Decimal("1.50")}, {"name": "Leyla", "discount": Decimal("2.25")}
        assert tell() == [("Customer", 1, "updated", before, after | {"source": "web"})]

    def test_an_unchanged_record_is_not_told(self, pull: Pull) -> None:
        for _ in range(3):
            pull("customers", {"id": 1, "name": "Aysel", "code": "a"})
        pull("customers", {"code": "a", "name": "Aysel", "id": 1})
        assert tell() == []
        assert ChangeCounter.objects.get().last_seq == 0

    @pytest.mark.parametrize(
        ("name", "key"),
        [("customers", "spent"), ("customers", "updated_at"), ("categories", "_lft"), ("products", "total_quantity")],
    )
    def test_a_quiet_key_alone_is_not_told(self, name: str, key: str, pull: Pull) -> None:
        values = ("2026-11-20 10:00:00", "2026-11-20 11:00:00") if key == "updated_at" else (1, 2)
        pull(name, {"id": 1, "name": "a", key: values[0]})
        assert pull(name, {"id": 1, "name": "a", key: values[1]}).total("updated") == 1
        assert tell() == []
        pull(name, {"id": 1, "name": "b", key: values[0]})
        assert [row[3:] for row in tell()] == [({"name": "a"}, {"name": "b"})]

    def test_a_removal_and_a_return_that_the_remote_names_are_told(self, pull: Pull) -> None:
        stamp = "2026-11-20 12:00:00"
        pull("customers", {"id": 1, "deleted_at": None})
        pull("customers", {"id": 1, "deleted_at": stamp})
        pull("customers", {"id": 1, "deleted_at": None})
        gone, here = {"deleted_at": stamp}, {"deleted_at": None}
        assert tell() == [("Customer", 1, "removed", here, gone), ("Customer", 1, "restored", gone, here)]

    @pytest.mark.parametrize("limit", [3, 4])
    def test_an_entry_that_a_set_leaves_out_and_gives_again_is_told(self, limit: int, pull: Pull) -> None:
        pull("stop-list", {"id": 5, "limit": 3}, venues=(1,))
        pull("stop-list", venues=(1,))
        pull("stop-list", {"id": 5, "limit": limit}, venues=(1,))
        differs = [({"limit": 3}, {"limit": 4})] if limit == 4 else [(None, None)]
        assert [row[1:3] for row in tell()] == [(5, "removed"), (5, "restored")]
        assert [row[3:] for row in tell()][1:] == differs
        assert set(Change.objects.values_list("row_id", flat=True)) == {StopListEntry.objects.get().pk}

    def test_rows_of_a_set_are_told_with_their_own_keys(self, pull: Pull, remote: Remote, brand: Brand) -> None:
        remote.lists["products/stop-list", 2] = [{"id": 5}]
        pull("stop-list", {"id": 9}, venues=(1, 2))
        pull("stop-list", {"id": 9}, {"id": 5}, venues=(1, 2))
        first = StopListEntry.objects.get(venue_id=Product.key(brand, 1), product_id=Product.key(brand, 5))
        assert [(row.clopos_id, row.kind, row.row_id) for row in Change.objects.all()] == [(5, "created", first.pk)]

    def test_a_removed_row_that_returns_with_its_keys_in_another_order_is_restored(self, pull: Pull) -> None:
        pull("stop-list", {"id": 5, "limit": 3}, venues=(1,))
        pull("stop-list", venues=(1,))
        report = pull("stop-list", {"limit": 3, "id": 5}, venues=(1,))
        assert (report.total("updated"), report.total("unchanged")) == (1, 0)
        assert StopListEntry.objects.get().removed_at is None
        assert [row[2] for row in tell()] == ["removed", "restored"]

    def test_a_deleted_row_stays_removed_when_its_keys_change_places(self, pull: Pull) -> None:
        pull("customers", {"id": 1, "deleted_at": "2026-11-20 12:00:00"})
        assert pull("customers", {"deleted_at": "2026-11-20 12:00:00", "id": 1}).total("unchanged") == 1
        assert Customer.objects.get().removed_at is not None
        assert tell() == []

    def test_rows_inside_a_record_have_a_history_of_their_own(self, pull: Pull) -> None:
        pull("products", {"id": 1, "taxes": [{"id": 3, "rate": 18}]})
        pull("products", {"id": 1, "taxes": [{"id": 3, "rate": 20}]})
        assert tell(table="Tax") == [("Tax", 3, "updated", {"rate": 18}, {"rate": 20})]

    def test_a_nested_product_that_is_listed_now_tells_what_differs(self, pull: Pull) -> None:
        pull("products", {"id": 1, "modifications": [{"id": 2, "name": "S"}]})
        pull("products", {"id": 1, "modifications": [{"id": 2, "name": "S"}]}, {"id": 2, "name": "Small"})
        [told] = [row for row in tell(table="Product") if row[1] == 2]
        assert told == ("Product", 2, "updated", {"name": "S", "parent_id": 1}, {"name": "Small"})

    def test_a_refused_record_is_not_told(self, pull: Pull) -> None:
        pull("customers", {"id": 1, "name": "a"})
        assert (
            pull("customers", {"id": 1, "name": "b", "spent": "abc"}, {"id": 2, "spent": "abc"}).total("rejected") == 2
        )
        assert tell() == []

    def test_a_dry_run_tells_nothing(self, pull: Pull) -> None:
        pull("customers", {"id": 1, "name": "a"})
        assert pull("customers", {"id": 1, "name": "b"}, {"id": 2}, is_dry_run=True).total("updated") == 1
        assert tell() == []

    @pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
    def test_quiet_keys_are_keys_of_the_wire(self, resource: Any) -> None:
        known = frozenset[str]().union(*(table.schema.wire_keys() for table in resource.tables))
        assert resource.quiet - {"updated_at"} <= known


class TestBackfill:
    def test_its_rows_are_not_told_and_what_comes_later_is(self, mirror: Mirror, sandbox: Sandbox) -> None:
        mirror("venues")
        mirror("receipts")
        assert tell(table="Receipt") == []
        stamps = {"created_at": "2026-11-20 22:50:00", "updated_at": "2026-11-20 22:50:00"}
        sandbox.insert(SLUG, "receipts", {"id": 990_001, "venue_id": 1, "total": 1, **stamps})
        mirror("receipts")
        assert [row[:3] for row in tell(table="Receipt")] == [("Receipt", 990_001, "created")]

    def test_an_interrupted_one_has_not_begun_history(self, mirror: Mirror, sandbox: Sandbox) -> None:
        def stop() -> None:
            raise KeyboardInterrupt

        mirror("venues")
        sandbox.before_response("receipts", stop, skip=6)
        with pytest.raises(KeyboardInterrupt):
            mirror("receipts")
        assert not Checkpoint.objects.filter(resource="receipts", name=BEGINNING).exists()
        mirror("receipts")
        assert tell(table="Receipt") == []
        assert Checkpoint.objects.filter(resource="receipts", name=BEGINNING).exists()

    def test_a_second_one_tells_edits_only(self, mirror: Mirror, sandbox: Sandbox) -> None:
        mirror("venues")
        mirror("receipts")
        key = sandbox.documents(SLUG, "receipts")[0]["id"]
        stamps = {"created_at": "2026-11-18 12:00:00", "updated_at": "2026-11-18 12:00:00"}
        sandbox.insert(SLUG, "receipts", {"id": 990_001, "venue_id": 1, "total": 1, **stamps})
        sandbox.change(SLUG, "receipts", key, total=70_100)
        mirror("receipts", is_full=True)
        [told] = tell(table="Receipt")
        assert told[1:3] == (key, "updated")
        assert told[4]["total"] == 70_100

    def test_days_asked_for_before_the_first_one_begin_no_history(self, pull: Pull) -> None:
        pull("receipts", {"id": 1})
        pull("receipts", {"id": 1}, {"id": 2})
        assert tell() == []


class TestRestaurant:
    """What people do in a restaurant is in the mirror and in history after at most two runs of the right kind."""

    @pytest.fixture
    def first(self, mirror: Mirror, clock: Clock) -> None:
        mirror()
        clock.shift(timedelta(hours=2))
        assert tell() == []

    def test_a_product_that_vanishes_and_returns(
        self, first: None, mirror: Mirror, sandbox: Sandbox, clock: Clock
    ) -> None:
        document = next(row for row in sandbox.documents(SLUG, "products") if row["type"] == "GOODS")
        sandbox.remove(SLUG, "products", document["id"])
        for _ in range(2):
            mirror("products")
            clock.shift(timedelta(hours=1))
        sandbox.insert(SLUG, "products", document)
        mirror("products")
        row = Product.objects.get(clopos_id=document["id"])
        assert row.removed_at is None
        kinds = Change.objects.filter(table="Product", row_id=row.pk).order_by("seq").values_list("kind", flat=True)
        assert list(kinds) == ["removed", "restored"]

    def test_another_payment_of_a_closed_receipt(self, first: None, mirror: Mirror, sandbox: Sandbox) -> None:
        key = next(row["id"] for row in sandbox.documents(SLUG, "receipts") if row["payment_methods"])
        paid = [{"id": 2, "name": "Card", "amount": 1234.5}]
        sandbox.change(SLUG, "receipts", key, payment_methods=paid)
        mirror("receipts")
        [told] = [row for row in tell(table="Receipt") if row[1] == key]
        assert told[2] == "updated"
        assert [payment["amount"] for payment in told[4]["payment_methods"]] == [Decimal("1234.5")]

    def test_a_run_after_which_nothing_changed(self, first: None, mirror: Mirror) -> None:
        mirror()
        assert tell() == []


class TestSwitch:
    def test_a_resource_that_is_off_tells_nothing(self, pull: Pull, settings: Any) -> None:
        settings.CLOPOS = {"CHANGES_OFF": ["customers"]}
        for name in "ab":
            pull("customers", {"id": 1, "name": name})
            pull("stations", {"id": 1, "name": name})
        assert [row[0] for row in tell()] == ["Station"]

    def test_its_history_begins_again_when_it_is_on_again(
        self, pull: Pull, settings: Any, brand: Brand, clock: Clock
    ) -> None:
        pull("products", {"id": 1, "name": "a"})
        first = find_beginning(brand, "products")
        settings.CLOPOS = {"CHANGES_OFF": ["products"]}
        pull("products", {"id": 1, "name": "b"})
        assert find_beginning(brand, "products") is None
        settings.CLOPOS = {}
        clock.shift(timedelta(hours=1))
        pull("products", {"id": 1, "name": "c"}, {"id": 2})
        again = find_beginning(brand, "products")
        assert first is not None
        assert again is not None
        assert again > first + timedelta(minutes=59)
        assert [row[:3] for row in tell()] == [("Product", 1, "updated")]


class TestForgetting:
    def test_what_is_older_goes_and_the_rest_stays(self, pull: Pull, brand: Brand, clock: Clock) -> None:
        for name in "abc":
            pull("customers", {"id": 1, "name": name})
            clock.shift(timedelta(days=10))
        moment = timezone.now() - timedelta(days=15)
        assert forget_changes_before(brand, moment) == 1
        assert [row[4] for row in tell()] == [{"name": "c"}]
        assert ChangeCounter.objects.get().began_at == moment
        assert find_beginning(brand, "customers") == moment

    def test_numbers_go_on(self, pull: Pull, brand: Brand, clock: Clock) -> None:
        for name in "abc":
            pull("customers", {"id": 1, "name": name})
        clock.shift(timedelta(days=1))
        assert forget_changes_before(brand, timezone.now()) == 2
        pull("customers", {"id": 1, "name": "d"})
        assert numbers() == [3]

    def test_an_earlier_moment_gives_nothing_back(self, pull: Pull, brand: Brand) -> None:
        pull("customers", {"id": 1})
        began = ChangeCounter.objects.get().began_at
        forget_changes_before(brand, timezone.now() - timedelta(days=400))
        assert ChangeCounter.objects.get().began_at == began

    def test_another_brand_keeps_its_own(self, pull: Pull, clock: Clock) -> None:
        pull("customers", {"id": 1, "name": "a"})
        pull("customers", {"id": 1, "name": "b"})
        clock.shift(timedelta(days=1))
        assert forget_changes_before(Brand.objects.create(slug="other"), timezone.now()) == 0
        assert numbers() == [1]


class TestNumbers:
    def test_they_count_from_one_without_gaps_brand_by_brand(self, brand: Brand, remote: Remote) -> None:
        other = Brand.objects.create(slug="other")
        with open_remote(remote) as client:
            for name in "abc":
                remote.lists["customers"] = [{"id": key, "name": name} for key in range(1, 4)]
                for owner in (brand, other):
                    sync(owner, [get_resource("customers")], options=Options(), client=client)
        for owner in (brand, other):
            assert sorted(Change.objects.filter(brand=owner).values_list("seq", flat=True)) == list(range(1, 7))

    def test_a_transaction_that_fails_leaves_no_gap(self, pull: Pull, brand: Brand) -> None:
        pull("customers", {"id": 1, "name": "a"})
        with transaction.atomic():
            write_changes(brand, 5)
            transaction.set_rollback(True)
        pull("customers", {"id": 1, "name": "b"})
        assert numbers() == [1]

    def test_a_number_that_was_given_before_fails(self, pull: Pull, brand: Brand) -> None:
        """A counter that was set back by hand must not overwrite history."""
        for name in "ab":
            pull("customers", {"id": 1, "name": name})
        ChangeCounter.objects.update(last_seq=0)
        with pytest.raises(IntegrityError), transaction.atomic():
            write_changes(brand, 1)
        assert [row[4] for row in tell()] == [{"name": "b"}]

    def test_history_costs_the_same_for_few_and_many(self, brand: Brand, remote: Remote) -> None:
        def measure(owner: Brand, count: int) -> int:
            for total in "56":
                asked = count_queries(owner, remote, "products", make_products(count, total=total))[0]
            assert Change.objects.filter(brand=owner).count() >= count
            return asked

        count_queries(brand, remote, "products", [])  # the first walk
        assert measure(brand, FEW) == measure(Brand.objects.create(slug="other"), MANY // 2)
