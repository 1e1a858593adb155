"""How tickets become messages: with which priority, and what happens where no broker answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from celery import current_app
from kombu.exceptions import OperationalError

from django_clopos.mirror.resource import Urgency
from django_clopos.schedule.tickets import Ticket, put_back, take_again

Send = Callable[[Ticket, int], None]

_HIGHEST_OF_AMQP = 9
_logger = logging.getLogger("django_clopos")


def deliver(tickets: Sequence[Ticket], send: Send) -> int:
    """Send a message for each ticket and give their number; what the broker does not take is due again."""
    for sent, ticket in enumerate(tickets):
        try:
            send(ticket, choose_priority(ticket.job.urgency))
        except OperationalError as error:
            put_back(tickets[sent:])
            _logger.warning("The broker takes no messages (%s); the next tick tries again.", type(error).__name__)
            return sent
    return len(tickets)


def deliver_again(schedule_id: int, send: Send) -> None:
    """Send another message for a job of which a part is left."""
    ticket = take_again(schedule_id)
    if ticket is not None:
        deliver([ticket], send)


def choose_priority(urgency: Urgency) -> int:
    """Give the number that the broker understands: in AMQP the highest goes first, on Redis the lowest."""
    driver = current_app.connection_for_write().transport.driver_type
    return _HIGHEST_OF_AMQP - urgency if driver == "amqp" else int(urgency)
