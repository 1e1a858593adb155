"""`docs/resources.md` says what the declarations say."""

from __future__ import annotations

import pytest

from django_clopos.mirror import RESOURCES
from django_clopos.mirror.resource import Resource
from docs.generate_resources import TARGET, build_page


def read_section(name: str) -> str:
    _, _, after = TARGET.read_text(encoding="utf-8").partition(f"\n## {name}\n")
    return after.partition("\n## ")[0]


def test_the_page_is_what_the_declarations_give() -> None:
    stale = "It is stale: run `python -m docs.generate_resources`."
    assert TARGET.read_text(encoding="utf-8") == build_page(), stale


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_every_resource_has_its_facts(resource: Resource) -> None:
    section = read_section(resource.name)
    assert f"`GET /{resource.endpoint.path}`" in section
    assert resource.freshness in section
    assert str(resource.endpoint.page_maximum or "all in one answer") in section
    assert all(f"`{key}`" in section for key in resource.secret_keys)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_every_table_and_every_raw_only_field_is_named(resource: Resource) -> None:
    section = read_section(resource.name)
    overview = next(line for line in TARGET.read_text(encoding="utf-8").splitlines() if f"](#{resource.name})" in line)
    for table in resource.tables:
        assert f"`{table.model.__name__}`" in overview
        for child in table.children:
            assert f"`{child.model.__name__}`" in overview
        for key, reason in table.raw_only.items():
            assert f"- `{table.model.__name__}`: `{key}` ({reason})" in section
