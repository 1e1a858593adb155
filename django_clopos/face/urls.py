"""The addresses of the face: every one below the prefix, since unknown ones are answered in the dialect too."""

from __future__ import annotations

from django.urls import re_path

from django_clopos.face.views import answer

app_name = "clopos_face"

urlpatterns = [re_path(r"^(?P<address>.*)$", answer, name="answer")]
