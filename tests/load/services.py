"""What of a site is left in the broker and in Redis, and its removal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from kombu import Connection

from tests.load.sites import Services


@contextlib.contextmanager
def leave_nothing(services: Services, name: str) -> Iterator[None]:
    """Remove afterwards what a site of this name has put into the broker."""
    try:
        yield
    finally:
        if services.broker_url.startswith("amqp"):
            _empty_rabbit(services.broker_url, name)
        else:
            _empty_redis(services.broker_url, name)


def _empty_rabbit(url: str, name: str) -> None:
    with Connection(url) as connection:
        channel = connection.default_channel
        channel.queue_delete(name)
        channel.exchange_delete(name)


def _empty_redis(url: str, name: str) -> None:
    import redis  # noqa: PLC0415 -- an extra

    with redis.Redis.from_url(url) as server:
        for key in server.scan_iter(match=f"{name}:*", count=1000):
            server.delete(key)
