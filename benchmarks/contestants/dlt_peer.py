"""dlt: its REST client, its normalizer and its merge into PostgreSQL, children in tables of their own.

It stores every key of the record as a column of the first two levels and what is nested deeper as JSON, so it is not
asked to keep the record once more.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import dlt
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator

from benchmarks.dataset import PAGE_ROWS


def store(url: str, database_url: str) -> int:
    """Load the receipts with a merge by primary key."""

    @dlt.resource(
        name="receipts",
        write_disposition="merge",
        primary_key="id",
        max_table_nesting=1,
        columns={"meta": {"data_type": "json"}, "properties": {"data_type": "json"}},
    )
    def receipts() -> Iterator[list[dict[str, Any]]]:
        client = RESTClient(
            base_url=url,
            headers={"x-token": "benchmark"},
            paginator=PageNumberPaginator(base_page=1, total_path=None, stop_after_empty_page=True),
            data_selector="data",
        )
        yield from client.paginate("receipts", params={"limit": PAGE_ROWS})

    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
        pipeline = dlt.pipeline(
            pipeline_name="bench",
            destination=dlt.destinations.postgres(_add_password(database_url)),
            dataset_name="clopos",
            pipelines_dir=folder,
        )
        pipeline.run(receipts())
        counts = pipeline.last_trace.last_normalize_info.row_counts
    return int(counts["receipts"])


def _add_password(url: str) -> str:
    """dlt demands a password, also where the server trusts."""
    parts = urlsplit(url)
    if parts.password:
        return url
    return f"postgresql://{parts.username}:unused@{parts.hostname}:{parts.port or 5432}{parts.path}"
