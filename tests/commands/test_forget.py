"""`clopos_forget`: asks first, erases, and says what it did."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from django_clopos.models import Brand, Customer, Erasure, Receipt
from django_clopos.sandbox import Sandbox
from tests.commands.conftest import Run
from tests.conftest import SLUG

pytestmark = pytest.mark.django_db
Answer = Callable[[str], None]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Sit at the terminal and type this."""

    def give(text: str) -> None:
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        monkeypatch.setattr("builtins.input", lambda question: text)

    return give


@pytest.fixture
def mirrored(live: Sandbox, run: Run) -> None:
    assert run("clopos_sync", "--no-progress").status == 0


def test_a_brand_is_erased(mirrored: None, run: Run) -> None:
    result = run("clopos_forget", "--brand", SLUG, "--yes")
    assert (result.status, result.error) == (0, "")
    assert result.stdout.startswith(f"Erased brand of {SLUG}: ")
    assert "CLOPOS_BRAND still names it: the next sync would mirror it again." in result.stdout
    assert not Brand.objects.exists()


def test_a_customer_is_erased_and_stays_so(mirrored: None, run: Run) -> None:
    customer = Customer.objects.exclude(phone=None).first()
    receipts = Receipt.objects.count()
    result = run("clopos_forget", "--brand", SLUG, "--customer", str(customer.clopos_id), "--yes")
    assert (result.status, result.error) == (0, "")
    assert result.stdout.startswith(f"Erased customer {customer.clopos_id} of {SLUG}: 1 Customer")
    assert "Clopos itself still has it." in result.stdout
    run("clopos_sync", "--no-progress", "--full")
    assert Customer.objects.get(pk=customer.pk).phone is None
    assert Receipt.objects.count() == receipts


def test_the_slug_typed_at_the_terminal_confirms(mirrored: None, run: Run, answer: Answer) -> None:
    answer(SLUG)
    assert run("clopos_forget", "--brand", SLUG).status == 0
    assert not Brand.objects.exists()


@pytest.mark.parametrize("text", ["", "y", "yes", SLUG.upper()])
def test_anything_else_erases_nothing(text: str, run: Run, answer: Answer) -> None:
    Brand.objects.create(slug=SLUG)
    answer(text)
    result = run("clopos_forget", "--brand", SLUG)
    assert (result.status, result.error) == (1, "Not confirmed. Nothing was erased.")
    assert Brand.objects.exists()


def test_without_a_terminal_nothing_is_erased_unasked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Brand.objects.create(slug=SLUG)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    result = run("clopos_forget", "--brand", SLUG, "--customer", "4")
    assert (result.status, result.error) == (1, "Nobody can be asked here: add --yes to erase for good.")
    assert not Erasure.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--brand", "nobody", "--yes"], "There is no brand 'nobody'."),
        (["--brand", SLUG, "--customer", "0", "--yes"], "A remote id lies between 1 and"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], sentence: str, run: Run) -> None:
    Brand.objects.create(slug=SLUG)
    result = run("clopos_forget", *arguments)
    assert result.status == 1
    assert sentence in result.error
    assert Brand.objects.exists()
