"""What an answer holds: a page or a record when it succeeded, an error to raise when it did not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar

from pydantic import ValidationError

from django_clopos.client.errors import BadData, BrokenBody, CloposError
from django_clopos.client.refusals import read_refusal
from django_clopos.client.scrub import NO_SECRETS, Secrets
from django_clopos.client.transport import Answer, Request
from django_clopos.schemas.base import Record
from django_clopos.schemas.envelope import Envelope, decode_record, open_envelope

S = TypeVar("S", bound=Record)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[S]):
    """One page of a list."""

    schema: type[S] = field(repr=False)
    number: int
    """Counted from 1."""
    limit: int | None
    """Rows asked for; None: the list has no pages."""
    records: tuple[bytes, ...] = field(repr=False)
    """Each record's own bytes, in the remote's order."""
    total: int | None = None
    """Rows before paging; None: the remote does not say."""
    date: datetime | None = None
    """The remote's clock when it answered, aware, UTC."""
    sorts: tuple[str, ...] = ()
    """Fields that the remote says it sorts by."""

    def rows(self) -> list[S]:
        """Validate the records.

        Raises:
            BadData: for the first that does not fit; its `index` is the place in `records`.
        """
        return [read_row(record, self.schema, index=index) for index, record in enumerate(self.records)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Single(Generic[S]):
    """One record, read by id."""

    schema: type[S] = field(repr=False)
    raw: bytes = field(repr=False)
    """The record's own bytes."""
    date: datetime | None = None
    """The remote's clock when it answered, aware, UTC."""

    def row(self) -> S:
        """Validate the record.

        Raises:
            BadData: it does not fit.
        """
        return read_row(self.raw, self.schema)


def read_row(record: bytes, schema: type[S], *, index: int | None = None) -> S:
    """Parse and validate one record, exact in every digit.

    Raises:
        BadData: it does not fit. The message names fields, never their values.
    """
    try:
        return schema.model_validate(decode_record(record))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        problem = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'record'}: {fault['type']}" for fault in faults[:5])
    except ValueError:
        problem = "record: not JSON"
    # Raised outside the except: a chained error of pydantic or json holds the record.
    place = "" if index is None else f" {index} of the page"
    raise BadData(f"{schema.__name__}{place} does not fit ({problem})", index=index)


def read_envelope(answer: Answer, request: Request, *, secrets: Secrets = NO_SECRETS) -> Envelope:
    """Open an answer.

    Raises:
        CloposError: it is a refusal, whatever its status, or no answer of the API at all.
    """
    problem = ""
    envelope = Envelope()
    if answer.status < 300:
        try:
            envelope = open_envelope(answer.body)
        except ValueError as error:
            problem = f"the answer {error} (HTTP {answer.status})"
    if problem:  # raised outside the except: a chained error of json holds the body
        raise BrokenBody(problem, method=request.method, path=request.path, status=answer.status)
    if answer.status >= 300 or envelope.refusal is not None:
        raise refuse(answer, request, secrets=secrets)
    return envelope


def read_page(
    answer: Answer, request: Request, *, schema: type[S], number: int, limit: int | None, secrets: Secrets = NO_SECRETS
) -> Page[S]:
    """Make a page of the answer to a list.

    Raises:
        CloposError: it is a refusal, whatever its status, or no answer of the API at all.
    """
    envelope = read_envelope(answer, request, secrets=secrets)
    return Page(
        schema=schema,
        number=number,
        limit=limit,
        records=envelope.records,
        total=envelope.total,
        date=read_date(answer),
        sorts=envelope.sorts,
    )


def read_single(answer: Answer, request: Request, *, schema: type[S], secrets: Secrets = NO_SECRETS) -> Single[S]:
    """Make a record of the answer to a row asked by id.

    Raises:
        CloposError: as for a list, or not exactly one record came.
    """
    records = read_envelope(answer, request, secrets=secrets).records
    if len(records) != 1:
        raise BadData(f"{len(records)} records came for one id", method=request.method, path=request.path)
    return Single(schema=schema, raw=records[0], date=read_date(answer))


def refuse(answer: Answer, request: Request, *, secrets: Secrets = NO_SECRETS) -> CloposError:
    """Give the error that an answer means."""
    return read_refusal(
        answer.status, answer.body, answer.headers, secrets=secrets, method=request.method, path=request.path
    )


def read_date(answer: Answer) -> datetime | None:
    """Give the remote's clock from the `Date` header, aware, UTC; None: missing or malformed."""
    try:
        date = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
