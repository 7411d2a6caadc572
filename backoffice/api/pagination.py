"""How lists are cut into pages."""

from __future__ import annotations

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """Pages of 50, or of `page_size` up to 500."""

    page_size_query_param = "page_size"
    max_page_size = 500
