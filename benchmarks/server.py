"""The remote of the benchmark: answers lists of receipts from files, over keep-alive sockets, in a process of its own.

It answers `/<folder>/auth` and `/<folder>/receipts`, whose `date[]` chooses files and whose sort is taken to be by
`created_at`. A page costs it a fraction of a millisecond, so that what is measured is the contender.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import zlib
from datetime import date
from email.utils import formatdate
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from benchmarks.dataset import PAGE_ROWS, read_facts, unpack

_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
_HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nDate: %b\r\n%b\r\n"
_NOTHING = b'{"success":true,"data":['
_TOKEN = b'{"success":true,"token":"benchmark","expires_in":86400}'
# `integrify-clopos` insists on the diagnostics after the total.
_END = b'],"total":%d,"sorts":[],"time":4,"timestamp":"2026-11-20T00:00:00+04:00","unix":1795118400}'

Query = dict[str, list[str]]


class Remote(asyncio.Protocol):
    """One connection."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers go to."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that has come whole."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, rest = self._received.partition(b"\r\n\r\n")
            line, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
            length = int(headers.get("content-length", 0))
            if len(rest) < length:
                return
            self._received = rest[length:]
            self._answer(line.split(" ")[1], takes_gzip="gzip" in headers.get("accept-encoding", ""))

    def _answer(self, target: str, *, takes_gzip: bool) -> None:
        url = urlsplit(target)
        folder, _, path = url.path.strip("/").partition("/")
        pages = _open_pages(self._root / folder)
        if not (pages.is_plain or takes_gzip):
            raise ValueError("these pages are compressed, and the contender does not take them so")
        body = pages.finish(_TOKEN) if path.endswith("auth") else pages.answer(parse_qs(url.query))
        encoding = b"" if pages.is_plain else b"Content-Encoding: gzip\r\n"
        self._transport.writelines([_HEADERS % (len(body), formatdate(usegmt=True).encode(), encoding), body])


class Pages:
    """One folder of pages."""

    def __init__(self, folder: Path) -> None:
        facts = read_facts(folder)
        self._folder = folder
        self._begin = date.fromisoformat(facts.first_day)
        self._count = facts.pages
        self.is_plain = facts.is_plain

    def answer(self, query: Query) -> bytes:
        """Give the body of one page of a list, as it is sent."""
        first, last = self._find_files(query)
        end = _END % (max(0, last - first + 1) * PAGE_ROWS)
        if int(query["limit"][0]) < PAGE_ROWS:  # a probe: one row is all that anybody asks for
            return self.finish(self._read_row(last if query.get("sort[1]") == ["-1"] else first) + end)
        place = first + int(query["page"][0]) - 1
        if not first <= place <= last:
            return self.finish(_NOTHING + end)
        return self._finish_file(place, end)

    def finish(self, end: bytes, *, packed: bytes = b"", check: int = 0, size: int = 0) -> bytes:
        """Append the end of an answer to its compressed beginning, of so many bytes and this check sum."""
        if self.is_plain:
            return packed + end
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        marks = zlib.crc32(end, check).to_bytes(4, "little") + ((size + len(end)) % 2**32).to_bytes(4, "little")
        return b"".join((_GZIP_HEAD, packed, packer.compress(end), packer.flush(), marks))

    def _finish_file(self, place: int, end: bytes) -> bytes:
        found = (self._folder / str(place)).read_bytes()
        if self.is_plain:
            return found + end
        packed, check, size = unpack(found)
        return self.finish(end, packed=packed, check=check, size=size)

    def _find_files(self, query: Query) -> tuple[int, int]:
        days = [date.fromisoformat(day) for name in ("date[0]", "date[1]") for day in query.get(name, ())]
        chosen = [(day - self._begin).days for day in days] or [0, self._count - 1]
        return max(0, min(chosen)), min(self._count - 1, max(chosen))

    def _read_row(self, place: int) -> bytes:
        if not 0 <= place < self._count:
            return _NOTHING
        found = (self._folder / str(place)).read_bytes()
        body = found if self.is_plain else zlib.decompressobj(-zlib.MAX_WBITS).decompress(unpack(found)[0])
        text = body.decode()
        return text[: json.JSONDecoder().raw_decode(text, len(_NOTHING))[1]].encode()


@cache
def _open_pages(folder: Path) -> Pages:
    return Pages(folder)


async def serve(root: Path) -> None:
    """Serve the folders below a root, and print the port."""
    server = await asyncio.get_running_loop().create_server(lambda: Remote(root), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    asyncio.run(serve(parser.parse_args().root))
