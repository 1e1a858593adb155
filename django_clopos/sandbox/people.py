"""Staff, customers and their groups as documents.

Staff secrets are recognisable on purpose: a client that must not keep them can search for them.

Source: wire contract 13.2 to 13.4. Every phone number is made up.
"""

# ruff: noqa: RUF001  # Azerbaijani is written with a dotless i

from random import Random
from typing import Any

from django_clopos.sandbox.amounts import amount
from django_clopos.sandbox.identifiers import make_uuid
from django_clopos.sandbox.stamps import DAY, zulu

Document = dict[str, Any]

SECRET_FIELDS = ("pin", "card", "barcode")
CUSTOMERS = 240
_FIRST_NAMES = (
    ("Aysel", 2), ("Rəşad", 1), ("Nigar", 2), ("Elvin", 1), ("Günel", 2), ("Orxan", 1), ("Ləman", 2), ("Tural", 1),
    ("Sevinc", 2), ("Kamran", 1), ("Fidan", 2), ("Vüqar", 1), ("Aytən", 2), ("Emin", 1), ("Nərmin", 2), ("Samir", 1),
)  # fmt: skip
_LAST_NAMES = ("Məmmədov", "Əliyev", "Hüseynov", "Quliyev", "Həsənov", "Abbasov", "Rzayev", "Cəfərov", "Nəbiyev")
_POSTS = ("Kassir", "Ofisiant", "Ofisiant", "Ofisiant", "Kuryer")
_STREETS = ("Nizami küçəsi", "Xətai prospekti", "Cavid küçəsi", "Heydər Əliyev prospekti", "İçərişəhər")


def make_users(*, rng: Random, opened: int, venues: int) -> list[Document]:
    """The owner, a manager, five people a venue, and one who left (soft-deleted)."""
    posts = ["Sahib", "Menecer", *(post for _ in range(venues) for post in _POSTS), "Keçmiş ofisiant"]
    users = [_user(number, post, rng, opened) for number, post in enumerate(posts, start=1)]
    users[0]["owner"] = 1
    users[-1] |= {"status": False, "deleted_at": zulu(opened + 250 * DAY), "updated_at": zulu(opened + 250 * DAY)}
    return users


def staff_of(venue: int, post: str) -> list[int]:
    """Ids of the people of a venue who have a post."""
    first = 3 + (venue - 1) * len(_POSTS)
    return [first + place for place, name in enumerate(_POSTS) if name == post]


def make_groups(*, opened: int) -> list[Document]:
    """`discount_type` comes as null, int and text. Source: wire contract 15.4."""
    rows = (
        ("Mənim müştərilərim", None, 0, "my_customers"),
        ("VIP", 1, 10, None),
        ("Korporativ", "2", 5, None),
        ("Tələbə (bağlanıb)", 1, 15, None),
    )
    groups = [
        {
            "id": number,
            "name": name,
            "discount_type": type_,
            "discount_value": value,
            "system_type": system_type,
            "created_at": zulu(opened + number),
            "updated_at": zulu(opened + number),
            "deleted_at": None,
        }
        for number, (name, type_, value, system_type) in enumerate(rows, start=1)
    ]
    groups[-1]["deleted_at"] = groups[-1]["updated_at"] = zulu(opened + 90 * DAY)
    return groups


def make_customers(*, rng: Random, opened: int, until: int, venues: int) -> list[Document]:
    moments = sorted(rng.randrange(opened, until) for _ in range(CUSTOMERS))
    customers = [_customer(number, moment, rng, venues) for number, moment in enumerate(moments, start=1)]
    for customer in (customers[7], customers[70]):
        customer |= {"deleted_at": customer["updated_at"], "status": False}
    return customers


def credit_visits(customers: list[Document], spent: dict[int, list[int]]) -> None:
    """Set the running totals from sales.

    `spent` holds by customer id the visits, the amount, the discounts, and the moment of the last visit.
    """
    for customer in customers:
        if customer["id"] in spent:
            visits, total, discount, last = spent[customer["id"]]
            customer |= {
                "receipt_count": visits,
                "spent": amount(total),
                "total_discount": amount(discount),
                "updated_at": max(customer["updated_at"], zulu(last)),
            }


def _user(number: int, post: str, rng: Random, opened: int) -> Document:
    first, _ = rng.choice(_FIRST_NAMES)
    last = rng.choice(_LAST_NAMES)
    return {
        "id": number,
        "email": f"staff{number}@example.com" if number <= 2 else None,
        "username": f"{post} {number}",
        "first_name": first,
        "last_name": last,
        "mobile_number": None,
        "owner": 0,
        "status": True,
        "pin": f"PIN-73915-{number:03d}",
        "card": f"CARD-73915-{number:03d}",
        "barcode": f"STAFF-73915-{number:03d}",
        "tip_message": None,
        "login_at": None,
        "hide": 0,
        "salary": None,
        "can_receive_tips": post == "Ofisiant",
        "bonus_balance_id": None,
        "properties": [],
        "image": None,
        "created_at": zulu(opened + number),
        "updated_at": zulu(opened + number + rng.randrange(DAY, 200 * DAY)),
        "deleted_at": None,
    }


def _customer(number: int, moment: int, rng: Random, venues: int) -> Document:
    first, gender = rng.choice(_FIRST_NAMES)
    last = rng.choice(_LAST_NAMES) + ("a" if gender == 2 else "")
    digits = f"{number:04d}"
    phone = f"+99450000{digits}" if number % 6 else f"+994 50 000 {digits[:2]} {digits[2:]}"
    return {
        "id": number,
        "cid": make_uuid(rng),
        "venue_id": rng.randrange(venues) + 1,
        "group_id": rng.choices((1, 2, 3), weights=(8, 1, 1))[0],
        "name": f"{first} {last}",
        "email": f"customer{number}@example.com" if number % 5 == 0 else None,
        "phone": phone if number % 11 else None,
        "phones": [f"+99450001{digits}"] if number % 8 == 0 else [],
        "address": f"{rng.choice(_STREETS)} {rng.randrange(1, 120)}" if number % 3 == 0 else None,
        "addresses": [],
        "address_data": [],
        "description": None,
        "discount": 0,
        "spent": 0,
        "total_discount": 0,
        "total_bonus": 0,
        "receipt_count": 0,
        "gender": gender if number % 4 else None,
        "date_of_birth": f"{rng.randrange(1960, 2006)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
        if number % 2
        else None,
        "code": f"M{number:05d}" if number % 3 == 0 else None,
        "source": "LOYALTY" if number % 10 == 0 else None,
        "reference_id": None,
        "status": True,
        "can_use_loyalty_system": number % 10 == 0,
        "is_verified": False,
        "balance_id": 2000 + number,
        "bonus_balance_id": None,
        "cashback_balance_id": None,
        "phone_verified_at": None,
        "created_at": zulu(moment),
        "updated_at": zulu(moment),
        "deleted_at": None,
    }
