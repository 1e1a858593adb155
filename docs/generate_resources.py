"""Write `docs/resources.md` from the declarations: run it as `python -m docs.generate_resources`.

It decides how a declaration reads in words; the facts are RESOURCES' own. A test fails when the file is stale.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from django.db.models import Model

    from django_clopos.mirror.resource import Resource
    from django_clopos.mirror.strategies import Strategy

TARGET = Path(__file__).parent / "resources.md"

_INTRODUCTION = """\
# What is mirrored

This page is generated from the declarations by `python -m docs.generate_resources`; do not edit it.

`manage.py clopos_sync` reads the resources in this order. Every row with a record of its own keeps it in `raw`, the
rows that are part of it (a receipt's lines) included, so that nothing that Clopos sends is lost, whether it has a
column or not. "Only in the record" lists what has no column of the same name, with the reason.
"""

_NOT_BY_DEFAULT = "Not part of a plain sync: name it, as in `manage.py clopos_sync {name}`."


def build_page() -> str:
    """Give the whole page. Django must be set up."""
    from django_clopos.mirror import RESOURCES  # noqa: PLC0415  # needs Django

    parts = [_INTRODUCTION, "\n".join(_build_overview(RESOURCES)), *(_build_section(row) for row in RESOURCES)]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _build_overview(resources: Iterable[Resource]) -> Iterator[str]:
    yield "| resource | from | into | how it is read | how fresh |"
    yield "|---|---|---|---|---|"
    for row in resources:
        tables = ", ".join(f"`{name}`" for name in _name_models(row))
        link = f"[{row.name}](#{row.name})"
        yield f"| {link} | `GET /{row.endpoint.path}` | {tables} | {_name_strategy(row.strategy)} | {row.freshness} |"


def _build_section(row: Resource) -> str:
    endpoint = row.endpoint
    facts = {
        "Endpoint": f"`GET /{endpoint.path}`" + (", and each row by its id" if endpoint.has_detail else ""),
        "Rows a page": "all in one answer" if endpoint.page_maximum is None else f"at most {endpoint.page_maximum}",
        "Venue scope": endpoint.scope.value,
        "Asked to include": ", ".join(f"`{name}`" for name in endpoint.with_),
        "Read": _describe_strategy(row.strategy),
        "Fresh": row.freshness,
        "Part of its rows": _list_children(row),
        "Nested in its records": ", ".join(f"`{nested.table.model.__name__}`" for nested in row.nested),
        "Dropped before anything is stored": ", ".join(f"`{key}`" for key in sorted(row.secret_keys)),
        "Note": _find_note(row),
    }
    lines = [f"## {row.name}", ""]
    lines += [f"- {label}: {text}." for label, text in facts.items() if text]
    raw_only = list(_list_raw_only(row))
    return "\n".join(lines + (["", "Only in the record:", "", *raw_only] if raw_only else []))


def _name_models(row: Resource) -> list[str]:
    """Name every model that a resource fills, its own first, each once."""
    models: list[type[Model]] = []
    for table in row.tables:
        models += [table.model, *(child.model for child in table.children)]
    return list(dict.fromkeys(model.__name__ for model in models))


def _list_children(row: Resource) -> str:
    children = [f"`{child.model.__name__}` (replaced as a set when the record changes)" for child in row.table.children]
    return ", ".join(children)


def _list_raw_only(row: Resource) -> Iterator[str]:
    seen = set()
    for table in row.tables:
        owners = [(table.model, table.raw_only), *((child.model, child.raw_only) for child in table.children)]
        for model, reasons in owners:
            for key, reason in reasons.items():
                line = f"- `{model.__name__}`: `{key}` ({reason})"
                if line not in seen:
                    yield line
                seen.add(line)


def _find_note(row: Resource) -> str:
    notes = []
    if row.is_opt_in:
        notes.append(_NOT_BY_DEFAULT.format(name=row.name).rstrip("."))
    if row.flatten:
        notes.append("a tree is stored as one row for each of its nodes")
    if any(nested.yields for nested in row.nested):
        notes.append("a nested row that is also listed at top level is kept from there")
    return "; ".join(notes)


def _name_strategy(strategy: Strategy) -> str:
    return _describe_strategy(strategy).partition(",")[0].partition(";")[0]


def _describe_strategy(strategy: Strategy) -> str:
    from django_clopos.mirror import strategies  # noqa: PLC0415  # as above

    match strategy:
        case strategies.Snapshot():
            return "whole, every page, in the order of ids where the remote sorts by them"
        case strategies.NewestFirst():
            return (
                "newest changes first, down to the last sync less an overlap of "
                f"{strategy.overlap.seconds // 60} minutes (once an hour of "
                f"{strategy.long_overlap.total_seconds() / 3600:.0f} hours); the first time all history, oldest first; "
                "where the remote ignores the sort, the last TRAILING_DAYS by the day of creation"
            )
        case strategies.PerVenueSet():
            return "whole for each venue, in one request; what the answer leaves out is gone"
        case strategies.PerParent():
            return f"one request for each {strategy.parent}, those that changed since they were last asked for"
        case unknown:
            assert_never(unknown)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")
    import django

    django.setup()
    TARGET.write_text(build_page(), encoding="utf-8")
