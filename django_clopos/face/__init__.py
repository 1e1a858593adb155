"""The mirror, spoken as Clopos itself speaks: an existing integration reads it by changing its base URL.

Mounted by ``path("open-api/v2/", include("django_clopos.face.urls"))``, and nowhere otherwise. The dialect (paths,
query strings, envelopes, refusals) is the sandbox's, which is this project's reading of the wire contract; the rows are
the mirror's, each with the record that it came from.
"""
