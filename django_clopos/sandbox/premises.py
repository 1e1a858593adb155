"""What does not sell and is not sold: venues, sale types, payment methods, price lists, stop lists.

Source: wire contract 13.1 and 13.8 to 13.11.
"""

# ruff: noqa: RUF001  # Azerbaijani is written with a dotless i

from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from django_clopos.sandbox.stamps import DAY, zulu

Document = dict[str, Any]

VENUES = ("Bakı, Nizami", "Gəncə", "Masallı")
SALE_TYPES = {1: "Yerində", 2: "Çatdırılma", 3: "Özün apar", 1000: "Volt Food"}
METHODS = {1: "Nağd", 2: "Kart", 3: "Müştəri balansı", 4: "Keşbək"}


class _Method(NamedTuple):
    customer_required: int
    balance: Document | None
    service: Document | None


def make_venues() -> list[Document]:
    """The third one comes without the keys that only older answers had."""
    full: list[Document] = [
        {
            "id": number,
            "name": name,
            "is_main": int(number == 1),
            "media": [],
            "address": f"{name} ş.",
            "phone": f"+9945000099{number:02d}",
            "email": None,
            "status": 1,
        }
        for number, name in enumerate(VENUES, start=1)
    ]
    full[2] = {key: full[2][key] for key in ("id", "name", "is_main", "media")}
    return full


def make_sale_types(*, opened: int) -> list[Document]:
    """The custom one has an empty status map, which PHP writes as a list. Source: wire contract 13.10, 15.3."""
    rows = ((1, "IN", 10), (2, "DELIVERY", None), (3, "TAKEAWAY", 0), (1000, "DELIVERY", None))
    return [
        {
            "id": number,
            "name": SALE_TYPES[number],
            "system_type": channel,
            "channel": channel,
            "status": [] if number == 1000 else {"1": 1, "2": 1, "3": int(number != 2)},
            "service_charge_rate": rate,
            "position": place,
            "media": [] if channel == "IN" else [{"urls": _icon(channel)}],
            "payment_method_id": None,
            "payment_method": None,
            "created_at": zulu(opened + place),
            "updated_at": zulu(opened + place + DAY),
            "deleted_at": None,
        }
        for place, (number, channel, rate) in enumerate(rows)
    ]


def make_payment_methods(*, opened: int) -> list[Document]:
    cash = {"id": 1, "system_type": "CASH", "name": "Kassa", "type": "CASH"}
    card = {"id": 2, "system_type": "CARD", "name": "Kart", "type": "CARD"}
    loyalty = {"name": "loyalty", "check": [], "payload": []}
    rows = {
        1: _Method(0, cash, None),
        2: _Method(0, card, None),
        3: _Method(1, None, None),
        4: _Method(1, None, loyalty),
    }
    return [
        {
            "id": number,
            "name": METHODS[number],
            "status": {"1": 1, "2": 1, "3": int(number < 3)},
            "split": 1,
            "position": number - 1,
            "customer_required": row.customer_required,
            "is_system": 0,
            "balance_id": row.balance["id"] if row.balance else None,
            "balance": row.balance,
            "service": row.service,
            "created_at": zulu(opened + number),
            "updated_at": zulu(opened + number + DAY),
            "deleted_at": None,
        }
        for number, row in rows.items()
    ]


def make_price_lists(*, opened: int) -> list[Document]:
    rows = (
        ("Çatdırılma qiymətləri", "Çatdırılma sifarişlərinə tətbiq olunur", True),
        ("Günorta menyusu", None, True),
        ("Yay 2025", None, False),
    )
    return [
        {
            "id": number,
            "name": name,
            "description": description,
            "status": status,
            "created_at": zulu(opened + number),
            "updated_at": zulu(opened + number + DAY),
        }
        for number, (name, description, status) in enumerate(rows, start=1)
    ]


def make_prices(products: list[Document]) -> list[Document]:
    """Delivery is 10 percent dearer, lunch 15 percent cheaper; whole prices are written as `8.0`.

    Source: wire contract 13.9.
    """
    dishes = [product for product in products if product["type"] == "DISH"]
    rows = [(1, product, Decimal("1.1")) for product in dishes[:45]]
    rows += [(2, product, Decimal("0.85")) for product in dishes[4:30]]
    rows += [(3, product, Decimal(1)) for product in dishes[50:56]]
    return [
        {
            "id": number,
            "list_id": price_list,
            "product_id": product["id"],
            "price": (Decimal(product["price"]) * factor).quantize(Decimal("0.1")),
        }
        for number, (price_list, product, factor) in enumerate(rows, start=10)
    ]


def make_stop_list(*, rng: Random, products: list[Document], until: int) -> list[Document]:
    """Rows with the venue they are true in; the venue is not sent. Source: wire contract 13.8."""
    sold = [product["id"] for product in products if product["type"] in {"DISH", "MODIFICATION"}]
    return [
        {
            "id": product,
            "limit": rng.choice((0, 0, 0, 3, 5, 12)),
            "timestamp": (until - rng.randrange(8 * 3600)) * 1000 + rng.randrange(1000),
            "venue_id": venue,
        }
        for venue, count in ((1, 6), (2, 3))
        for product in sorted(rng.sample(sold, k=count))
    ]


def _icon(channel: str) -> Document:
    address = f"https://cdn.example.com/clopos/{channel.lower()}.png"
    return {"original": address, "large": address}
