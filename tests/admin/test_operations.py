"""Running the mirror from the admin: who may, what is said, and that nothing is done twice or told to the wrong ear."""

from __future__ import annotations

import logging
import time
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
    Schedule,
    SyncRun,
    SyncStep,
)
from django_clopos.models.bookkeeping import Status
from django_clopos.sandbox import Fault, FaultKind, Sandbox, serve
from django_clopos.schedule.rows import make_rows
from django_clopos.sync.asked import ask_for_run
from django_clopos.sync.clock import after
from django_clopos.tasks import sync_brand
from tests.admin.pressing import address, make_clerk, press
from tests.commands.conftest import find_closed_port, open_sandbox
from tests.conftest import SLUG

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
