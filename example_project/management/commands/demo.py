"""`manage.py demo`: the main job from nothing: tables, a sandbox in place of Clopos, a sync, the admin."""

from __future__ import annotations

import os
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Sum

from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand, Receipt, ReceiptPayment, ReceiptProduct
from django_clopos.sandbox import Sandbox, serve

LOGIN = PASSWORD = "demo"
SLUG = "demo"


class Command(BaseCommand):
    """Shows the whole of django_clopos on one machine, with nothing to set up."""

    help = "Mirror a simulated restaurant into this site's database and serve its admin."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the flags."""
        parser.add_argument("--no-serve", action="store_true", help="Stop after the sync.")
        parser.add_argument("--port", type=int, default=8000, help="Of the admin and the API.")
        parser.add_argument("--days", type=int, default=90, help="Days of history in the simulated restaurant.")
        parser.add_argument("--receipts-per-day", type=int, default=40, help="A day and venue, on average.")

    def handle(self, *args: Any, **flags: Any) -> None:
        """Run the demo."""
        self._say("1. Tables")
        call_command("migrate", verbosity=0, stdout=self.stdout)
        self._say("2. A restaurant in place of Clopos: three venues in Azerbaijan, made from a seed")
        sandbox = Sandbox(brands=(SLUG,), days=flags["days"], receipts_per_day=flags["receipts_per_day"])
        with serve(sandbox, port=0) as server:
            for name, value in _environment(sandbox, server.url).items():
                os.environ[name] = value
                self.stdout.write(f"   export {name}={value}")
            self._say("3. manage.py clopos_sync")
            call_command("clopos_sync", stdout=self.stdout)
            self._say("4. What is in the database now")
            self._show()
            if not flags["no_serve"]:
                self._serve(flags["port"])

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
        self._say(f"5. The admin: http://127.0.0.1:{port}/admin/   login: {LOGIN}   password: {PASSWORD}")
        self.stdout.write(f"   The API:   http://127.0.0.1:{port}/api/{SLUG}/receipts/\n   Ctrl-C ends it.")
        call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)

    def _say(self, text: str) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(text))


def _environment(sandbox: Sandbox, url: str) -> dict[str, str]:
    credentials = sandbox.credentials(SLUG)
    return {
        "CLOPOS_BASE_URL": url,
        "CLOPOS_BRAND": credentials.brand,
        "CLOPOS_CLIENT_ID": credentials.client_id,
        "CLOPOS_CLIENT_SECRET": credentials.client_secret,
        "CLOPOS_INTEGRATOR_ID": credentials.integrator_id,
    }
