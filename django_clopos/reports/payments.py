"""How was paid: the mix of payment methods."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Sum

from django_clopos.models import PaymentMethod, ReceiptPayment
from django_clopos.reports.counting import divide, exact, select_parts, shown, size
from django_clopos.reports.labels import name_rows
from django_clopos.reports.question import Question, clopos_id


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentSales:
    """What was paid by one method."""

    id: int | None
    """Clopos id of the method; None: the payments name none."""
    name: str
    payments: int
    """Of sales; a receipt may be paid in parts."""
    paid: Decimal
    """For sales."""
    given_back: Decimal
    """For returns."""

    @property
    def net(self) -> Decimal:
        """Give what remains."""
        return self.paid - self.given_back


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentMix:
    """Every payment method that was used, the largest net amount first."""

    currency: str
    methods: tuple[PaymentSales, ...]

    @property
    def net(self) -> Decimal:
        """Give what remains of all methods. It is the net sales where every receipt was paid to the end."""
        return sum((method.net for method in self.methods), Decimal())

    def share(self, method: PaymentSales) -> Decimal | None:
        """Give a method's part of the net in percent."""
        return divide(method.net * 100, self.net)


def sum_payments(question: Question) -> PaymentMix:
    """Sum the payments of the sales by method, in 5 queries."""
    rows = (
        select_parts(ReceiptPayment.objects.all(), question)
        .values("payment_method", "is_return")
        .annotate(payments=Count("*"), sum_amount=Sum(size("amount", via="receipt__")), written=Max("name"))
    )
    groups: dict[int | None, dict[bool, Any]] = defaultdict(dict)
    for row in rows:
        groups[row["payment_method"]][row["is_return"]] = row
    written = {key or 0: row["written"] for key, group in groups.items() for row in group.values()}
    names = name_rows(PaymentMethod, groups, otherwise=written)
    methods = [_close(key, names[key], group) for key, group in groups.items()]
    return PaymentMix(
        currency=question.brand.currency, methods=tuple(sorted(methods, key=lambda row: (-row.net, row.id or 0)))
    )


def _close(key: int | None, name: str, group: dict[bool, Any]) -> PaymentSales:
    sold, returned = group.get(False, {}), group.get(True, {})
    return PaymentSales(
        id=clopos_id(key),
        name=name,
        payments=sold.get("payments", 0),
        paid=shown(exact(sold.get("sum_amount"))),
        given_back=shown(exact(returned.get("sum_amount"))),
    )
