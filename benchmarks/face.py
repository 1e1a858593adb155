"""What the Clopos-compatible face costs on a million receipts: milliseconds of one answer, without the web server.

`python -m benchmarks.face --database-url postgres://...`: fills the database first where it is empty.
"""

from __future__ import annotations

import argparse
import statistics
import time

from benchmarks.million import SLUG, fill, parse, with_django

LINES = "with[]=receipt_products&with[]=receipt_products.modificators"
QUESTIONS = {
    "receipts, page of 200": "receipts?limit=200",
    "receipts with lines, page of 200": f"receipts?limit=200&{LINES}",
    "receipts with lines and products": f"receipts?limit=200&{LINES}&with[]=receipt_products.product",
    "receipts of one day, page of 200": f"receipts?limit=200&date[0]=2026-11-10&date[1]=2026-11-10&{LINES}",
    "receipts by updated_at, page of 200": f"receipts?limit=200&sort[0]=updated_at&sort[1]=-1&{LINES}",
    "receipts, page 1,000 of 200": f"receipts?limit=200&page=1000&{LINES}",
    "one receipt": f"receipts/1?{LINES}",
    "products with all, page of 100": "products?limit=100&with[]=taxes&with[]=recipe&with[]=modificator_groups",
}


def main() -> None:
    """Fill, ask and print."""
    arguments = parse(argparse.ArgumentParser(description=__doc__))
    with_django(arguments.database_url)
    fill(arguments.receipts, years=arguments.years)
    for name, path in QUESTIONS.items():
        median, size = measure(path)
        print(f"{name:40} {median:8.1f} ms {size / 1024:8.0f} kB")


def measure(path: str, *, times: int = 7) -> tuple[float, int]:
    """Give the median of some answers, after one that warms up, and the bytes of one."""
    from django.test import Client  # noqa: PLC0415  # it needs Django

    from django_clopos.face.sign_in import _grant  # noqa: PLC0415
    from django_clopos.models import Brand, FaceCredential  # noqa: PLC0415

    brand = Brand.objects.get(slug=SLUG)
    credential = FaceCredential.objects.filter(brand=brand).first()
    if credential is None:
        credential = FaceCredential(brand=brand, name="benchmark", sees_personal=True)
        credential.give_secret()
        credential.save()
    address, _, query = path.partition("?")
    client, headers, taken, size = Client(), {"x-token": str(_grant(credential)["token"])}, [], 0
    for _ in range(times + 1):
        started = time.perf_counter()
        answer = client.get(f"/open-api/v2/{address}", QUERY_STRING=query, headers=headers)
        taken.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer.content
        size = len(answer.content)
    return statistics.median(taken[1:]), size


if __name__ == "__main__":
    main()
