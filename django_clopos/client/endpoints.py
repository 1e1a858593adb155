"""Every read endpoint of the remote as one row: where it is, how large its pages are, what it can be asked.

The page maxima are the documented ones, rounded down to a multiple of 4, so that a page can be halved twice.
Source: wire contract, sections 5 and 13.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Generic, TypeVar

from django_clopos.client.query import Pairs, SortForm
from django_clopos.schemas import (
    Category,
    Customer,
    CustomerGroup,
    Order,
    PaymentMethod,
    PriceList,
    PriceListPrice,
    Product,
    Receipt,
    SaleType,
    Station,
    StockOperation,
    StopListEntry,
    User,
    Venue,
)
from django_clopos.schemas.base import Record

S = TypeVar("S", bound=Record)

_PARENT = "{parent}"


class Scope(Enum):
    """Whose rows one answer holds."""

    BRAND = "every venue's, whatever the venue header says"
    VENUE = "those of the venue asked"
    UNKNOWN = "not documented; found out by comparing two venues' answers"


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint(Generic[S]):
    """One list of the remote, and its rows by id where it has them."""

    name: str
    """Our name of the resource, as in commands and settings."""

    path: str
    """Below the base URL; `{parent}` stands for the id of the row that the list belongs to."""

    schema: type[S]
    page_maximum: int | None
    """Rows a page; None: the list comes in one answer, without page and limit."""

    has_detail: bool = False
    """Whether a row can be read by its id."""

    with_: tuple[str, ...] = ()
    """Relations that lists are asked to include."""

    detail_with: tuple[str, ...] = ()
    """Relations that a row read by id is asked to include."""

    sortable: frozenset[str] = frozenset()
    sort_form: SortForm = SortForm.FLAT
    dated: bool = False
    """Whether `date[]` limits it to days of `created_at`."""

    scope: Scope = Scope.BRAND
    params: Pairs = ()
    """Sent with every request for the list."""

    @property
    def has_parent(self) -> bool:
        """Whether the path needs the id of a parent row."""
        return _PARENT in self.path

    def list_path(self, *, parent: int | None = None) -> str:
        """Give the path of the list, below the base URL.

        Raises:
            ValueError: the list needs a parent and none is given, or the reverse.
        """
        if self.has_parent != (parent is not None):
            needed = "needs the id of its parent" if self.has_parent else "belongs to no parent"
            raise ValueError(f"{self.name} {needed}.")
        return self.path.format(parent=parent)

    def detail_path(self, clopos_id: int) -> str:
        """Give the path of one row, below the base URL.

        Raises:
            ValueError: the remote gives no such row by id.
        """
        if not self.has_detail:
            raise ValueError(f"{self.name} cannot be read by id.")
        return f"{self.path}/{clopos_id}"


_TIMES: Final = frozenset({"created_at", "updated_at"})
_RECEIPT_LINES: Final = ("receipt_products", "receipt_products.modificators")

VENUES: Final = Endpoint(name="venues", path="venues", schema=Venue, page_maximum=None)

USERS: Final = Endpoint(name="users", path="users", schema=User, page_maximum=100, has_detail=True)

CUSTOMER_GROUPS: Final = Endpoint(
    name="customer-groups",
    path="customer-groups",
    schema=CustomerGroup,
    page_maximum=200,
    sortable=_TIMES | {"id", "name", "discount_type", "discount_value", "total_amount", "deleted_at"},
)

CUSTOMERS: Final = Endpoint(
    name="customers",
    path="customers",
    schema=Customer,
    page_maximum=996,
    has_detail=True,
    sortable=_TIMES | {"id", "cid", "group_id", "name", "email", "address"},
)

CATEGORIES: Final = Endpoint(
    name="categories",
    path="categories",
    schema=Category,
    page_maximum=996,
    has_detail=True,
    params=(("include_children", "true"), ("include_inactive", "true")),
)

STATIONS: Final = Endpoint(name="stations", path="stations", schema=Station, page_maximum=200, has_detail=True)

PRODUCTS: Final = Endpoint(
    name="products",
    path="products",
    schema=Product,
    page_maximum=100,
    has_detail=True,
    with_=(
        "taxes",
        "codes",
        "modificator_groups",
        "recipe",
        "packages",
        "tags",
        "modifications",
        "modifications.codes",
    ),
    detail_with=(
        "taxes",
        "unit",
        "modifications",
        "modificator_groups",
        "recipe",
        "packages",
        "media",
        "tags",
        "setting",
    ),
)

STOP_LIST: Final = Endpoint(
    name="stop-list", path="products/stop-list", schema=StopListEntry, page_maximum=None, scope=Scope.VENUE
)

PRICE_LISTS: Final = Endpoint(
    name="price-lists",
    path="price-lists",
    schema=PriceList,
    page_maximum=996,
    sortable=frozenset({"id", "name", "created_at"}),
    sort_form=SortForm.NESTED,
)

PRICE_LIST_PRICES: Final = Endpoint(
    name="price-list-prices", path="price-lists/prices", schema=PriceListPrice, page_maximum=996
)

SALE_TYPES: Final = Endpoint(name="sale-types", path="sale-types", schema=SaleType, page_maximum=100)

PAYMENT_METHODS: Final = Endpoint(
    name="payment-methods", path="payment-methods", schema=PaymentMethod, page_maximum=100
)

ORDERS: Final = Endpoint(
    name="orders",
    path="orders",
    schema=Order,
    page_maximum=200,
    has_detail=True,
    with_=("receipt:id,service_notification_id,status",),
    sortable=_TIMES | {"id"},
    dated=True,
    scope=Scope.UNKNOWN,
)

RECEIPTS: Final = Endpoint(
    name="receipts",
    path="receipts",
    schema=Receipt,
    page_maximum=200,
    has_detail=True,
    with_=_RECEIPT_LINES,
    detail_with=_RECEIPT_LINES,
    sortable=_TIMES | {"closed_at", "total"},
    dated=True,
    scope=Scope.UNKNOWN,
)

STOCK_OPERATIONS: Final = Endpoint(
    name="stock-operations",
    path="receipts/{parent}/stock-operations",
    schema=StockOperation,
    page_maximum=None,
    scope=Scope.VENUE,
)

#: All of them, referenced rows before the rows that refer to them.
ENDPOINTS: Final[tuple[Endpoint[Any], ...]] = (
    VENUES,
    USERS,
    CUSTOMER_GROUPS,
    CUSTOMERS,
    CATEGORIES,
    STATIONS,
    PRODUCTS,
    STOP_LIST,
    PRICE_LISTS,
    PRICE_LIST_PRICES,
    SALE_TYPES,
    PAYMENT_METHODS,
    ORDERS,
    RECEIPTS,
    STOCK_OPERATIONS,
)
