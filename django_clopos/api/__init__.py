"""The mirror as a read-only REST API. The addresses are in `urls`; nothing here names a resource."""
