"""Whether messages have a way to workers, and how a web request sends one without waiting long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from celery import current_app
from kombu import Connection
from kombu.exceptions import OperationalError

from django_clopos.mirror.resource import Urgency
from django_clopos.schedule.messages import choose_priority

_PATIENCE_SECONDS = 1.5


class BrokerUnavailable(Exception):
    """The broker takes no messages. Its address is not named: it may hold a password."""


def is_broker_configured() -> bool:
    """Tell whether a task that is sent reaches a worker, as far as the configuration of Celery's current app says.

    Without an address Celery would try one on this machine that nobody has set up; eager tasks run in their caller.
    """
    conf = current_app.conf
    return not conf.task_always_eager and bool(conf.broker_write_url or conf.broker_url)


def send_briefly(send: Callable[..., Any]) -> None:
    """Send a message by `apply_async` of a task with its arguments bound, or know within seconds that it cannot be.

    Raises BrokerUnavailable.
    """
    with _open_briefly() as connection:
        send(connection=connection, retry=False, priority=choose_priority(Urgency.NOW))


@contextmanager
def _open_briefly() -> Iterator[Connection]:
    """Open a connection of its own: those of Celery's pool wait and retry as a worker should, not as a person would."""
    connection = current_app.connection_for_write(connect_timeout=_PATIENCE_SECONDS)
    connection.transport_options = {**(connection.transport_options or {}), **_choose_limits(connection)}
    # Of the driver of this very connection, such as a refused password.
    errors: tuple[type[BaseException], ...] = (
        OperationalError,
        OSError,
        *connection.connection_errors,
        *connection.channel_errors,
    )
    try:
        with connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
            yield connection
    except errors as error:
        raise BrokerUnavailable(type(error).__name__) from None


def _choose_limits(connection: Connection) -> dict[str, float]:
    match connection.transport.driver_type:
        case "redis":
            return {"socket_connect_timeout": _PATIENCE_SECONDS, "socket_timeout": _PATIENCE_SECONDS}
        case "amqp":
            return {"read_timeout": _PATIENCE_SECONDS, "write_timeout": _PATIENCE_SECONDS}
        case _:
            return {}
