"""What holds for the admin of every table."""

from __future__ import annotations

import uuid
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from django_clopos.admin.columns import find_references
from django_clopos.admin.inputs import PickFilter, RangeFilter
from django_clopos.models import (
    Brand,
    BrandAccess,
    Category,
    CustomerGroup,
    FaceCredential,
    PaymentMethod,
    PriceList,
    RejectedRow,
    RequestBudget,
    SaleType,
    Schedule,
    SyncRun,
    SyncStep,
    Venue,
)
from django_clopos.models.base import MarkedModel, ReadOnlyModel
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.testing import make
from tests.admin.conftest import Get

pytestmark = pytest.mark.django_db

#: The dashboard is a proxy, without rows of its own: tests/admin/test_dashboard.py has its claims.
MODELS: list[Any] = [model for model in apps.get_app_config("django_clopos").get_models() if not model._meta.proxy]
READ_ONLY = [model for model in MODELS if model not in {Brand, BrandAccess, FaceCredential, Schedule}]
MIRRORED = [model for model in MODELS if issubclass(model, ReadOnlyModel)]

#: Tables of which a brand has a few dozen rows, or a few hundred.
SMALL = {Venue, SaleType, PaymentMethod, PriceList, CustomerGroup, Category}

each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
each_read_only = pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model.__name__)
each_mirrored = pytest.mark.parametrize("model", MIRRORED, ids=lambda model: model.__name__)


def make_any(model: Any, brand: Brand, number: int = 1) -> Any:
    """Make a row of any table; a mirrored one refers to rows that are missing."""
    if model is Brand:
        return brand
    if issubclass(model, ReadOnlyModel):
        names = [field.name for field in model._meta.concrete_fields if isinstance(field, MirrorForeignKey)]
        return make(model, brand=brand, **dict.fromkeys(names, number))
    return model.objects.create(**_fill(model, brand, number))


def _fill(model: Any, brand: Brand, number: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.name == "brand":
            values["brand"] = brand
        elif field.name == "run" and model is SyncStep:
            values["run"] = SyncRun.objects.create(brand=brand, started_at=timezone.now())
        elif field.name == "brand_slug":
            values["brand_slug"] = brand.slug
        elif field.name == "user":
            values["user"] = User.objects.create(username=f"user {number}")
        elif field.name in {"resource", "key", "client_id"}:
            values[field.name] = f"{field.name}-{number}"
        elif isinstance(field, models.DateTimeField) and not field.null:
            values[field.name] = timezone.now()
        elif field.name == "value":
            values["value"] = {"until": number}
        elif field.name in {"seq", "row_id", "clopos_id"}:
            values[field.name] = number
        elif field.name == "batch":
            values["batch"] = uuid.UUID(int=number)
    return values


@each_model
def test_every_model_has_an_admin(model: Any) -> None:
    assert admin.site.is_registered(model)


@each_model
def test_the_list_and_the_page_open(model: Any, brand: Brand, get_list: Get, get_page: Get) -> None:
    row = make_any(model, brand)

    assert "1 " in get_list(model)
    page = get_page(row)

    shown = [field for field in model._meta.concrete_fields if field.name != "client_secret"]
    if model not in {Brand, BrandAccess, FaceCredential}:
        assert [field.name for field in shown if f"field-{field.name}" not in page] == []


@each_read_only
def test_nobody_can_write(model: Any, brand: Brand, admin_client: Any) -> None:
    row = make_any(model, brand)
    name = f"admin:django_clopos_{model._meta.model_name}"

    answers = [
        admin_client.get(reverse(f"{name}_add")),
        admin_client.post(reverse(f"{name}_add"), {}),
        admin_client.post(reverse(f"{name}_change", args=[row.pk]), {}),
        admin_client.get(reverse(f"{name}_delete", args=[row.pk])),
        admin_client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert model.objects.filter(pk=row.pk).exists()


@each_read_only
def test_no_page_has_a_control_to_write_with(model: Any, brand: Brand, get_list: Get, get_page: Get) -> None:
    row = make_any(model, brand)

    for page in (get_list(model), get_page(row)):
        assert 'name="_save"' not in page
        assert model is RejectedRow or 'name="action"' not in page  # a retry writes no rejected row by hand
        assert "addlink" not in page.split('id="content"')[1]
        assert "deletelink" not in page


@each_read_only
def test_the_view_permission_opens_the_list(model: Any, brand: Brand) -> None:
    user = User.objects.create_user("clerk", is_staff=True)
    client = Client()
    client.force_login(user)
    row = make_any(model, brand)
    BrandAccess.objects.create(user=user, brand=brand)
    name = f"admin:django_clopos_{model._meta.model_name}"
    addresses = [reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])]
    before = [client.get(address).status_code for address in addresses]

    codename = f"view_{model._meta.model_name}"
    user.user_permissions.add(Permission.objects.get(codename=codename, content_type__app_label="django_clopos"))

    assert before == [403, 403]
    # A budget belongs to no brand: its page sends back to the list.
    opened = [200, 302] if model is RequestBudget else [200, 200]
    assert [client.get(address).status_code for address in addresses] == opened


@each_mirrored
def test_a_missing_target_is_shown_by_its_id(model: Any, brand: Brand, get_list: Get, get_page: Get) -> None:
    row = make_any(model, brand, number=987)
    listed = find_references(model, tuple(admin.site.get_model_admin(model).list_display))
    references = [field.name for field in model._meta.concrete_fields if isinstance(field, MirrorForeignKey)]

    assert get_list(model).count("987 (not in the mirror)") == len(set(listed) - {"brand"})
    assert get_page(row).partition("All fields")[2].count("987 (not in the mirror)") == len(references)


@each_mirrored
def test_a_list_takes_as_many_queries_for_twelve_rows_as_for_two(model: Any, brand: Brand, get_list: Get) -> None:
    targets = _make_targets(model, brand, 12)
    for number in range(2):
        make(model, brand=brand, **_take(targets, number))
    few = _count_queries(get_list, model)
    for number in range(2, 12):
        make(model, brand=brand, **_take(targets, number))

    assert _count_queries(get_list, model) == few


def _make_targets(model: Any, brand: Brand, count: int) -> dict[str, list[Any]]:
    references = [field for field in model._meta.concrete_fields if isinstance(field, MirrorForeignKey)]
    return {field.name: [make(field.related_model, brand=brand) for _ in range(count)] for field in references}


def _take(targets: dict[str, list[Any]], number: int) -> dict[str, Any]:
    return {name: rows[number] for name, rows in targets.items()}


def _count_queries(get: Get, *args: Any) -> int:
    with CaptureQueriesContext(connection) as queries:
        get(*args)
    return len(queries)


@each_mirrored
def test_no_list_reads_records_or_secrets(model: Any, brand: Brand, get_list: Get) -> None:
    make_any(model, brand)

    with CaptureQueriesContext(connection) as queries:
        get_list(model)

    assert not [query["sql"] for query in queries if '"raw"' in query["sql"] or "client_secret" in query["sql"]]


@pytest.mark.parametrize(
    "model", [model for model in MIRRORED if issubclass(model, MarkedModel)], ids=lambda model: model.__name__
)
def test_the_record_is_folded_and_pretty(model: Any, brand: Brand, get_page: Get) -> None:
    page = get_page(make(model, brand=brand, raw={"deep": {"price": "<b>"}}))

    assert "{\n  &quot;deep&quot;: {\n    &quot;price&quot;: &quot;&lt;b&gt;&quot;\n  }\n}" in page
    assert "collapse" in page.split("Record")[0].rsplit("<fieldset", 1)[1]


@each_model
def test_every_search_takes_any_text(model: Any, brand: Brand, get_list: Get) -> None:
    make_any(model, brand)

    for text in ("1", "abc", "0001", "'; --", "9" * 40, "ə ☕"):
        get_list(model, q=text)


@each_read_only
def test_every_filter_takes_any_text(model: Any, brand: Brand, get_list: Get) -> None:
    make_any(model, brand)

    for listed in admin.site.get_model_admin(model).list_filter:
        name = getattr(listed, "parameter_name", None)
        if name:
            assert "1 " in get_list(model, **{name: "nonsense"})


@each_mirrored
def test_no_filter_enumerates_values(model: Any) -> None:
    """As a filter, a column without choices would read its whole table for them, and a reference its whole target."""
    columns = {field.name: field for field in model._meta.concrete_fields}
    for name in admin.site.get_model_admin(model).list_filter:
        if isinstance(name, str):
            field = columns[name]
            assert isinstance(field, models.BooleanField | models.DateField) or field.choices, name
        elif isinstance(name, tuple) and not issubclass(name[1], RangeFilter | PickFilter):
            assert columns[name[0]].related_model in SMALL, name


@each_mirrored
def test_every_list_links_to_the_page_of_a_row(model: Any, brand: Brand, get_list: Get) -> None:
    row = make(model, brand=brand)
    address = reverse(f"admin:django_clopos_{model._meta.model_name}_change", args=[row.pk])

    assert f'href="{address}"' in get_list(model)


@each_mirrored
def test_no_link_of_a_list_lies_inside_another(model: Any, brand: Brand, get_list: Get) -> None:
    make(model, brand=brand, **_take(_make_targets(model, brand, 1), 0))

    parser = _LinkParser()
    parser.feed(get_list(model))

    assert parser.deepest == 1


class _LinkParser(HTMLParser):
    """Tells how deep links are nested."""

    depth = deepest = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.depth += tag == "a"
        self.deepest = max(self.deepest, self.depth)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "a"
