"""Every address that the admin and the API answer, found in the URLs themselves: a new one is walked without a word."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, reverse

from django_clopos.api.collections import COLLECTIONS
from django_clopos.api.urls import urlpatterns
from django_clopos.exports import FORMATS
from django_clopos.models import Dashboard


def list_targets() -> list[tuple[Any, str]]:
    """Give for each table that is referred to one of the references, by which the autocomplete can be asked."""
    found: dict[Any, tuple[Any, str]] = {}
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label == "django_clopos":
            fields = (field for field in model_admin.opts.concrete_fields if field.many_to_one)
            found |= {field.related_model: (model, field.name) for field in fields if _is_searched(field)}
    return list(found.values())


def _is_searched(field: Any) -> bool:
    target: Any = admin.site._registry.get(field.related_model)
    return bool(target and target.search_fields and field.related_model._meta.app_label == "django_clopos")


def ask_autocomplete(client: Client, source: tuple[Any, str], term: str = "") -> Any:
    """Ask what a reference may be set to."""
    model, name = source
    query = {"app_label": "django_clopos", "model_name": model._meta.model_name, "field_name": name, "term": term}
    return client.get(reverse("admin:autocomplete"), query)


def list_addresses(model: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each address of a table of the admin that names no row, with what it is asked."""
    for pattern in _list_patterns(model):
        match sorted(pattern.pattern.converters):
            case []:
                name = str(pattern.name)
                formats = [{"format": kind} for kind in FORMATS] if model is Dashboard and "export" in name else [{}]
                yield from ((reverse(f"admin:{name}"), asked) for asked in formats)
            case ["file_format"]:
                yield from ((reverse(f"admin:{pattern.name}", args=[kind]), {}) for kind in FORMATS)
            case ["object_id"]:
                pass
            case unknown:
                raise AssertionError(unknown)


def list_addresses_of(row: Any) -> list[str]:
    """Give each address of a row in the admin."""
    patterns = (each for each in _list_patterns(type(row)) if "object_id" in each.pattern.converters)
    return [reverse(f"admin:{pattern.name}", args=[row.pk]) for pattern in patterns]


def _list_patterns(model: Any) -> list[URLPattern]:
    return [pattern for pattern in admin.site.get_model_admin(model).get_urls() if pattern.name]


def list_api_addresses(slug: str, clopos_id: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each address of the API below a brand, its rows by this Clopos id, in every form it has."""
    lists = {f"<slug:brand>/{collection.name}/" for collection in COLLECTIONS}
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        if "rest" in route:
            continue
        address = "/api/" + route.replace("<slug:brand>", slug).replace("<int:clopos_id>", str(clopos_id))
        yield address, {"venue": "1"} if "/z/" in address else {}
        if "<int:clopos_id>" in route:
            yield address, {"raw": "true"}
        if route in lists:
            yield from ((address, {"format": kind}) for kind in ("csv", "ndjson"))


def read_answer(answer: Any) -> str:
    """Give all that an answer says: of a workbook the text of every sheet."""
    body = b"".join(answer) if answer.streaming else answer.content
    if not body.startswith(b"PK"):
        return str(body.decode())
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        return "\n".join(parts.read(name).decode() for name in parts.namelist())
