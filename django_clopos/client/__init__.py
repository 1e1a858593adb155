"""The public door of the client: reads the Clopos Open API v2, with or without Django::

with Client(Config.from_env()) as client:
    for page in client.pages(RECEIPTS, sort=("updated_at", "desc")):
        receipts = page.rows()
"""

from __future__ import annotations

from django_clopos.client.answers import Page, Single
from django_clopos.client.auth import MemoryTokenStore, TokenStore, token_key
from django_clopos.client.budget import Budget, InProcessBudget
from django_clopos.client.budget_redis import RedisBudget, auth_budget_key, budget_key
from django_clopos.client.client import Check, Client
from django_clopos.client.config import Config
from django_clopos.client.endpoints import (
    CATEGORIES,
    CUSTOMER_GROUPS,
    CUSTOMERS,
    ENDPOINTS,
    ORDERS,
    PAYMENT_METHODS,
    PRICE_LIST_PRICES,
    PRICE_LISTS,
    PRODUCTS,
    RECEIPTS,
    SALE_TYPES,
    STATIONS,
    STOCK_OPERATIONS,
    STOP_LIST,
    USERS,
    VENUES,
    Endpoint,
    Scope,
)
from django_clopos.client.errors import (
    AuthenticationFailed,
    BadData,
    BadRequest,
    BrokenBody,
    BudgetUnavailable,
    CloposError,
    ConfigurationMismatch,
    Conflict,
    ConnectionLost,
    EndlessPages,
    Forbidden,
    ModuleOff,
    NotFound,
    RateLimited,
    Rejected,
    RemoteTimeout,
    RepeatedPage,
    ServerError,
    SyncError,
    TokenStoreUnavailable,
    Unavailable,
    UncertainOutcome,
)
from django_clopos.client.exchange import Usage
from django_clopos.client.pace import AUTH_RATE, BudgetUse, Rate, admit, lower
from django_clopos.client.query import Direction, Sort, SortForm

__all__ = [
    "AUTH_RATE",
    "CATEGORIES",
    "CUSTOMERS",
    "CUSTOMER_GROUPS",
    "ENDPOINTS",
    "ORDERS",
    "PAYMENT_METHODS",
    "PRICE_LISTS",
    "PRICE_LIST_PRICES",
    "PRODUCTS",
    "RECEIPTS",
    "SALE_TYPES",
    "STATIONS",
    "STOCK_OPERATIONS",
    "STOP_LIST",
    "USERS",
    "VENUES",
    "AuthenticationFailed",
    "BadData",
    "BadRequest",
    "BrokenBody",
    "Budget",
    "BudgetUnavailable",
    "BudgetUse",
    "Check",
    "Client",
    "CloposError",
    "Config",
    "ConfigurationMismatch",
    "Conflict",
    "ConnectionLost",
    "Direction",
    "EndlessPages",
    "Endpoint",
    "Forbidden",
    "InProcessBudget",
    "MemoryTokenStore",
    "ModuleOff",
    "NotFound",
    "Page",
    "Rate",
    "RateLimited",
    "RedisBudget",
    "Rejected",
    "RemoteTimeout",
    "RepeatedPage",
    "Scope",
    "ServerError",
    "Single",
    "Sort",
    "SortForm",
    "SyncError",
    "TokenStore",
    "TokenStoreUnavailable",
    "Unavailable",
    "UncertainOutcome",
    "Usage",
    "admit",
    "auth_budget_key",
    "budget_key",
    "lower",
    "token_key",
]
