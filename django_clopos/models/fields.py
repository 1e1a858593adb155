"""How a value is held in a column: mirror references, exact JSON, encrypted secrets."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.fields import json as json_lookups
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.utils.encoding import force_bytes

from django_clopos.models.visible import get_viewer, give_shown

if TYPE_CHECKING:
    _Descriptor = ForwardManyToOneDescriptor[Any]
    _TextField = models.TextField[str, str]
else:  # generic in the stubs only
    _Descriptor = ForwardManyToOneDescriptor
    _TextField = models.TextField

_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def dump_json(value: object) -> str:
    """Write JSON text in which every Decimal is a number with its own digits."""
    return _encode(value).decode()


def load_json(text: str | bytes) -> Any:
    """Read JSON text; every number with a fraction or exponent becomes an exact Decimal."""
    return _decode(text)


class _ForgivingDescriptor(_Descriptor):
    """Reads a reference to a row that is not in the database as None."""

    def get_object(self, instance: models.Model) -> Any:
        try:
            return give_shown(super().get_object(instance), get_viewer(instance))
        except ObjectDoesNotExist:
            return None

    def get_prefetch_querysets(self, instances: Any, querysets: Any = None) -> Any:
        """Show prefetched rows to whom those they are fetched for are shown."""
        rows, *rest = super().get_prefetch_querysets(instances, querysets)
        viewer = get_viewer(instances[0])
        return ([row for row in rows if give_shown(row, viewer)], *rest)


class MirrorForeignKey(models.ForeignKey[Any, Any]):
    """A reference to another mirrored row, whose key is computed and whose target may be missing.

    Always nullable (otherwise joins drop rows whose target is missing), without a database constraint, with an index
    only where declared; deleting does nothing.
    """

    forward_related_accessor_class = _ForgivingDescriptor

    def __init__(self, to: Any, on_delete: Any = models.DO_NOTHING, **kwargs: Any) -> None:
        kwargs |= {"null": True, "blank": True, "db_constraint": False}
        kwargs.setdefault("db_index", False)
        super().__init__(to, models.DO_NOTHING, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for implied in ("null", "blank", "db_constraint", "on_delete"):
            kwargs.pop(implied, None)
        kwargs["db_index"] = self.db_index  # type: ignore[attr-defined]  # the stubs leave it out
        return name, path, args, kwargs


class ExactJSONField(models.JSONField):
    """JSON whose numbers keep their digits: `json` on PostgreSQL, text elsewhere; read with Decimal.

    PostgreSQL's `jsonb` would rewrite 1e3, and MySQL's JSON type goes through a float.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return {"postgresql": "json", "mysql": "longtext"}.get(connection.vendor) or super().db_type(connection)

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        return None

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002  # Django's signature
        if value is None or hasattr(value, "as_sql"):
            return value
        return dump_json(value)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if isinstance(value, EncodedJSON):
            return value.text
        return super().get_db_prep_save(value, connection)

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        # Without the cast psycopg would parse `json` itself, through floats.
        if compiler.connection.vendor == "postgresql":
            return f"({sql})::text", params
        return sql, params

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        if value is None:
            return None
        if isinstance(expression, json_lookups.KeyTransform):
            return super().from_db_value(value, expression, connection)
        return load_json(value)

    def get_transform(self, lookup_name: str) -> Any:
        transform = models.Field.get_transform(self, lookup_name)
        return transform or _key_transform_factory(lookup_name)


class EncodedJSON:
    """JSON text that is already encoded, for a column of ExactJSONField."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def _cast_to_jsonb(sql: str, connection: BaseDatabaseWrapper) -> str:
    return f"({sql})::jsonb" if connection.vendor == "postgresql" else sql


class _ExactKeyTransform(json_lookups.KeyTransform):
    def preprocess_lhs(self, compiler: Any, connection: BaseDatabaseWrapper) -> Any:
        sql, params, keys = super().preprocess_lhs(compiler, connection)
        return _cast_to_jsonb(sql, connection), params, keys


def _key_transform_factory(key: str) -> Callable[..., _ExactKeyTransform]:
    return lambda *args, **kwargs: _ExactKeyTransform(key, *args, **kwargs)


def _with_jsonb_operand(lookup: type[Any]) -> type[Any]:
    """Derive a lookup of JSONField whose left side is cast, since `json` has no comparison operators."""

    def process_lhs(self: Any, compiler: Any, connection: BaseDatabaseWrapper, lhs: Any = None) -> Any:
        sql, params = lookup.process_lhs(self, compiler, connection, lhs)
        return _cast_to_jsonb(sql, connection), params

    return type(f"Exact{lookup.__name__}", (lookup,), {"process_lhs": process_lhs})


for _lookup in (
    json_lookups.DataContains,
    json_lookups.ContainedBy,
    json_lookups.HasKey,
    json_lookups.HasKeys,
    json_lookups.HasAnyKeys,
    json_lookups.JSONExact,
):
    ExactJSONField.register_lookup(_with_jsonb_operand(_lookup))


class SecretUnreadable(ImproperlyConfigured):
    """A stored secret is of no use here: encrypted with another key, or in a variable that is not set."""


class EncryptedField(_TextField):
    """A secret, encrypted at rest with keys derived from ``SECRET_KEY`` and its fallbacks.

    A value ``env:NAME`` is kept as it is and read from that environment variable. A key that no longer fits fails
    loudly instead of handing out ciphertext.
    """

    def get_prep_value(self, value: Any) -> Any:
        if not value or value.startswith("env:"):
            return value
        return "fernet:" + _fernet().encrypt(str(value).encode()).decode()

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        if not value or not value.startswith("fernet:"):
            return value
        try:
            return _fernet().decrypt(value.removeprefix("fernet:").encode()).decode()
        except InvalidToken:
            raise SecretUnreadable(
                f"{self.model.__name__}.{self.name} was encrypted with another SECRET_KEY. "
                "Put the old key into SECRET_KEY_FALLBACKS, or enter the secret again."
            ) from None


def read_secret(value: str) -> str:
    """Resolve ``env:NAME`` to the variable's value; anything else is the secret itself."""
    if not value.startswith("env:"):
        return value
    name = value.removeprefix("env:")
    try:
        return os.environ[name]
    except KeyError:
        raise SecretUnreadable(f"The environment variable {name} is not set; a brand's secret refers to it.") from None


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derive_key(key)) for key in keys])


def _derive_key(secret: str | bytes) -> bytes:
    return base64.urlsafe_b64encode(hashlib.blake2b(force_bytes(secret), digest_size=32, person=b"clopos").digest())
