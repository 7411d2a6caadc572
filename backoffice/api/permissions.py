"""Who may do what through the API: the same permissions as in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import BasePermission, DjangoModelPermissions
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView  # at run time it imports this module


class ModelPermissions(DjangoModelPermissions):
    """Django's permission to view a model, for reading it; acts ask for their own."""

    perms_map = {**DjangoModelPermissions.perms_map, "GET": ["%(app_label)s.view_%(model_name)s"]}


def needs(permission: str) -> type[BasePermission]:
    """A permission class that asks for one permission of the backoffice app."""

    class Needs(BasePermission):
        asks_for = f"backoffice.{permission}"
        message = f"This needs the permission {asks_for}."

        def has_permission(self, request: Request, view: APIView) -> bool:
            """Whether the user has it."""
            del view
            user: Any = request.user
            return bool(user and user.is_authenticated and user.has_perm(self.asks_for))

    return Needs
