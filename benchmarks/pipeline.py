"""Receipts stored a second: this project beside its peers and bare COPY, in one run on one machine, over HTTP.

Run with `make bench`; `make bench ARGS='--million'` adds the long part, `ARGS='--help'` lists the rest. It needs a
PostgreSQL server on which it may make databases, and nothing else should use that server meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import report
from benchmarks.databases import Server, migrate, read_sums, read_versions, vacuum
from benchmarks.report import Measured

_DEFAULT_URL = "postgres://postgres@127.0.0.1:5432/postgres"
_LARGE, _MILLION = 100_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the contenders run, and what they did."""

    server: Server
    remote: str
    """URL of the server of pages."""
    template: str
    """Database with our tables and nothing in them."""
    measured: list[Measured] = field(default_factory=list)

    def run(self, contender: str, database: str, *, pages: str, name: str = "", source: str = "") -> Measured:
        """Run a contender in a process of its own, and count what it wrote."""
        command = [sys.executable, "-m", "benchmarks.contest", contender, "--url", f"{self.remote}/{pages}"]
        command += ["--database-url", database, "--source", source]
        with self.server.measure(database) as written:
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        found = Measured(
            name=name or contender,
            **json.loads(output.splitlines()[-1]),
            wal_bytes=written[0].wal_bytes,
            rows=written[0].rows,
        )
        print(report.write_line(found), flush=True)
        self.measured.append(found)
        return found

    def run_round(self) -> None:
        """Run every contender once."""
        with self.server.database("ours", like=self.template) as ours:
            self.run("ours", ours, pages="first")
            sums = read_sums(ours)
            with self.server.database("peer", like=self.template) as peer:
                self.run("copy", peer, pages="first", source=ours)
                _demand_equal(read_sums(peer), sums)
            self.run_unchanged(ours, pages="first")
            self.run("again", ours, pages="edited", name="edited")
        with self.server.database("peer", like=self.template) as peer:
            self.run("integrify-bulk", peer, pages="first")
            _demand_equal(read_sums(peer), sums)
        with self.server.database("peer", like=self.template) as peer:
            self.run("integrify-rows", peer, pages="few")
        with self.server.database("peer") as peer:
            self.run("dlt", peer, pages="first")
            self.run("dlt", peer, pages="first", name="dlt-again")

    def run_large(self, pages: str) -> None:
        """Load many receipts and read them again, to see whether memory and speed stay as they are."""
        with self.server.database("ours", like=self.template) as ours:
            self.run("ours", ours, pages=pages, name=f"ours-{pages}")
            self.run_unchanged(ours, pages=pages, suffix=f"-{pages}")

    def run_unchanged(self, database: str, *, pages: str, suffix: str = "") -> None:
        """Read again what is stored, in the two ways there are, and demand that no mirrored row is written."""
        vacuum(database)  # else the server's own cleaning after the load is counted
        versions = read_versions(database)
        self.run("again", database, pages=pages, name=f"again{suffix}")
        self.run("days", database, pages=pages, name=f"days{suffix}")
        _demand_equal(read_versions(database), versions)


def main() -> None:
    """Make the pages, run every contender, and print what was measured."""
    arguments = _parse_arguments()
    with tempfile.TemporaryDirectory(prefix="clopos-bench-") as folder:
        root = Path(folder)
        sizes = _choose_sizes(arguments)
        for name, receipts in sizes.items():
            _write_pages(root / name, receipts, is_plain=arguments.plain)
        server = Server(arguments.database_url)
        with _serve(root) as remote, server.database("template") as template:
            migrate(template)
            bench = Bench(server, remote, template)
            for _ in range(arguments.rounds):
                bench.run_round()
            for name in sizes.keys() & {"large", "million"}:
                bench.run_large(name)
        text = report.write_report(bench.measured, server=server.describe(), facts=root / "first")
        print(f"\n{text}")
        if arguments.write:
            report.replace_results(arguments.write, text)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", default=os.environ.get("DATABASE_URL") or _DEFAULT_URL)
    parser.add_argument("--receipts", type=int, default=10_000, help="a multiple of 200")
    parser.add_argument("--per-row-receipts", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3, help="of all contenders in turn; medians are reported")
    parser.add_argument("--large", action="store_true", help=f"also load {_LARGE:,} receipts: 2 minutes more")
    parser.add_argument(
        "--million", action="store_true", help=f"also load {_LARGE:,} and {_MILLION:,}: 15 minutes more"
    )
    parser.add_argument("--plain", action="store_true", help="answers are not compressed")
    parser.add_argument("--write", type=Path, help="put the results into this page")
    return parser.parse_args()


def _choose_sizes(arguments: argparse.Namespace) -> dict[str, int]:
    sizes = {"first": arguments.receipts, "edited": arguments.receipts, "few": arguments.per_row_receipts}
    if arguments.large or arguments.million:
        sizes["large"] = _LARGE
    if arguments.million:
        sizes["million"] = _MILLION
    return sizes


def _write_pages(folder: Path, receipts: int, *, is_plain: bool) -> None:
    options = [*(["--edited"] if folder.name == "edited" else []), *(["--plain"] if is_plain else [])]
    command = [sys.executable, "-m", "benchmarks.dataset", str(folder), "--receipts", str(receipts), *options]
    subprocess.run(command, check=True)


@contextmanager
def _serve(root: Path) -> Iterator[str]:
    """Serve the pages, and give the address."""
    command = [sys.executable, "-m", "benchmarks.server", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


def _demand_equal(found: object, wanted: object) -> None:
    if found != wanted:
        raise AssertionError(f"what is stored differs:\n{found}\n{wanted}")


if __name__ == "__main__":
    main()
