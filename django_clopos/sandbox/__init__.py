"""The Clopos Open API v2, simulated from a seed over plain JSON documents.

The door of the package. It imports nothing of django_clopos and nothing outside the standard library.
"""

from django_clopos.sandbox.app import Sandbox
from django_clopos.sandbox.brands import Brand, Credentials
from django_clopos.sandbox.faults import Fault, FaultKind
from django_clopos.sandbox.request_log import LoggedRequest
from django_clopos.sandbox.server import Server, serve

__all__ = ["Brand", "Credentials", "Fault", "FaultKind", "LoggedRequest", "Sandbox", "Server", "serve"]
