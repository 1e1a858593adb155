"""People: staff users, customers and their groups.

The staff's PIN, card and barcode have no field here: they are secrets, dropped before a record is read.
"""

from __future__ import annotations

from django_clopos.schemas.base import (
    Big,
    Day,
    Flag,
    Json,
    Money,
    Name,
    Object,
    Quantity,
    Reference,
    Row,
    Small,
    Stamp,
    Text,
)


class User(Row):
    """A member of staff. Source: wire contract, section 13.2."""

    email: Name = None
    username: Name = None
    first_name: Name = None
    last_name: Name = None
    mobile_number: Name = None
    owner: Flag = None
    status: Flag = None
    hide: Flag = None
    salary: Money = None
    can_receive_tips: Flag = None
    tip_message: Text = None
    login_at: Stamp = None
    bonus_balance_id: Big = None
    properties: Object = None
    image: Json = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None


class CustomerGroup(Row):
    """A group of customers with a discount. Source: wire contract, section 13.4."""

    name: Name = None
    discount_type: Name = None
    discount_value: Quantity = None
    system_type: Name = None
    total_amount: Money = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None


class Customer(Row):
    """A customer with contact data and running totals. Source: wire contract, section 13.3."""

    cid: Name = None
    venue_id: Reference = None
    group_id: Reference = None
    name: Name = None
    email: Name = None
    phone: Name = None
    phones: Json = None
    address: Text = None
    address_data: Json = None
    addresses: Json = None
    description: Text = None
    code: Name = None
    source: Name = None
    reference_id: Name = None
    gender: Small = None
    date_of_birth: Day = None
    discount: Quantity = None
    spent: Money = None
    total_discount: Money = None
    total_bonus: Money = None
    receipt_count: Small = None
    status: Flag = None
    can_use_loyalty_system: Flag = None
    is_verified: Flag = None
    phone_verified_at: Stamp = None
    balance_id: Big = None
    bonus_balance_id: Big = None
    cashback_balance_id: Big = None
    balance: Object = None
    cashback_balance: Object = None
    group: Json = None
    created_at: Stamp = None
    updated_at: Stamp = None
    deleted_at: Stamp = None
