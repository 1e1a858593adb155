"""Who may open the dashboard, which periods it takes, what it says of the mirror, and whose figures it shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_clopos.admin.dashboard.heat import make_heat_map
from django_clopos.admin.dashboard.periods import Period, find_days
from django_clopos.admin.dashboard.sections import Figure
from django_clopos.admin.dashboard.tables import Kind, write
from django_clopos.models import Brand, Checkpoint, User, Venue
from django_clopos.reports import Question, sum_by_hour
from django_clopos.testing import make, make_brand, make_receipt
from tests.access.conftest import allow, make_user, sign_in

TODAY = date(2026, 11, 20)
EXPORTS = ("export", "z_export")
VIEWS = ("changelist", "z_report", *EXPORTS)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Travel to the first hour of the day in Baku, which is the day before in UTC."""
    with time_machine.travel("2026-11-19T20:30:00Z", tick=True):
        yield


@pytest.fixture
def brand(db: None) -> Brand:
    """A brand of two venues, each of which sold something today and yesterday."""
    brand = make_brand("first")
    make(User, brand=brand, clopos_id=7, first_name="Leyla", last_name="Secretova", username="leyla")
    for venue, total in ((1, "11.00"), (2, "22.00")):
        make(Venue, brand=brand, clopos_id=venue, name=f"venue-{venue}")
        for day in (TODAY, date(2026, 11, 19)):
            sell(brand, total, venue=venue, shift_date=day)
    return brand


def sell(brand: Brand, total: str, **columns: Any) -> None:
    make_receipt(
        brand,
        status=2,
        total=total,
        user=7,
        close_by_user=7,
        closed_at=datetime(2026, 11, 19, 20, tzinfo=UTC),
        lines=[{"product": 5, "product_name": f"dish-{total}", "price": total}],
        **columns,
    )


def address(view: str) -> str:
    return reverse(f"admin:django_clopos_dashboard_{view}")


def look(client: Client, view: str = "changelist", **query: Any) -> str:
    answer = client.get(address(view), query)
    assert answer.status_code == 200, answer.status_code
    return (b"".join(answer) if answer.streaming else answer.content).decode()


def see(client: Client, **query: Any) -> dict[str, str]:
    """Give the figures at the head of the page."""
    return {figure.key: figure.text for figure in client.get(address("changelist"), query).context["figures"]}


@pytest.mark.parametrize("view", VIEWS)
def test_the_permission_opens_it_and_no_other(brand: Brand, view: str) -> None:
    others, viewer = (
        make_user("others", permissions="^view_(brand|receipt)$"),
        make_user(permissions="^view_dashboard$"),
    )
    for user in (others, viewer):
        allow(user, brand)

    assert Client().get(address(view)).status_code == 302
    assert sign_in(others).get(address(view), {"format": "csv"}).status_code == 403
    assert sign_in(viewer).get(address(view), {"format": "csv"}).status_code == 200


def test_it_is_in_the_index_and_leads_from_a_brand(brand: Brand, admin_client: Client) -> None:
    assert address("changelist") in admin_client.get(reverse("admin:index")).content.decode()
    page = admin_client.get(reverse("admin:django_clopos_dashboard_change", args=[brand.pk]))
    assert (page.status_code, page["Location"]) == (302, f"{address('changelist')}?brand=first")


@pytest.mark.parametrize("view", ["add", "delete"])
def test_nothing_can_be_written(brand: Brand, admin_client: Client, view: str) -> None:
    arguments = [] if view == "add" else [brand.pk]
    assert admin_client.post(reverse(f"admin:django_clopos_dashboard_{view}", args=arguments)).status_code == 403


def test_a_user_of_one_venue_gets_its_figures_only(brand: Brand) -> None:
    client = sign_in(allow(make_user(), brand, 1))

    assert see(client)["net_sales"] == "22.00"
    for page in (look(client), look(client, "export", format="csv"), look(client, "z_report")):
        assert "venue-2" not in page
        assert "dish-22.00" not in page
    assert client.get(address("changelist"), {"venue": 2}).status_code == 400
    assert client.get(address("z_report"), {"venue": 2}).status_code == 400
    for view in EXPORTS:
        assert client.get(address(view), {"venue": 2, "format": "csv"}).status_code == 404


def test_another_brand_is_not_there(brand: Brand) -> None:
    sell(make_brand("second"), "77.00", venue=1, shift_date=TODAY)
    client = sign_in(allow(make_user(), brand))

    assert see(client)["net_sales"] == "66.00"
    assert "second" not in look(client)
    for view in VIEWS:
        assert client.get(address(view), {"brand": "second", "format": "csv"}).status_code == 404


def test_whoever_may_see_no_brand_gets_no_figure(brand: Brand) -> None:
    page = look(sign_in(make_user()))

    assert "There is no brand" in page
    assert "first" not in page


def test_brands_can_be_changed(brand: Brand, admin_client: Client) -> None:
    sell(make_brand("second"), "77.00", venue=1, shift_date=TODAY)

    assert '<a href="?brand=second">' in look(admin_client)
    assert see(admin_client, brand="second")["net_sales"] == "77.00"


@pytest.mark.parametrize("view", VIEWS)
def test_names_of_staff_need_their_permission(brand: Brand, view: str) -> None:
    query = {"format": "csv", "day": str(TODAY)}
    masked = look(sign_in(allow(make_user("masked"), brand)), view, **query)
    named = look(sign_in(allow(make_user("named", is_personal=True), brand)), view, **query)

    assert "Staff user 7" in masked
    assert not [name for name in ("Leyla", "Secretova", "leyla") if name in masked]
    assert "Leyla" in named or "leyla" in named


def test_venues_can_be_chosen(brand: Brand, admin_client: Client) -> None:
    assert see(admin_client)["net_sales"] == "66.00"
    assert see(admin_client, venue=2)["net_sales"] == "44.00"
    assert see(admin_client, venue=[1, 2])["net_sales"] == "66.00"


@pytest.mark.parametrize(
    ("period", "days"),
    [
        (Period.TODAY, (TODAY, TODAY)),
        (Period.YESTERDAY, (date(2026, 11, 19), date(2026, 11, 19))),
        (Period.LAST_7, (date(2026, 11, 14), TODAY)),
        (Period.LAST_30, (date(2026, 10, 22), TODAY)),
        (Period.THIS_MONTH, (date(2026, 11, 1), TODAY)),
        (Period.LAST_MONTH, (date(2026, 10, 1), date(2026, 10, 31))),
    ],
)
def test_periods_follow_the_calendar(period: Period, days: tuple[date, date]) -> None:
    assert find_days(period, TODAY) == days


def test_last_month_of_january_is_december() -> None:
    assert find_days(Period.LAST_MONTH, date(2027, 1, 31)) == (date(2026, 12, 1), date(2026, 12, 31))


def test_today_is_the_day_of_the_brand(brand: Brand, admin_client: Client) -> None:
    context = admin_client.get(address("changelist"), {"period": "today"}).context

    assert context["question"].first == TODAY
    assert context["is_running"]
    assert see(admin_client, period="today")["net_sales"] == "33.00"


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"period": "free", "from": "2026-11-20", "to": "2026-11-19"}, "The last day is before the first."),
        ({"period": "free", "from": "2020-01-01", "to": "2026-11-19"}, "at most 1100 days"),
        ({"period": "free", "from": "2026-11-20"}, "Give both days"),
        ({"period": "free", "from": "0001-01-01", "to": "0001-01-02"}, "from the year 2000 on"),
        ({"period": "free", "from": "9999-12-31", "to": "9999-12-31"}, "from the year 2000 on"),
        ({"period": "free", "from": "x", "to": "'; --"}, "Enter a valid date"),
        ({"period": "ever"}, "Select a valid choice"),
        ({"role": "raw"}, "Select a valid choice"),
        ({"venue": "404"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_told(brand: Brand, admin_client: Client, query: Any, complaint: str) -> None:
    answer = admin_client.get(address("changelist"), query)

    assert answer.status_code == 400
    assert complaint in answer.content.decode()
    assert admin_client.get(address("export"), {**query, "format": "csv"}).status_code == 404


def test_the_longest_period_opens(brand: Brand, admin_client: Client) -> None:
    assert "66.00" in look(admin_client, period="free", **{"from": "2023-11-17", "to": "2026-11-20"})


@pytest.mark.parametrize("query", [{"format": "pdf"}, {}, {"format": "csv", "section": "raw"}])
def test_a_file_that_does_not_exist_is_not_found(brand: Brand, admin_client: Client, query: Any) -> None:
    assert admin_client.get(address("export"), query).status_code == 404


def test_a_day_can_be_chosen_and_turned(brand: Brand, admin_client: Client) -> None:
    page = look(admin_client, "z_report", venue=2, day="2026-11-20")

    assert "22.00" in page
    assert "day=2026-11-19" in page
    assert "day=2026-11-21" in page
    assert admin_client.get(address("z_report"), {"day": "x"}).status_code == 400


def test_unread_history_is_told(brand: Brand, admin_client: Client) -> None:
    assert "History is still being read" not in look(admin_client)

    Checkpoint.objects.create(brand=brand, resource="receipts", name="backfill", value={"next": "2026-11-10"})
    assert "figures of days from 11/10/2026 on are incomplete" in look(admin_client)
    assert "History is still being read" in look(admin_client, "z_report")
    assert "History is still being read" not in look(admin_client, period="last-month")


def test_a_mirror_that_was_never_read_says_so(brand: Brand, admin_client: Client) -> None:
    assert "not yet read in whole" in look(admin_client)
    Brand.objects.update(is_active=False)
    assert "This brand is not synced" in look(admin_client)


@pytest.mark.parametrize(
    ("now", "before", "words", "direction"),
    [
        (110, 100, "10.0\u00a0% more than before", "up"),
        (90, 100, "10.0\u00a0% less than before", "down"),
        (5, -10, "150.0\u00a0% more than before", "up"),
        (100, 100, "as before", ""),
        (100, 0, "nothing to compare with", ""),
        (None, 100, "nothing to compare with", ""),
        (100, None, "nothing to compare with", ""),
    ],
)
def test_a_change_is_said_in_words(now: int | None, before: int | None, words: str, direction: str) -> None:
    figure = Figure(key="net_sales", title="Net sales", kind=Kind.AMOUNT, now=now, before=before)

    assert (figure.change_text, figure.direction) == (words, direction)


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("1234.5650", Kind.AMOUNT, "1,234.56"),
        ("-0.0010", Kind.AMOUNT, "0.00"),
        ("1234", Kind.COUNT, "1,234"),
        ("0.5000", Kind.QUANTITY, "0.5"),
        ("100.0000", Kind.QUANTITY, "100"),
        ("12.3456", Kind.PERCENT, "12.3\u00a0%"),
    ],
)
def test_figures_are_rounded_for_people(value: str, kind: Kind, text: str) -> None:
    assert write(Decimal(value), kind) == text


def test_the_heat_map_begins_after_the_longest_rest(brand: Brand) -> None:
    for hour in (9, 21):  # 13 and 1 on the clock of Baku
        make_receipt(
            brand, status=2, total=1, venue=1, shift_date=TODAY, closed_at=datetime(2026, 11, 20, hour, tzinfo=UTC)
        )
    heat = make_heat_map(sum_by_hour(Question(brand=brand, first=TODAY, last=TODAY)))

    assert (heat.hours[0], heat.hours[-1], len(heat.hours)) == ("13", "01", 13)
    assert [name for name, _ in heat.rows] == [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]  # fmt: skip
    assert max(cell.shade for _, cells in heat.rows for cell in cells) == 6
    assert make_heat_map(()).hours == ()


def test_a_heat_map_of_every_hour_has_24(brand: Brand) -> None:
    for hour in range(24):
        make_receipt(brand, status=2, total=1, shift_date=TODAY, closed_at=datetime(2026, 11, 20, hour, tzinfo=UTC))

    assert len(make_heat_map(sum_by_hour(Question(brand=brand, first=TODAY, last=TODAY))).hours) == 24


@pytest.mark.parametrize(("view", "queries"), [("changelist", 25), ("z_report", 18)])
def test_the_queries_do_not_grow_with_the_sales(brand: Brand, admin_client: Client, view: str, queries: int) -> None:
    few = count_queries(admin_client, view)
    for number in range(3, 9):
        make(Venue, brand=brand, clopos_id=number, name=f"venue-{number}")
        sell(brand, f"{number}.00", venue=number, shift_date=TODAY)

    assert count_queries(admin_client, view) == few == queries


def count_queries(client: Client, view: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        look(client, view)
    assert not [query["sql"] for query in queries if "client_secret" in query["sql"] or '"raw"' in query["sql"]]
    return len(queries)


def test_a_page_runs_no_script_of_its_own(brand: Brand, admin_client: Client) -> None:
    for view in ("changelist", "z_report"):
        content = look(admin_client, view).split('id="content"')[1]
        assert "<script>" not in content
        assert " style=" not in content
        assert " onclick=" not in content
