"""Three tiers of sliding windows."""

import httpx

from tests.sandbox.conftest import Api, Clock, make_sandbox


def left(answer: httpx.Response) -> tuple[int, int, int]:
    headers = answer.headers
    return tuple(int(headers[f"RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset"))  # type: ignore[return-value]  # three names, three numbers


def test_every_answer_tells_what_is_left(api: Api, clock: Clock) -> None:
    assert left(api.get("venues")) == (300, 299, 60)
    clock.now += 10
    assert left(api.get("venues")) == (300, 298, 50)


def test_the_window_slides(clock: Clock) -> None:
    api = Api(make_sandbox(clock, requests_per_window=3, window_seconds=10, days=1)).log_in()
    for _ in range(3):
        assert api.get("venues").status_code == 200
        clock.now += 2
    refused = api.get("venues")
    assert (refused.status_code, left(refused)) == (429, (3, 0, 4))
    assert refused.json()["error"] == "rate_limited"
    assert "Retry-After" not in refused.headers
    clock.now += 4
    assert api.get("venues").status_code == 200
    assert api.get("venues").status_code == 429


def test_all_tokens_and_venues_of_a_brand_share_the_window(clock: Clock) -> None:
    sandbox = make_sandbox(clock, requests_per_window=2, days=1)
    first, second = Api(sandbox).log_in(), Api(sandbox).log_in()
    assert first.get("venues", venue=1).status_code == 200
    assert second.get("venues", venue=2).status_code == 200
    assert first.get("venues", venue=3).status_code == 429


def test_brands_have_windows_of_their_own(clock: Clock) -> None:
    sandbox = make_sandbox(clock, brands=("demo", "other"), requests_per_window=1, days=1)
    first, second = Api(sandbox).log_in(), Api(sandbox, brand="other").log_in()
    assert (first.get("venues").status_code, second.get("venues").status_code) == (200, 200)
    assert first.get("venues").status_code == 429


def test_sixty_authentications_a_window(api: Api, clock: Clock) -> None:
    for _ in range(59):
        assert api.authenticate().status_code == 200
    refused = api.authenticate()
    assert (refused.status_code, left(refused)) == (429, (60, 0, 60))
    clock.now += 60
    assert api.authenticate().status_code == 200


def test_failures_close_the_door_before_the_token_is_looked_at(clock: Clock) -> None:
    api = Api(make_sandbox(clock, failures_per_window=3, days=1)).log_in()
    assert left(api.get("venues/1")) == (3, 3, 60)
    assert left(api.get("venues/1")) == (3, 2, 60)
    api.get("venues/1")
    refused = api.get("venues")
    assert (refused.status_code, left(refused)[:2]) == (429, (3, 0))
