"""`manage.py clopos_sandbox`: the simulated remote on a socket. It parses options; the work is in `sandbox`."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_clopos.sandbox import Sandbox, Server, serve


class Command(BaseCommand):
    help = "Serve a simulated Clopos Open API v2 with a believable restaurant, until Ctrl-C."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8765, help="0 takes a free one (default: 8765)")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--brands", type=_brands, default=("demo",), help="a number, or names with commas between")
        parser.add_argument("--days", type=_positive, default=90, help="days of sales up to now (default: 90)")
        parser.add_argument("--receipts-per-day", type=_positive, default=60, help="of a venue (default: 60)")
        parser.add_argument(
            "--shared-past", action="store_true", help="make all brands of one past: less memory for many of them"
        )
        parser.add_argument("--page-rows", type=_positive, help="the most rows of a page, whatever limit is asked for")
        parser.add_argument("--latency-ms", type=float, default=0)
        parser.add_argument("--requests-per-window", type=_positive, default=300)
        parser.add_argument("--window-seconds", type=float, default=60)
        parser.add_argument("--token-lifetime", type=_positive, default=3600, help="seconds (default: 3600)")
        parser.add_argument(
            "--receipt-scope",
            choices=("venue", "brand"),
            default="venue",
            help="whether orders and receipts are limited to the venue asked for (default: venue)",
        )
        parser.add_argument(
            "--control", action="store_true", help="open /_sandbox/ to plan faults and change documents"
        )

    def handle(self, **options: Any) -> None:
        sandbox = Sandbox(
            seed=options["seed"],
            brands=options["brands"],
            days=options["days"],
            receipts_per_day=options["receipts_per_day"],
            shares_past=options["shared_past"],
            latency_seconds=options["latency_ms"] / 1000,
            requests_per_window=options["requests_per_window"],
            window_seconds=options["window_seconds"],
            token_lifetime_seconds=options["token_lifetime"],
            receipt_scope=options["receipt_scope"],
            page_rows=options["page_rows"],
        )
        server = _bind(sandbox, options)
        with server:
            self._introduce(sandbox, server)
            try:
                server.wait()
            except KeyboardInterrupt:
                self.stdout.write("Stopped.")

    def _introduce(self, sandbox: Sandbox, server: Server) -> None:
        """Print what a shell needs; the credentials are made up."""
        for slug in sandbox.brands:
            credentials = sandbox.credentials(slug)
            self.stdout.write(
                f"export CLOPOS_BASE_URL={server.url}\n"
                f"export CLOPOS_BRAND={slug}\n"
                f"export CLOPOS_CLIENT_ID={credentials.client_id}\n"
                f"export CLOPOS_CLIENT_SECRET={credentials.client_secret}\n"
                f"export CLOPOS_INTEGRATOR_ID={credentials.integrator_id}\n"
            )
        self.stdout.write("Serving until Ctrl-C.")
        self.stdout.flush()


def _bind(sandbox: Sandbox, options: dict[str, Any]) -> Server:
    try:
        return serve(sandbox, options["host"], options["port"], control=options["control"])
    except OSError as error:
        place = f"{options['host']}:{options['port']}"
        raise CommandError(f"Cannot listen on {place}: {error.strerror}. Choose another --port.") from error


def _brands(text: str) -> tuple[str, ...]:
    """`3` as demo, demo2, demo3; otherwise the names themselves."""
    if text.isdecimal():
        return tuple(f"demo{number}" if number > 1 else "demo" for number in range(1, _positive(text) + 1))
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no positive number")
    return int(text)
