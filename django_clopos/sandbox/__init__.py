"""The Clopos Open API v2, simulated from a seed over plain JSON documents.

The door of the package. It imports nothing of django_clopos and nothing outside the standard library.
"""

from django_clopos.sandbox.app import LoggedRequest, Sandbox
from django_clopos.sandbox.brands import Credentials
from django_clopos.sandbox.faults import Fault, FaultKind

__all__ = ["Credentials", "Fault", "FaultKind", "LoggedRequest", "Sandbox"]
