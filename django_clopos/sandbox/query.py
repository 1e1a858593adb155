"""A query string in bracket notation, read as the remote reads it.

It says what was asked; `endpoints` says what of it counts. Source: wire contract 5.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from django_clopos.sandbox.refusals import invalid_parameter

# No bracket inside brackets: a name of nothing but opening ones is read in one pass.
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_MOST_DIGITS = 15
DEFAULT_LIMIT = 50

Filters = tuple[tuple[str, tuple[str, ...]], ...]
"""Names, each with its values."""


@dataclass(frozen=True, kw_only=True)
class With:
    """Relations asked for: their names, what is asked of each in turn, and a limit on columns."""

    children: dict[str, "With"] = field(default_factory=dict)
    columns: tuple[str, ...] = ()

    def key(self) -> tuple[object, ...]:
        return self.columns, tuple((name, child.key()) for name, child in sorted(self.children.items()))


@dataclass(frozen=True, kw_only=True)
class Query:
    page: int
    limit: int
    sort: tuple[str, bool] | None
    """Field, and whether it descends."""
    dates: tuple[str, str] | None
    filters: Filters
    with_: With
    selects: tuple[str, ...]
    flags: tuple[tuple[str, str], ...]
    """Plain parameters, such as include_children."""

    def all_filters(self, plain: frozenset[str]) -> Filters:
        """The filters, and the plain parameters that are filters too."""
        return self.filters + tuple((name, (value,)) for name, value in self.flags if name in plain)

    def flag(self, name: str, *, default: bool) -> bool:
        value = dict(self.flags).get(name)
        return default if value is None else value in {"true", "1"}


def parse_query(text: str) -> Query:
    """Raises Refusal (400) for a page, limit, sort or date that cannot be read."""
    pairs = [(_path(name), value) for name, value in parse_qsl(text, keep_blank_values=True)]
    plain = {path[0]: value for path, value in pairs if len(path) == 1}
    return Query(
        page=_positive(plain.get("page", "1"), name="page"),
        limit=_positive(plain.get("limit", str(DEFAULT_LIMIT)), name="limit"),
        sort=_sort({path[1:]: value for path, value in pairs if path[0] == "sort"}),
        dates=_dates({path[1:]: value for path, value in pairs if path[0] == "date"}),
        filters=_filters([(path[1:], value) for path, value in pairs if path[0] == "filters"]),
        with_=_with_tree([value for path, value in pairs if path[0] == "with"]),
        selects=tuple(name for name in plain.get("selects", "").split(",") if name),
        flags=tuple(sorted(plain.items())),
    )


def _path(name: str) -> tuple[str, ...]:
    """`filters[0][1][2]` as ("filters", "0", "1", "2")."""
    return name.split("[", 1)[0], *_BRACKETS.findall(name)


def _positive(text: str, *, name: str) -> int:
    if not text.isdecimal() or len(text) > _MOST_DIGITS or int(text) < 1:
        raise invalid_parameter(f"{name} must be a positive integer")
    return int(text)


def _sort(parts: dict[tuple[str, ...], str]) -> tuple[str, bool] | None:
    """`sort[0]=field&sort[1]=1|-1`, or `sort[0][0]=field&sort[0][1]=asc|desc` as price lists document it."""
    if ("0", "0") in parts:
        direction = parts.get(("0", "1"), "desc").lower()
        if direction not in {"asc", "desc"}:
            raise invalid_parameter("sort[0][1] must be asc or desc")
        return parts["0", "0"], direction == "desc"
    if ("0",) not in parts:
        return None
    if parts.get(("1",), "-1") not in {"1", "-1"}:
        raise invalid_parameter("sort[1] must be 1 or -1")
    return parts[("0",)], parts.get(("1",), "-1") == "-1"


def _dates(parts: dict[tuple[str, ...], str]) -> tuple[str, str] | None:
    if not parts:
        return None
    first, last = parts.get(("0",), ""), parts.get(("1",), parts.get(("0",), ""))
    for text in (first, last):
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise invalid_parameter("date must be YYYY-MM-DD")
    return first, last


def _filters(parts: list[tuple[tuple[str, ...], str]]) -> Filters:
    """By number: the field at [N][0], the value at [N][1] or the values at [N][1][M]; anything else is ignored."""
    names: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    for path, value in parts:
        if len(path) == 2 and path[1] == "0":
            names[path[0]] = value
        elif len(path) >= 2 and path[1] == "1":
            values.setdefault(path[0], []).append(value)
    return tuple((name, tuple(values.get(number, ()))) for number, name in names.items())


def _with_tree(wanted: list[str]) -> With:
    root = With()
    for text in wanted:
        path, _, columns = text.partition(":")
        node = root
        *parents, last = path.split(".")
        for name in parents:
            node = node.children.setdefault(name, With())
        known = node.children.get(last, With())
        node.children[last] = With(
            children=known.children, columns=tuple(columns.split(",")) if columns else known.columns
        )
    return root
