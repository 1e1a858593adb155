"""What the Clopos-compatible face costs on a million receipts: milliseconds of one answer, without the web server.

`python -m benchmarks.face --database-url postgres://...`: fills the database first where it is empty.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.million import SLUG, fill, parse, with_django

LINES = "with[]=receipt_products&with[]=receipt_products.modificators"
QUESTIONS = {
    "receipts, page of 200": "receipts?limit=200",
    "receipts with lines, page of 200": f"receipts?limit=200&{LINES}",
    "receipts with lines and products": f"receipts?limit=200&{LINES}&with[]=receipt_products.product",
    "receipts of one day, page of 200": f"receipts?limit=200&date[0]=2026-11-10&date[1]=2026-11-10&{LINES}",
    "receipts by updated_at, page of 200": f"receipts?limit=200&sort[0]=updated_at&sort[1]=-1&{LINES}",
    "receipts, page 1,000 of 200": f"receipts?limit=200&page=1000&{LINES}",
    "one receipt": f"receipts/{{receipt}}?{LINES}",
    "products with all, page of 100": "products?limit=100&with[]=taxes&with[]=recipe&with[]=modificator_groups",
}


def main() -> None:
    """Fill, ask and print."""
    arguments = parse(argparse.ArgumentParser(description=__doc__))
    with_django(arguments.database_url)
    fill(arguments.receipts, years=arguments.years)
    with _sign_in() as headers:
        for name, path in QUESTIONS.items():
            median, size = _measure(path.format(receipt=_find_receipt()), headers)
            print(f"{name:40} {median:8.1f} ms {size / 1024:8.0f} kB")


def _find_receipt() -> int:
    """Give the Clopos id of a receipt of the first venue."""
    from django_clopos.models import Receipt  # noqa: PLC0415  # it needs Django

    found = Receipt.objects.live().filter(venue__clopos_id=1).values_list("clopos_id", flat=True)[:1]
    return int(found[0])


@contextmanager
def _sign_in() -> Iterator[dict[str, str]]:
    """Give the headers of a credential that is taken back in the end."""
    from django.test import Client  # noqa: PLC0415  # it needs Django

    from django_clopos.models import Brand, FaceCredential  # noqa: PLC0415

    credential = FaceCredential(brand=Brand.objects.get(slug=SLUG), name="benchmark", sees_personal=True)
    secret = credential.give_secret()
    credential.save()
    body = {"client_id": credential.client_id, "client_secret": secret, "brand": SLUG, "integrator_id": "benchmark"}
    answer = Client().post("/open-api/v2/auth", data=json.dumps(body), content_type="application/json")
    try:
        yield {"x-token": answer.json()["token"]}
    finally:
        credential.delete()


def _measure(path: str, headers: dict[str, str], *, times: int = 7) -> tuple[float, int]:
    """Give the median milliseconds of some answers, after one that warms up, and the bytes of one."""
    from django.test import Client  # noqa: PLC0415  # it needs Django

    address, _, query = path.partition("?")
    client, taken, size = Client(), [], 0
    for _ in range(times + 1):
        started = time.perf_counter()
        answer = client.get(f"/open-api/v2/{address}", QUERY_STRING=query, headers=headers)
        taken.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer.content
        size = len(answer.content)
    return statistics.median(taken[1:]), size


if __name__ == "__main__":
    main()
