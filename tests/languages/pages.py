"""The pages of the admin, found by its addresses, and what a page says that nobody translated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, reverse

#: What a translated text stands between, in the language that `mark` makes up.
OPEN, CLOSE = "⟦", "⟧"

_UNREAD = {"script", "style", "pre", "code"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_SPOKEN = {"alt", "aria-description", "aria-label", "label", "placeholder", "title"}
_WORD = re.compile(r"[A-Za-z][A-Za-z'._/:-]*[A-Za-z]")


def mark(text: str) -> str:
    """Show that a text went through gettext."""
    return f"{OPEN}{text}{CLOSE}"


def list_addresses(rows: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """List name and address of every page of the admin that is ours, given a row's key by the model's name."""
    for name, parameters in _list_patterns(admin.site.get_urls()):
        model = name.removeprefix("django_clopos_").partition("_")[0]
        if name in {"index", "login", "password_change"}:
            yield name, reverse(f"admin:{name}")
        elif name == "app_list":
            yield name, reverse("admin:app_list", args=["django_clopos"])
        elif "clopos" in name:
            values = dict.fromkeys(parameters, rows[model])
            yield name, reverse(f"admin:{name}", kwargs=values)


def _list_patterns(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[tuple[str, list[str]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _list_patterns(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name, list(pattern.pattern.converters or pattern.pattern.regex.groupindex)


class UntranslatedWords(HTMLParser):
    """Collects the words of a page, seen or spoken, that stand outside the marks."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._depth = 0
        self._closed_by: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        for name in _SPOKEN & attributes.keys():
            self._read(attributes[name] or "")
        if tag == "input" and attributes.get("type") in {"submit", "button", "reset"}:
            self._read(attributes.get("value") or "")
        if tag not in _VOID:
            unread = tag in _UNREAD or attributes.get("translate") == "no"
            self._closed_by.append((tag, unread))

    def handle_endtag(self, tag: str) -> None:
        while self._closed_by:
            if self._closed_by.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if not any(unread for _, unread in self._closed_by):
            self._read(data)

    def _read(self, text: str) -> None:
        """Keep what is outside marks; a translated text may reach over several elements."""
        outside = []
        for letter in text:
            if letter == CLOSE:
                self._depth -= 1
            elif letter == OPEN:
                self._depth += 1
            elif self._depth == 0:
                outside.append(letter)
        self.words += _WORD.findall("".join(outside))


def list_untranslated(page: str) -> list[str]:
    """List the Latin words of a page that are not translated. Data of a test is written in other letters."""
    reader = UntranslatedWords()
    reader.feed(page)
    reader.close()
    return reader.words
