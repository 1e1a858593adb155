"""Running the mirror from the admin: who may, what is said, and that nothing is done twice or told to the wrong ear."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from django_clopos.models import (
    Brand,
    BrandAccess,
    Change,
    Customer,
    Product,
    Reconciliation,
    RejectedRow,
    Schedule,
    SyncRun,
    SyncStep,
)
from django_clopos.models.bookkeeping import Status
from django_clopos.sandbox import Fault, FaultKind, Sandbox, serve
from django_clopos.schedule.rows import make_rows
from django_clopos.sync.asked import ask_for_run
from django_clopos.sync.clock import after
from django_clopos.sync.lease import hold
from django_clopos.tasks import sync_brand
from django_clopos.testing import make
from tests.admin.conftest import Get
from tests.commands.conftest import find_closed_port, open_sandbox
from tests.conftest import SLUG, Mirror

pytestmark = pytest.mark.django_db


@pytest.fixture
def remote() -> Iterator[Sandbox]:
    """A restaurant on a socket."""
    sandbox = open_sandbox()
    with serve(sandbox, port=0) as server:
        sandbox.url = server.url  # type: ignore[attr-defined]
        yield sandbox


@pytest.fixture
def ours(db: None, remote: Any) -> Brand:
    """The brand with the credentials of the restaurant."""
    given = remote.credentials(SLUG)
    return Brand.objects.create(
        slug=SLUG,
        base_url=remote.url,
        client_id=given.client_id,
        client_secret=given.client_secret,
        integrator_id=given.integrator_id,
    )


@pytest.fixture
def broker() -> Iterator[Any]:
    """Celery with a broker in this process, of which nobody reads."""
    before = {name: current_app.conf[name] for name in ("task_always_eager", "broker_url")}
    current_app.conf.update(task_always_eager=False, broker_url="memory://")
    yield current_app.conf
    current_app.conf.update(before)


def address(name: str, key: int) -> str:
    return reverse(f"admin:django_clopos_{name}", args=[key])


def make_clerk(brand: Brand, *permissions: str, venues: tuple[int, ...] = ()) -> Client:
    """Sign a user in who may see the brand, or venues of it."""
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    BrandAccess.objects.create(user=user, brand=brand, venues=list(venues))
    client = Client()
    client.force_login(user)
    return client


def press(client: Client, name: str, key: int, **values: Any) -> str:
    answer = client.post(address(name, key), values, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def describe_link(client: Client, run: SyncRun) -> str:
    """Give where the page of a run leads to for its rejected records."""
    return str(client.get(address("syncrun_change", run.pk)).context["progress"]["rejected_url"])


class TestConnection:
    def test_it_works_and_names_the_venues(self, ours: Brand, remote: Sandbox, admin_client: Any) -> None:
        page = press(admin_client, "brand_test", ours.pk)
        assert "The connection works. Venues: " in page
        assert str(remote.documents(SLUG, "venues")[0]["name"]) in page
        assert LogEntry.objects.get().change_message == "Tested the connection: it works."

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"client_secret": "wrong-5d20"}, "Clopos refuses the credentials."),
            ({"client_secret": "env:CLOPOS_NOT_SET"}, "The stored secret cannot be read here."),
            ({"client_id": ""}, "Credentials are missing."),
            ({"base_url": "ftp:"}, "The address or a credential cannot be used"),
        ],
    )
    def test_what_is_wrong_with_the_brand_is_said(
        self, change: dict[str, str], said: str, ours: Brand, admin_client: Any, caplog: Any
    ) -> None:
        caplog.set_level(logging.DEBUG)
        secret = Brand.objects.get().client_secret
        for name, value in change.items():
            setattr(ours, name, value)
        ours.save()
        page = press(admin_client, "brand_test", ours.pk)
        assert said in page
        for hidden in (secret, "wrong-5d20"):
            assert hidden not in page + caplog.text + LogEntry.objects.get().change_message

    def test_a_server_that_is_not_there_is_said_within_seconds(self, ours: Brand, admin_client: Any) -> None:
        Brand.objects.update(base_url=f"http://127.0.0.1:{find_closed_port()}/v2")
        began = time.monotonic()
        assert "The server cannot be reached." in press(admin_client, "brand_test", ours.pk)
        assert time.monotonic() - began < 5

    def test_mixed_modes_and_a_module_that_is_off(self, ours: Brand, remote: Sandbox, admin_client: Any) -> None:
        remote.brand(SLUG).integrator_mode = "test"
        assert "A test integrator id is used" in press(admin_client, "brand_test", ours.pk)
        remote.brand(SLUG).integrator_mode = "live"
        remote.brand(SLUG).disabled = True
        assert "A module is switched off" in press(admin_client, "brand_test", ours.pk)

    def test_a_failing_remote_is_asked_once(self, ours: Brand, remote: Sandbox, admin_client: Any) -> None:
        remote.faults.add(Fault(FaultKind.RESET, path="venues", times=None))
        press(admin_client, "brand_test", ours.pk)
        assert [entry.path.rsplit("/", 1)[-1] for entry in remote.requests] == ["auth", "venues"]

    def test_a_secret_of_another_key_is_said(self, ours: Brand, settings: Any) -> None:
        settings.SECRET_KEY = "a key that came later"
        client = Client()
        client.force_login(User.objects.create_superuser("root"))
        assert "The stored secret cannot be read here." in press(client, "brand_test", ours.pk)

    def test_credentials_of_the_environment_are_tested(
        self, ours: Brand, remote: Sandbox, admin_client: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("client_id", "client_secret", "integrator_id"):
            monkeypatch.setenv(f"CLOPOS_{name.upper()}", getattr(remote.credentials(SLUG), name))
        monkeypatch.setenv("CLOPOS_BRAND", SLUG)
        Brand.objects.update(client_id="", client_secret="", integrator_id="")
        assert "The connection works." in press(admin_client, "brand_test", ours.pk)

    def test_a_brand_is_tested_as_soon_as_it_is_saved(self, remote: Any, admin_client: Any) -> None:
        given = remote.credentials(SLUG)
        values = {
            "slug": SLUG,
            "name": "",
            "is_active": "on",
            "base_url": remote.url,
            "venue_timezones": "{}",
            "client_id": given.client_id,
            "client_secret": given.client_secret,
            "_test": "1",
            "integrator_id": given.integrator_id,
            "remote_timezone": "Asia/Baku",
            "currency": "AZN",
        }
        answer = admin_client.post(reverse("admin:django_clopos_brand_add"), values, follow=True)
        page = answer.content.decode()
        assert answer.redirect_chain == [(address("brand_change", Brand.objects.get().pk), 302)]
        assert "The connection works." in page
        assert given.client_secret not in page


class TestWhoMay:
    @pytest.mark.parametrize("name", ["brand_test", "brand_sync", "brand_pause", "brand_resume"])
    def test_only_who_may_change_the_whole_brand(self, name: str, brand: Brand) -> None:
        client = make_clerk(brand, "view_brand")
        assert client.post(address(name, brand.pk)).status_code == 403
        user = User.objects.get()
        user.user_permissions.add(Permission.objects.get(codename="change_brand"))
        BrandAccess.objects.update(venues=[1])
        assert client.post(address(name, brand.pk)).status_code == 403
        BrandAccess.objects.all().delete()
        assert client.post(address(name, brand.pk)).status_code == 404
        assert Client().post(address(name, brand.pk)).status_code == 302
        assert not LogEntry.objects.exists()

    @pytest.mark.parametrize("name", ["brand_test", "brand_resume"])
    def test_a_link_does_nothing(self, name: str, brand: Brand, admin_client: Any) -> None:
        assert admin_client.get(address(name, brand.pk)).status_code == 405

    @pytest.mark.parametrize("name", ["brand_test", "brand_sync", "brand_pause", "brand_resume"])
    def test_another_site_cannot_press_the_button(self, name: str, brand: Brand) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(User.objects.create_superuser("root"))
        assert client.post(address(name, brand.pk)).status_code == 403

    def test_whoever_may_only_look_sees_no_button(self, brand: Brand) -> None:
        client = make_clerk(brand, "view_brand")
        page = client.get(address("brand_change", brand.pk)).content.decode()
        assert "How it stands" in page
        assert "Test connection" not in page
        assert "Open rejections" not in page


class TestSyncNow:
    def test_without_a_broker_the_command_is_shown(self, brand: Brand, admin_client: Any) -> None:
        page = admin_client.get(address("brand_sync", brand.pk), {"resources": ["venues", "users"]}).content.decode()
        assert "python manage.py clopos_sync venues users --brand first</code>" in page
        press(admin_client, "brand_sync", brand.pk)
        assert not SyncRun.objects.exists()

    def test_a_run_is_queued_and_followed(self, broker: Any, brand: Brand, admin_client: Any) -> None:
        page = press(admin_client, "brand_sync", brand.pk, resources=["venues"])
        run = SyncRun.objects.get()
        assert (run.status, run.options) == (Status.QUEUED, {"resources": ["venues"]})
        assert "Waiting for a worker." in page
        assert LogEntry.objects.get().change_message == "Asked for a sync: venues."

    def test_two_clicks_queue_one(self, broker: Any, brand: Brand, admin_client: Any) -> None:
        press(admin_client, "brand_sync", brand.pk)
        assert "waits or goes on already" in press(admin_client, "brand_sync", brand.pk)
        assert SyncRun.objects.count() == 1

    def test_a_run_of_the_schedule_stands_in_no_way(self, broker: Any, brand: Brand, admin_client: Any) -> None:
        SyncRun.objects.create(brand=brand, options={"part": "news"}, started_at=after_now())
        press(admin_client, "brand_sync", brand.pk)
        assert SyncRun.objects.filter(status=Status.QUEUED).count() == 1

    def test_a_dead_broker_is_said_within_seconds(self, broker: Any, brand: Brand, admin_client: Any) -> None:
        broker.broker_url = f"amqp://guest:hidden-8c1@127.0.0.1:{find_closed_port()}//"
        began = time.monotonic()
        page = press(admin_client, "brand_sync", brand.pk)
        assert time.monotonic() - began < 4
        assert "The broker takes no messages" in page
        assert "hidden-8c1" not in page
        assert SyncRun.objects.get().status == Status.ABANDONED

    def test_the_worker_does_the_run_that_was_asked_for_once(self, ours: Brand) -> None:
        run, is_new = ask_for_run(ours, ["venues"])
        done = sync_brand.apply(args=(SLUG, ["venues"]), kwargs={"run": run.pk}).get()
        again = sync_brand.apply(args=(SLUG, ["venues"]), kwargs={"run": run.pk}).get()
        assert (is_new, done["run"], done["status"], again["status"]) == (True, run.pk, "succeeded", "void")
        assert SyncRun.objects.get().steps.count() == 1

    def test_a_withdrawn_run_is_not_done(self, ours: Brand, remote: Sandbox, admin_client: Any) -> None:
        run, _ = ask_for_run(ours, [])
        page = press(admin_client, "syncrun_withdraw", run.pk)
        assert "Withdrawn before a worker took it." in page
        assert sync_brand.apply(args=(SLUG,), kwargs={"run": run.pk}).get()["status"] == "void"
        assert not remote.requests

    def test_the_page_of_a_run_tells_its_end(self, ours: Brand, admin_client: Any) -> None:
        run, _ = ask_for_run(ours, ["venues"])
        before = admin_client.get(address("syncrun_progress", run.pk)).json()
        sync_brand.apply(args=(SLUG, ["venues"]), kwargs={"run": run.pk})
        news = admin_client.get(address("syncrun_progress", run.pk)).json()
        assert (before["is_over"], before["is_queued"]) == (False, True)
        assert news["is_over"]
        assert news["said"].startswith("Succeeded after ")
        assert "3 records seen, 3 created" in news["said"]
        assert "venues" in news["html"]

    def test_a_run_that_nobody_takes_says_so(self, brand: Brand, admin_client: Any) -> None:
        run, _ = ask_for_run(brand, [])
        SyncRun.objects.update(started_at=after_now(seconds=-40))
        page = admin_client.get(address("syncrun_change", run.pk)).content.decode()
        assert "No worker has taken it for 40 s" in page
        assert "clopos_sync --brand first" in page

    def test_progress_is_for_who_may_see_runs(self, brand: Brand) -> None:
        run, _ = ask_for_run(brand, [])
        client = make_clerk(brand, "view_brand", "change_brand")
        assert client.get(address("syncrun_progress", run.pk)).status_code == 403


def after_now(seconds: float = 0) -> Any:
    return after(timedelta(seconds=seconds))


def test_a_brand_is_paused_after_a_question_and_resumed(brand: Brand, admin_client: Any) -> None:
    assert "Yes, pause it" in admin_client.get(address("brand_pause", brand.pk)).content.decode()
    assert Brand.objects.get().is_active
    press(admin_client, "brand_pause", brand.pk)
    assert not Brand.objects.get().is_active
    press(admin_client, "brand_resume", brand.pk)
    assert Brand.objects.get().is_active
    assert {entry.change_message for entry in LogEntry.objects.all()} == {"Paused.", "Resumed."}


def test_a_job_is_paused_from_the_page_of_its_brand(brand: Brand, admin_client: Any) -> None:
    make_rows()
    row = Schedule.objects.get(work="poll", resource="orders")
    assert "paused" in press(admin_client, "schedule_pause", row.pk, paused="1")
    assert Schedule.objects.get(pk=row.pk).is_paused
    press(admin_client, "schedule_pause", row.pk, paused="0")
    assert not Schedule.objects.get(pk=row.pk).is_paused
    assert LogEntry.objects.count() == 2


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


def test_the_pages_take_a_constant_number_of_queries(brand: Brand, admin_client: Any) -> None:
    make_rows()
    run, _ = ask_for_run(brand, [])
    counts = []
    for steps in (2, 20):
        for number in range(steps):
            SyncStep.objects.create(run=run, resource="receipts", venue=number, started_at=timezone.now())
            SyncRun.objects.create(brand=brand, started_at=timezone.now(), finished_at=timezone.now())
        for name, key in (("brand_change", brand.pk), ("syncrun_progress", run.pk)):
            admin_client.get(address(name, key))
            with CaptureQueriesContext(connection) as queries:
                assert admin_client.get(address(name, key)).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert counts[1] == 4  # session, user, run, steps
