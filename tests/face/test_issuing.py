"""Credentials are issued in the admin and by a command: the secret once, and never more than the issuer has."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from django_clopos.models import Brand, FaceCredential, Venue
from django_clopos.testing import make, make_brand
from tests.access.conftest import allow, list_of, make_user, page_of, read, sign_in
from tests.face.conftest import Program

pytestmark = pytest.mark.django_db

ADD = "admin:django_clopos_facecredential_add"


@pytest.fixture
def brand() -> Brand:
    first = make_brand("first")
    make(Venue, brand=first, clopos_id=1, name="Baku")
    return first


@pytest.fixture
def issuer(brand: Brand) -> User:
    """Somebody who may issue, and sees the first brand without personal data."""
    return permit(allow(make_user("issuer"), brand))


def permit(user: User) -> User:
    codenames = [f"{what}_facecredential" for what in ("add", "change", "delete")]
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return User.objects.get(pk=user.pk)


def post(client: Client, brand: Brand, **fields: Any) -> Any:
    return client.post(reverse(ADD), {"name": "kiosk", "brand": brand.pk, "venues": "[]", **fields})


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("clopos_face_credential", *arguments, stdout=out)
    return out.getvalue()


def test_the_secret_is_shown_once_and_works(brand: Brand, issuer: User) -> None:
    client = sign_in(issuer)

    page = post(client, brand, venues="[1]")

    credential = FaceCredential.objects.get()
    shown = re.search(r"client_secret</dt><dd><code>([\w-]{43})</code>", page.content.decode())
    assert shown
    assert "no-store" in page["Cache-Control"]
    assert (credential.created_by, credential.venues, credential.sees_personal) == (issuer, [1], False)
    assert credential.is_secret(shown[1])
    later = read(client, page_of(credential)) + read(client, list_of(FaceCredential))
    assert credential.client_id in later
    assert shown[1] not in later
    assert credential.secret_hash not in later


def test_a_venue_that_the_brand_does_not_have_is_refused(brand: Brand, issuer: User) -> None:
    page = post(sign_in(issuer), brand, venues="[7]").content.decode()

    assert "The brand has no venue 7. It has: 1 (Baku)." in page
    assert not FaceCredential.objects.exists()


def test_nobody_gives_what_they_do_not_have(brand: Brand, issuer: User) -> None:
    other = make_brand("second")
    client = sign_in(issuer)

    assert "sees_personal" not in read(client, reverse(ADD))
    post(client, brand, sees_personal="on")
    assert FaceCredential.objects.get().sees_personal is False
    assert post(client, other).status_code == 200
    assert post(sign_in(permit(allow(make_user("waiter"), brand, 1))), brand).status_code == 200
    assert FaceCredential.objects.count() == 1


def test_whoever_sees_personal_data_gives_it(brand: Brand) -> None:
    client = sign_in(permit(allow(make_user("boss", is_personal=True), brand)))

    post(client, brand, sees_personal="on")

    assert FaceCredential.objects.get().sees_personal is True


def test_what_a_credential_sees_is_not_changed_later(brand: Brand, issuer: User) -> None:
    credential = Program(brand, venues=[1]).credential

    sign_in(issuer).post(page_of(credential), {"name": "new name", "venues": "[]", "sees_personal": "on"})

    credential.refresh_from_db()
    assert (credential.name, credential.venues, credential.sees_personal) == ("new name", [1], False)


def test_one_that_sees_more_than_the_user_is_not_theirs_to_change(brand: Brand, issuer: User) -> None:
    credential = Program(brand, sees_personal=True).credential

    assert sign_in(issuer).post(page_of(credential), {"name": "new name"}).status_code == 403


def test_the_admin_revokes_at_once_and_deletes_nothing(brand: Brand, issuer: User) -> None:
    program = Program(brand)
    program.get("venues")
    client = sign_in(issuer)

    client.post(list_of(FaceCredential), {"action": "revoke", "_selected_action": [program.credential.pk]})

    assert program.get("venues").status_code == 401
    delete = reverse("admin:django_clopos_facecredential_delete", args=[program.credential.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403


def test_the_command_issues_lists_and_revokes(brand: Brand) -> None:
    out = run("create", "--brand", "first", "--name", "kiosk", "--venue", "1", "--personal", "--days", "30")

    program = Program(brand)
    program.credential = FaceCredential.objects.get(name="kiosk")
    secret = re.search(r"client_secret  ([\w-]{43})\n", out)
    assert secret
    program.secret = secret[1]
    assert program.get("venues").status_code == 200
    assert (program.credential.venues, program.credential.sees_personal) == ([1], True)
    assert f"{program.credential.client_id}  first  kiosk  1, personal data  good" in run("list", "--brand", "first")

    assert run("revoke", program.credential.client_id) == f"Revoked {program.credential.client_id}.\n"
    assert program.get("venues").status_code == 401
    assert "kiosk  1, personal data  over" in run("list")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("create", "--brand", "nobody", "--name", "x"), "nobody"),
        (("create", "--brand", "first", "--name", "x", "--venue", "9"), "first has no venue 9. It has: 1."),
        (("list", "--brand", "nobody"), "nobody"),
        (("revoke", "face-nothing"), "There is no credential face-nothing to revoke."),
    ],
)
def test_the_command_refuses_with_a_sentence(arguments: tuple[str, ...], message: str, brand: Brand) -> None:
    with pytest.raises(CommandError, match=re.escape(message)):
        run(*arguments)
