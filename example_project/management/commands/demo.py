"""`manage.py demo`: the main job from nothing: tables, a sandbox in place of Clopos, a sync, the admin."""

from __future__ import annotations

import os
import socket
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand, Receipt, ReceiptPayment, ReceiptProduct
from django_clopos.sandbox import Sandbox, serve

HOST = "127.0.0.1"
LOGIN = PASSWORD = "demo"
SLUG = "demo"
BAKU = ZoneInfo("Asia/Baku")


class Command(BaseCommand):
    """Shows the whole of django_clopos on one machine, with nothing to set up."""

    help = "Mirror a simulated restaurant into this site's database and serve its admin."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the flags."""
        parser.add_argument("--no-serve", action="store_true", help="Stop after the sync.")
        parser.add_argument("--port", type=int, default=8000, help="Of the admin and the API.")
        parser.add_argument(
            "--days", type=int, default=90, help="Days of history; the same for every demo on one database."
        )
        parser.add_argument("--receipts-per-day", type=int, default=25, help="Of a venue, on average; likewise.")

    def handle(self, *args: Any, **flags: Any) -> None:
        """Run the demo."""
        if not flags["no_serve"]:
            _check_port(flags["port"])
        self._say(f"1. Tables, in {connection.vendor}: {connection.settings_dict['NAME']}")
        call_command("migrate", verbosity=0, stdout=self.stdout)
        self._say("2. A restaurant in place of Clopos: three venues in Azerbaijan, made from a seed")
        sandbox = self._open_sandbox(days=flags["days"], receipts_per_day=flags["receipts_per_day"])
        with serve(sandbox, port=0) as server:
            for name, value in _environment(sandbox, server.url).items():
                os.environ[name] = value
                self.stdout.write(f"   export {name}={value}")
            self._say("3. manage.py clopos_sync, within the 300 requests a minute that Clopos allows")
            call_command("clopos_sync", stdout=self.stdout)
            self._say("4. What is in the database now")
            self._show()
            if not flags["no_serve"]:
                self._serve(flags["port"])

    def _open_sandbox(self, *, days: int, receipts_per_day: int) -> Sandbox:
        """Make the restaurant; on a later day the one of the first demo, because each day makes another one."""
        day = _find_first_day()
        if day:
            self.stdout.write(f"   It stands still on {day}, the day of the first demo on this database.")
        return Sandbox(brands=(SLUG,), days=days, receipts_per_day=receipts_per_day, today=day)

    def _show(self) -> None:
        brand = Brand.objects.get(slug=SLUG)
        for resource in RESOURCES:
            model = resource.table.model
            if not resource.is_opt_in:
                name = str(model._meta.verbose_name_plural).capitalize()
                self.stdout.write(f"   {name:<24}{model._base_manager.filter(brand=brand).count():>8,}")
        receipts = Receipt.objects.for_brand(brand).live()
        total = receipts.aggregate(total=Sum("total", default=0))["total"]
        lines = ReceiptProduct.objects.for_brand(brand).count()
        payments = ReceiptPayment.objects.for_brand(brand).count()
        self.stdout.write(f"   The receipts have {lines:,} lines and {payments:,} payments.")
        self.stdout.write(f"   They come to {total:,.2f} {brand.currency}.")

    def _serve(self, port: int) -> None:
        users = get_user_model()._default_manager
        if not users.filter(username=LOGIN).exists():
            users.create_superuser(LOGIN, password=PASSWORD)
        self._say(f"5. The admin: http://{HOST}:{port}/admin/   login: {LOGIN}   password: {PASSWORD}")
        self.stdout.write(f"   The API:   curl -u {LOGIN}:{PASSWORD} http://{HOST}:{port}/api/{SLUG}/receipts/")
        self.stdout.write("   Ctrl-C ends both.")
        call_command("runserver", f"{HOST}:{port}", use_reloader=False)

    def _say(self, text: str) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(text))


def _check_port(port: int) -> None:
    """Raise CommandError before the work rather than after it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            raise CommandError(
                f"Port {port} is taken or cannot be used. Choose another one, such as: "
                f"make demo ARGS='--port {port + 1 if port < 65535 else 8001}'"
            ) from None


def _find_first_day() -> date | None:
    """Give the day of the first demo on this database; None: it is today, or there was none."""
    created_at = Brand.objects.filter(slug=SLUG).values_list("created_at", flat=True).first()
    day = created_at.astimezone(BAKU).date() if created_at else None
    return None if day == timezone.now().astimezone(BAKU).date() else day


def _environment(sandbox: Sandbox, url: str) -> dict[str, str]:
    credentials = sandbox.credentials(SLUG)
    return {
        "CLOPOS_BASE_URL": url,
        "CLOPOS_BRAND": credentials.brand,
        "CLOPOS_CLIENT_ID": credentials.client_id,
        "CLOPOS_CLIENT_SECRET": credentials.client_secret,
        "CLOPOS_INTEGRATOR_ID": credentials.integrator_id,
    }
