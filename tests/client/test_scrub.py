"""Remote text is shown only without what looks private."""

from __future__ import annotations

import pytest

from django_clopos.client.scrub import SHOWN_CHARACTERS, Secrets, read_slug, scrub

PRIVATE = {
    "jwt": ("bad token eyJhbGciOiJIUzI1NiJ9.eyJicmFuZCI6ImRlbW8ifQ.c2lnbmF0dXJl given", "eyJhbGci"),
    "bearer": ("Authorization: Bearer abc.def sent", "abc.def"),
    "phone": ("Customer +994 50 000 00 02 exists", "000 00 02"),
    "phone without plus": ("duplicate 994500000002", "994500000002"),
    "phone with hyphens": ("duplicate (050) 000-00-02", "000-00-02"),
    "email": ("the user staff@example.com is blocked", "staff@example.com"),
    "long opaque": ("oauth_9f8e7d6c5b4a39281706f5e4 is unknown", "9f8e7d6c"),
    "named short": ('{"pin": "7391", "card":"A1"} rejected', "7391"),
    "named bare": ("client_secret=hunter2 is wrong", "hunter2"),
    "named token": ("token: abc rejected", "abc"),
    "named list": ('{"phones":["050 1","051 2"]} rejected', "051"),
    "named object": ('{"customer":{"name":"Leyla"}} rejected', "Leyla"),
}


@pytest.mark.parametrize(("text", "private"), PRIVATE.values(), ids=PRIVATE.keys())
def test_private_text_is_masked(text: str, private: str) -> None:
    shown = scrub(text)

    assert private not in shown
    assert "***" in shown


@pytest.mark.parametrize(
    "text",
    [
        "No query results for model [App\\Models\\Client\\Marketing\\Customer] 1000",
        "type must be one of PRODUCT, INGREDIENT, ACCOUNTING",
        "Missing client_id, client_secret, brand, or integrator_id",
        "Integrator is in test mode. But brand is not in test mode",
        "closed_at must be greater than created_at",
        "The name field is required.",
        "Token expired",
        "limit 200 is above 100",
    ],
)
def test_ordinary_sentences_pass_whole(text: str) -> None:
    assert scrub(text) == text


def test_given_secrets_are_masked_whatever_they_look_like() -> None:
    shown = scrub("the id cat and its longer catalogue", secrets=Secrets(("cat", "catalogue", "")))

    assert shown == "the id *** and its longer ***"


def test_text_is_one_line_and_short() -> None:
    shown = scrub("two\r\nlines \x00\x1b[31m" + " word" * 200)

    assert shown.startswith("two lines [31m word")
    assert len(shown) == SHOWN_CHARACTERS


def test_a_secret_cut_by_the_limit_does_not_show_its_start() -> None:
    assert "secre" not in scrub("x" * (SHOWN_CHARACTERS - 6) + " secret-value", secrets=Secrets(("secret-value",)))


@pytest.mark.parametrize("text", ["not_found", "invalid_parameter", "oauth.denied", "duplicate_phone"])
def test_an_identifier_is_a_slug(text: str) -> None:
    assert read_slug(text) == text


@pytest.mark.parametrize(
    "text", ["Not found", "", "The name field is required.", "a" * 61, "oauth_9f8e7d6c5b4a39281706f5e4", "ünicode"]
)
def test_anything_else_is_no_slug(text: str) -> None:
    assert read_slug(text) is None
