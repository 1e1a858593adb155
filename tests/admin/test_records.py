"""What a person is told of refused records, changes and comparisons, and that records are tried again."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from django_clopos.models import (
    Brand,
    Change,
    Customer,
    Product,
    Reconciliation,
    RejectedRow,
    SyncRun,
)
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from django_clopos.sync.lease import hold
from django_clopos.testing import make
from tests.admin.conftest import Get
from tests.admin.pressing import address, make_clerk, press
from tests.conftest import Mirror

pytestmark = pytest.mark.django_db


def describe_link(client: Client, run: SyncRun) -> str:
    """Give where the page of a run leads to for its rejected records."""
    return str(client.get(address("syncrun_change", run.pk)).context["progress"]["rejected_url"])


class TestRetry:
    @pytest.fixture
    def rejected(self, sandbox: Sandbox, mirror: Mirror) -> RejectedRow:
        """A record that would be valid now."""
        sandbox.faults.add(Fault(FaultKind.MALFORMED_ROW, path="payment-methods"))
        mirror("payment-methods")
        row = RejectedRow.objects.get()
        RejectedRow.objects.update(record=f'{{"id": {row.clopos_id or 77}, "name": "Cash"}}')
        return row

    def retry(self, client: Client, row: RejectedRow) -> str:
        values = {"action": "retry", "_selected_action": [row.pk]}
        page = client.post(reverse("admin:django_clopos_rejectedrow_changelist"), values, follow=True)
        return page.content.decode()

    def test_a_record_is_tried_again(self, rejected: RejectedRow, brand: Brand) -> None:
        client = Client()
        client.force_login(User.objects.create_superuser("root"))
        assert "1 valid now" in self.retry(client, rejected)
        assert RejectedRow.objects.get().resolved_at is not None
        assert LogEntry.objects.get().change_message == "Retried."

    def test_a_record_is_tried_again_from_its_page(self, rejected: RejectedRow, admin_client: Any) -> None:
        place = address("rejectedrow_retry", rejected.pk)
        page = address("rejectedrow_change", rejected.pk)
        assert f'action="{place}"' in admin_client.get(page).content.decode()
        assert "1 valid now" in press(admin_client, "rejectedrow_retry", rejected.pk)
        assert RejectedRow.objects.get().resolved_at is not None
        assert LogEntry.objects.get().change_message == "Retried."
        assert place not in admin_client.get(page).content.decode()

    @pytest.mark.parametrize(
        ("permissions", "venues", "status"),
        [
            (["view_rejectedrow"], (), 403),
            (["view_drift"], (), 403),
            (["view_rejectedrow", "change_rejectedrow"], (1,), 302),
        ],
    )
    def test_the_button_is_for_whom_the_action_is(
        self, permissions: list[str], venues: tuple[int, ...], status: int, rejected: RejectedRow
    ) -> None:
        client = make_clerk(rejected.brand, *permissions, venues=venues)
        place = address("rejectedrow_retry", rejected.pk)
        assert place not in client.get(address("rejectedrow_change", rejected.pk)).content.decode()
        assert client.get(place).status_code == 405
        assert client.post(place).status_code == status
        assert RejectedRow.objects.get().resolved_at is None

    @pytest.mark.parametrize(
        ("record", "shown"),
        [
            ('{"id":7,"total":1.50}', "<pre>{\n  &quot;id&quot;: 7,\n  &quot;total&quot;: 1.50\n}</pre>"),
            ("{<", "<pre>{&lt;</pre>"),
        ],
    )
    def test_a_record_is_laid_out_in_lines(
        self, record: str, shown: str, rejected: RejectedRow, admin_client: Any
    ) -> None:
        RejectedRow.objects.update(record=record)
        assert shown in admin_client.get(address("rejectedrow_change", rejected.pk)).content.decode()

    def test_a_run_leads_to_what_was_refused_meanwhile(self, rejected: RejectedRow, admin_client: Any) -> None:
        run = SyncRun.objects.get()
        link = describe_link(admin_client, run)
        assert admin_client.get(link).context["cl"].result_list[0].pk == rejected.pk
        RejectedRow.objects.update(first_seen_at=run.finished_at + timedelta(seconds=1))
        assert list(admin_client.get(link).context["cl"].result_list) == []

    def test_viewing_is_not_retrying(self, rejected: RejectedRow) -> None:
        client = make_clerk(rejected.brand, "view_rejectedrow")
        self.retry(client, rejected)
        assert RejectedRow.objects.get().resolved_at is None

    def test_nobody_of_a_single_venue_retries(self, rejected: RejectedRow) -> None:
        client = make_clerk(rejected.brand, "view_rejectedrow", "change_rejectedrow", venues=(1,))
        self.retry(client, rejected)
        assert RejectedRow.objects.get().resolved_at is None

    def test_it_does_not_wait_for_a_sync(self, rejected: RejectedRow) -> None:
        client = Client()
        client.force_login(User.objects.create_superuser("root"))
        runs = SyncRun.objects.count()
        with hold(brand_id=rejected.brand_id, resource=rejected.resource, on_wait=lambda _: None):
            assert "is at work on the same resource" in self.retry(client, rejected)
        assert (RejectedRow.objects.get().resolved_at, SyncRun.objects.count()) == (None, runs)


class TestDifferences:
    def test_a_change_is_read_key_by_key_and_leads_to_its_row(self, brand: Brand, admin_client: Any) -> None:
        product = make(Product, brand=brand, clopos_id=17)
        change = Change.objects.create(
            brand=brand,
            seq=1,
            resource="products",
            table="Product",
            row_id=product.pk,
            clopos_id=17,
            kind="updated",
            before={"price": 4, "old": True, "same": 1},
            after={"price": 5, "same": 1},
            changed_at=timezone.now(),
        )
        page = admin_client.get(address("change_change", change.pk)).content.decode()
        assert '<tr><th scope="row">price</th><td>4</td><td>5</td></tr>' in page
        assert '<tr><th scope="row">old</th><td>true</td><td></td></tr>' in page
        assert '<th scope="row">same</th>' not in page
        assert f'<a href="{address("product_change", product.pk)}">Product 17</a>' in page

    def test_the_difference_of_a_customer_is_masked(self, brand: Brand) -> None:
        customer = make(Customer, brand=brand, clopos_id=3)
        change = Change.objects.create(
            brand=brand,
            seq=1,
            resource="customers",
            table="Customer",
            row_id=customer.pk,
            clopos_id=3,
            kind="updated",
            before={"phone": "0501112233"},
            after={"phone": "0504445566"},
            changed_at=timezone.now(),
        )
        client = make_clerk(brand, "view_change")
        page = client.get(address("change_change", change.pk)).content.decode()
        assert "field-difference" in page
        assert "0501112233" not in page
        assert "0504445566" not in page

    def test_a_comparison_is_told_in_words(self, brand: Brand, get_list: Get) -> None:
        Reconciliation.objects.create(
            brand=brand,
            batch=uuid.UUID(int=1),
            resource="receipts",
            differences={"missing": [4, 5], "unnamed": 2},
            compared_at=timezone.now(),
        )
        assert "2 not here (4, 5); 2 records without a usable id" in get_list(Reconciliation)
