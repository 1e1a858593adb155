"""The catalogs say everything that the package says, in every language, and the compiled ones are what is read."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import polib
import pytest
from django.apps import apps

from django_clopos.models.names import CONTEXT, list_names
from docs.generate_catalogs import LANGUAGES, count_plurals, find_catalog, find_plural_forms, list_messages
from tests.languages.source import list_calls

each_language = pytest.mark.parametrize("language", LANGUAGES)

STALE = "The catalogs are stale: run `python -m docs.generate_catalogs`, then translate what is new."

#: Placeholders of both kinds, and marks of HTML.
_FIXED = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|</?\w+[^>]*>")


def read_catalog(language: str) -> polib.POFile:
    return polib.pofile(str(find_catalog(language)))


@each_language
def test_every_message_is_translated(language: str) -> None:
    catalog = read_catalog(language)
    left = [entry.msgid for entry in catalog if entry.fuzzy or entry.obsolete or not entry.translated()]
    assert left == []


@each_language
def test_every_plural_form_is_there(language: str) -> None:
    catalog = read_catalog(language)
    assert catalog.metadata["Plural-Forms"] == find_plural_forms(language)
    forms = list(range(count_plurals(language)))
    plurals = [entry for entry in catalog if entry.msgid_plural]
    assert [entry.msgid for entry in plurals if sorted(entry.msgstr_plural) != forms] == []


@each_language
def test_placeholders_and_marks_survive(language: str) -> None:
    broken = []
    for entry in read_catalog(language):
        wanted = sorted(_FIXED.findall(entry.msgid_plural or entry.msgid))
        texts = list(entry.msgstr_plural.values()) or [entry.msgstr]
        broken += [entry.msgid for text in texts if sorted(_FIXED.findall(text)) != wanted]
    assert broken == []


@each_language
def test_sentences_stay_sentences_and_spaces_stay(language: str) -> None:
    changed = []
    for entry in read_catalog(language):
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            ends = (entry.msgid[-1] == "."), entry.msgid[:1].isspace(), entry.msgid[-1].isspace()
            if ends != ((text[-1] == "."), text[:1].isspace(), text[-1].isspace()):
                changed.append(entry.msgid)
    assert changed == []


@each_language
def test_every_name_of_a_table_a_column_or_a_choice_is_in_it(language: str) -> None:
    names = list_names(apps.get_app_config("django_clopos").get_models())
    there = {entry.msgid for entry in read_catalog(language) if entry.msgctxt == CONTEXT}
    assert [name for name in names if name not in there] == [], STALE


@each_language
def test_every_call_of_gettext_is_in_it(language: str) -> None:
    there = {(entry.msgctxt, entry.msgid) for entry in read_catalog(language)}
    calls = list(list_calls())
    assert len(calls) > 10
    assert [call for call in calls if call[1:] not in there] == [], STALE


@each_language
def test_what_is_read_is_what_was_written(language: str) -> None:
    compiled = find_catalog(language, suffix=".mo").read_bytes()
    assert compiled == read_catalog(language).to_binary(), "Run `python -m docs.generate_catalogs`."


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs GNU gettext")
def test_the_catalogs_hold_what_there_is_to_translate_and_nothing_else() -> None:
    messages = [entry.msgid_with_context for entry in list_messages()]
    for language in LANGUAGES:
        assert [entry.msgid_with_context for entry in read_catalog(language)] == messages, STALE


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="needs GNU gettext")
@each_language
def test_gettext_has_nothing_to_say_against_it(language: str, tmp_path: Path) -> None:
    checks = ["--check-format", "--check-domain", "--check-header"]
    command = ["msgfmt", *checks, f"--output-file={tmp_path / 'checked.mo'}", str(find_catalog(language))]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


def test_no_azerbaijani_text_begins_with_a_small_dotted_i() -> None:
    """The admin capitalises names as English does, which makes of an "i" an "I": in Azerbaijani another letter."""
    assert [entry.msgid for entry in read_catalog("az") if entry.msgstr.startswith("i")] == []
