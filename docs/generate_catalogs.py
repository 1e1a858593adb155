"""Write the catalogs in `django_clopos/locale`: run it as `python -m docs.generate_catalogs`.

It decides what there is to translate and how a catalog is written: Django's `makemessages` finds what sources and
templates say, `list_names` what models say, and a translation stays as long as its message is there. Needs GNU gettext.
docs/translations.md says how to translate.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import django
import polib

LOCALE = Path(__file__).parent.parent / "django_clopos" / "locale"
LANGUAGES = ("az", "ru")

#: What no user of the package sees, or what the names of models cover.
_UNSEEN = shutil.ignore_patterns("__pycache__", "locale", "migrations", "sandbox", "static")


def find_catalog(language: str, *, suffix: str = ".po") -> Path:
    """Give the place of a language's catalog."""
    return (LOCALE / language / "LC_MESSAGES" / "django").with_suffix(suffix)


def list_messages() -> list[polib.POEntry]:
    """List everything that there is to translate, without translations, in a fixed order. Django must be set up."""
    # A name may stand in a call of gettext too, which then says it with its plural.
    found = {(entry.msgctxt or "", entry.msgid): entry for entry in (*_list_names(), *_list_source())}
    return [found[key] for key in sorted(found)]


def write_catalog(language: str, messages: Iterable[polib.POEntry]) -> polib.POFile:
    """Write both files of a language, with the translations that its catalog has already, and return the catalog."""
    path = find_catalog(language)
    known = {entry.msgid_with_context: entry for entry in polib.pofile(str(path))} if path.exists() else {}
    catalog = polib.POFile(wrapwidth=116)
    catalog.metadata = _describe(language)
    count = count_plurals(language)
    catalog.extend(_fill(entry, known.get(entry.msgid_with_context), plural_count=count) for entry in messages)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{catalog}\n", encoding="utf-8")
    find_catalog(language, suffix=".mo").write_bytes(catalog.to_binary())
    return catalog


def _list_source() -> list[polib.POEntry]:
    """List what Python and templates hand to gettext."""
    with TemporaryDirectory() as folder:
        shutil.copytree(LOCALE.parent, Path(folder, "package"), ignore=_UNSEEN)
        Path(folder, "package", "locale").mkdir()
        command = [sys.executable, "-m", "django", "makemessages", "--all", "--keep-pot", "--no-location"]
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        subprocess.run(command, cwd=Path(folder, "package"), env=environment, check=True, stdout=subprocess.DEVNULL)
        return list(polib.pofile(str(Path(folder, "package", "locale", "django.pot"))))


def _list_names() -> list[polib.POEntry]:
    """List the names of tables, columns and choices, which stand in no call of gettext."""
    from django.apps import apps  # noqa: PLC0415  # needs Django

    from django_clopos.models.names import CONTEXT, list_names  # noqa: PLC0415  # the same

    models = apps.get_app_config("django_clopos").get_models()
    return [polib.POEntry(msgctxt=CONTEXT, msgid=name) for name in list_names(models)]


def _describe(language: str) -> dict[str, str]:
    """Give the head of a catalog: no dates, so that only translations change it."""
    return {
        "Project-Id-Version": "django-clopos",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": find_plural_forms(language),
    }


def find_plural_forms(language: str) -> str:
    """Give Django's own rule for plurals: a catalog of another rule is kept apart from Django's at run time."""
    catalog = Path(django.__path__[0], "conf", "locale", language, "LC_MESSAGES", "django.mo")
    return str(polib.mofile(str(catalog)).metadata["Plural-Forms"])


def count_plurals(language: str) -> int:
    """Count the plural forms of a language."""
    return int(find_plural_forms(language).partition(";")[0].removeprefix("nplurals="))


def _fill(message: polib.POEntry, known: polib.POEntry | None, *, plural_count: int) -> polib.POEntry:
    """Give a message with its translation, if it has one; xgettext knows no language that has more than two plurals."""
    plurals = known.msgstr_plural if known else {}
    return polib.POEntry(
        msgctxt=message.msgctxt,
        msgid=message.msgid,
        msgid_plural=message.msgid_plural,
        msgstr=known.msgstr if known else "",
        msgstr_plural={form: plurals.get(form, "") for form in range(plural_count)} if message.msgid_plural else {},
        comment=message.comment,
        flags=message.flags,
    )


def main() -> None:
    """Write every catalog and say what is left to translate."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")
    django.setup()
    messages = list_messages()
    for language in LANGUAGES:
        missing = write_catalog(language, messages).untranslated_entries()
        print(f"{language}: {len(messages)} messages, {len(missing)} to translate")  # noqa: T201  # what it is run for


if __name__ == "__main__":
    main()
