"""Errors say what was asked and what to do, and survive the way to another process."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from django_clopos.client import errors

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.CloposError)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_pickling(kind: type[errors.CloposError]) -> None:
    error = kind("it broke", method="GET", path="receipts", status=418, slug="teapot", remote_message="I am one")
    error.attempts = 3

    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is kind
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)
        assert twin.args == error.args


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_says_what_to_do(kind: type[errors.CloposError]) -> None:
    assert kind("it broke").what_to_do.endswith((".", ")."))


@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_in_the_docstring_is_the_tree(kind: type[errors.CloposError]) -> None:
    lines = {line.lstrip("│├└─ ").split(" ")[0]: line for line in (errors.__doc__ or "").splitlines()}

    depth = len(kind.__mro__) - len(errors.CloposError.__mro__)

    assert kind.__name__ in lines
    assert lines[kind.__name__].index(kind.__name__) == 4 * depth


def test_a_message_reads_as_one_sentence_and_an_advice() -> None:
    error = errors.ServerError("the remote failed (HTTP 500)", method="GET", path="receipts", status=500)
    error.attempts = 5

    assert str(error) == (
        "GET receipts: the remote failed (HTTP 500) after 5 attempts. "
        "Try again later; when it lasts, tell Clopos the path and the time."
    )
    assert repr(error) == f"ServerError({str(error)!r})"


def test_waiting_times_have_defaults() -> None:
    assert errors.RateLimited("x").retry_after == 60.0
    assert errors.ServerError("x").retry_after == 30.0
    assert errors.RateLimited("x", retry_after=0.0).retry_after == 0.0
