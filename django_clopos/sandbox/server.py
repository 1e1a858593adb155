"""A socket under the sandbox: threaded, keep-alive, one write a reply.

`http.server` costs 44 ms a request when headers and body leave in two small writes (Nagle's algorithm against delayed
acknowledgement), so output is buffered and the socket does not delay.
"""

import io
import socket
import socketserver
import sys
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote

from django_clopos.sandbox.app import Sandbox
from django_clopos.sandbox.control import ControlDoor
from django_clopos.sandbox.replies import PREFIX

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class Server:
    """Serves a sandbox on a socket; a context manager that starts and stops."""

    def __init__(self, sandbox: Sandbox, *, host: str, port: int, control: bool) -> None:
        self._listener = _Listener((host, port), ControlDoor(sandbox) if control else sandbox)
        self._thread: threading.Thread | None = None
        self.host = host
        self.port: int = self._listener.server_address[1]

    @property
    def url(self) -> str:
        """The base URL of the API; ends in /open-api/v2."""
        return f"http://{self.host}:{self.port}{PREFIX}"

    def start(self) -> Self:
        """Serve from a daemon thread."""
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening and hang up on everybody; safe to call twice."""
        if self._thread is not None:
            self._listener.shutdown()
            self._thread.join()
            self._thread = None
        self._listener.server_close()
        self._listener.hang_up()

    def wait(self) -> None:
        """Block until the server is stopped or the caller is interrupted."""
        while self._thread is not None and self._thread.is_alive():
            self._thread.join(0.5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(sandbox: Sandbox, host: str = "127.0.0.1", port: int = 8765, *, control: bool = False) -> Server:
    """A server that is bound but not started; port 0 takes a free one.

    `control` opens `/_sandbox/` to whoever reaches the socket, to plan faults and change documents. Raises OSError when
    the port is taken.
    """
    return Server(sandbox, host=host, port=port, control=control)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], application: "WSGIApplication") -> None:
        self.application = application
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Without the reverse look-up of the host's name that http.server does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]  # typeshed has str

    def hang_up(self) -> None:
        with self._open_lock:
            for connection in self._open:
                _shut(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error of the sandbox."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Every method is answered here; the application tells them apart."""
        body = self.server.application(self._environ(), self._start)
        try:
            self._write(body)
        except ConnectionResetError:
            self.close_connection = True

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 -- the names that http.server calls

    def log_message(self, *_: object) -> None:
        """Nothing: the sandbox has its own log of requests."""

    def _write(self, body: Iterable[bytes]) -> None:
        for part in body:
            self.wfile.write(part)
        self.wfile.flush()

    def _start(self, status: str, headers: list[tuple[str, str]], _: object = None) -> Any:
        code, _, phrase = status.partition(" ")
        self.send_response_only(int(code), phrase)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        return self.wfile.write

    def _environ(self) -> "WSGIEnvironment":
        path, _, query = self.path.partition("?")
        length = self.headers.get("Content-Length", "0")
        return {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_LENGTH": length,
            "HTTP_X_TOKEN": self.headers.get("x-token"),
            "HTTP_X_VENUE": self.headers.get("x-venue"),
            "HTTP_ACCEPT_ENCODING": self.headers.get("Accept-Encoding", ""),
            "wsgi.input": io.BytesIO(self.rfile.read(int(length))),
        }


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was quicker
