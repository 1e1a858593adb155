"""What the sources hand to gettext, read without gettext's tools.

xgettext passes over a call inside an f-string, so that its message would never reach a catalog: this does not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent.parent / "django_clopos"

#: Where the message stands among the arguments of each function, and its context before it.
_MESSAGE = {"gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "ngettext": 0, "ngettext_lazy": 0}
_MESSAGE |= {"pgettext": 1, "pgettext_lazy": 1, "npgettext": 1, "npgettext_lazy": 1}

_TELLS_A_PERSON = {"ValidationError", "add_error", "message_user"}
_TELLS_A_PERSON |= {f"messages.{level}" for level in ("debug", "info", "success", "warning", "error", "add_message")}


def list_calls() -> Iterator[tuple[str, str | None, str]]:
    """List place, context and message of every call in the package's Python."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known = dict(_list_imports(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known:
                position = _MESSAGE[known[node.func.id]]
                message, context = node.args[position], node.args[0] if position else None
                if isinstance(message, ast.Constant):
                    yield f"{path.relative_to(PACKAGE)}:{node.lineno}", _read(context), str(message.value)
                elif isinstance(message, ast.JoinedStr):
                    raise AssertionError(f"{path}:{node.lineno} formats before it translates")


def list_unwrapped() -> Iterator[tuple[str, str]]:
    """List place and text of every error and message to a person that no gettext is asked for."""
    for path in sorted(path for folder in ("admin", "models") for path in (PACKAGE / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in _TELLS_A_PERSON:
                for text in (each for each in node.args if _is_sentence(each)):
                    yield f"{path.relative_to(PACKAGE)}:{node.lineno}", ast.unparse(text)


def _name(function: ast.expr) -> str:
    """Name what is called: a method by its own name, or by its object's too where that is Django's `messages`."""
    match function:
        case ast.Name(name):
            return name
        case ast.Attribute(ast.Name("messages"), name):
            return f"messages.{name}"
        case ast.Attribute(_, name):
            return name
    return ""


def _is_sentence(argument: ast.expr) -> bool:
    """Tell whether an argument is a text with blanks; one word is a field or a code."""
    match argument:
        case ast.Constant(str(text)):
            return " " in text
        case ast.JoinedStr():
            return True
    return False


def _list_imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """List the names by which a module calls gettext, with gettext's own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                if alias.name in _MESSAGE:
                    yield alias.asname or alias.name, alias.name


def _read(context: ast.expr | None) -> str | None:
    """Read a context; a constant's name stands for the one of the models' names."""
    if context is None:
        return None
    return str(context.value) if isinstance(context, ast.Constant) else "clopos"
