"""What a list does with the parameters of its address: nothing that is asked ends in an error of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db import DataError, models
from django.http import HttpRequest

if TYPE_CHECKING:
    from django_clopos.admin.paginator import EstimatingPaginator

#: What a database or Django's own code says of a value that no column can hold. Django guards the building of a query,
#: not its running.
REFUSALS = (ArithmeticError, DataError, ValidationError, ValueError)

#: Parameters that say which part of the list is looked at, and not what is in it.
_OF_PAGES = ("p", "all", "e", "_popup", "_to_field")


class ReadChangeList(ChangeList):
    """Reads the rows of one page at once, and says whether their number is an estimate."""

    paginator: EstimatingPaginator
    is_estimate = False
    is_cut = False
    """Whether there are more rows than the pages go."""
    can_export = True

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> models.QuerySet[Any]:
        """Refuse what no database takes, before anything is asked of it."""
        if any("\x00" in text for pair in request.GET.lists() for text in (pair[0], *pair[1])):
            raise IncorrectLookupParameters("A NUL is no part of any text.")
        return super().get_queryset(request, exclude_parameters)

    def get_results(self, request: HttpRequest) -> None:
        """Read the rows. Where a page is not full, their number is known after all."""
        try:
            super().get_results(request)
            found = len(self.result_list)
        except REFUSALS as error:
            raise IncorrectLookupParameters(str(error)) from error
        self.is_estimate = self.paginator.is_estimate
        if self.is_estimate and 0 < found < self.list_per_page:
            self.result_count = (self.page_num - 1) * self.list_per_page + found
            self.is_estimate = False
        self.is_cut = self.result_count > self.paginator.rows_within_pages

    @property
    def export_query(self) -> str:
        """The query string of an export of this list: its filters, search and order."""
        return self.get_query_string(remove=list(_OF_PAGES))


class WholeChangeList(ReadChangeList):
    """A list of which every row is wanted: it counts none and reads none by itself."""

    def get_results(self, request: HttpRequest) -> None:
        """Leave the rows to whoever goes through `queryset`."""
