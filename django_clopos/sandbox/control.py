"""The door for other processes: plan faults, change documents and read the log over HTTP while the sandbox serves.

It stands in front of the sandbox and only where `serve(control=True)` put it: whoever reaches it may do anything.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from django_clopos.sandbox.app import Sandbox
from django_clopos.sandbox.documents import STOP_LIST, Key
from django_clopos.sandbox.encoding import decode
from django_clopos.sandbox.faults import Fault, FaultKind
from django_clopos.sandbox.replies import Reply, Request, json_reply, read_request, send

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Document = dict[str, Any]

DOOR = "/_sandbox/"


class ControlDoor:
    """A WSGI application: `/_sandbox/` is answered here, everything else by the sandbox.

    POST, DELETE  /_sandbox/faults                                   a Fault's fields; or clear them
    GET, POST     /_sandbox/documents/<brand>/<collection>           list, all or places ?start= to &stop=; insert
    PATCH, DELETE /_sandbox/documents/<brand>/<collection>/<id>      change; remove
    GET           /_sandbox/requests/<brand>                         what it asked, as in LoggedRequest
    GET           /_sandbox/counts                                   answers by brand and status since the start

    An id of the stop list is written `<venue>,<product>`. A request that was refused before its brand was known is
    counted for the brand "".
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(DOOR):
            return self.sandbox(environ, start_response)
        request = read_request(environ)
        reply = self._answer(request, path.removeprefix(DOOR).split("/"))
        return send(reply, request, start_response, now=self.sandbox.clock())

    def _answer(self, request: Request, parts: list[str]) -> Reply:
        try:
            return self._open(request, parts)
        except (KeyError, TypeError, ValueError) as error:
            return json_reply(400, {"error": str(error)})

    def _open(self, request: Request, parts: list[str]) -> Reply:
        match parts:
            case ["faults"]:
                return self._faults(request)
            case ["documents", brand, collection]:
                return self._collection(request, brand, collection)
            case ["documents", brand, collection, key]:
                return self._document(request, brand, collection, _key(collection, key))
            case ["requests", brand]:
                return self._requests(request, brand)
            case ["counts"]:
                return self._counts(request)
        return json_reply(404, {"error": "no such door"})

    def _faults(self, request: Request) -> Reply:
        if request.method == "DELETE":
            self.sandbox.faults.clear()
        elif request.method == "POST":
            fields = decode(request.body)
            self.sandbox.faults.add(Fault(**{**fields, "kind": FaultKind(fields["kind"])}))
        else:
            return _no_such_method()
        return json_reply(200, {"planned": len(self.sandbox.faults)})

    def _collection(self, request: Request, brand: str, collection: str) -> Reply:
        if request.method == "POST":
            self.sandbox.insert(brand, collection, decode(request.body))
            return json_reply(200, {})
        if request.method == "GET":
            places = {name: int(place) for name, place in parse_qsl(request.query) if name in {"start", "stop"}}
            return json_reply(200, {"data": self.sandbox.documents(brand, collection, **places)})
        return _no_such_method()

    def _document(self, request: Request, brand: str, collection: str, key: Key) -> Reply:
        if request.method == "PATCH":
            self.sandbox.change(brand, collection, key, **decode(request.body))
        elif request.method == "DELETE":
            self.sandbox.remove(brand, collection, key)
        else:
            return _no_such_method()
        return json_reply(200, {})

    def _requests(self, request: Request, brand: str) -> Reply:
        if request.method != "GET":
            return _no_such_method()
        self.sandbox.brand(brand)
        return json_reply(200, {"data": [asdict(each) for each in self.sandbox.requests.copy() if each.brand == brand]})

    def _counts(self, request: Request) -> Reply:
        if request.method != "GET":
            return _no_such_method()
        counts = self.sandbox.requests.counts()
        return json_reply(200, {"data": {brand or "": statuses for brand, statuses in counts.items()}})


def _key(collection: str, text: str) -> Key:
    if collection == STOP_LIST:
        venue, _, product = text.partition(",")
        return int(venue), int(product)
    return int(text)


def _no_such_method() -> Reply:
    return json_reply(405, {"error": "no such method here"})
