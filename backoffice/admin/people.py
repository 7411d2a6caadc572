from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from rest_framework.authtoken.models import TokenProxy
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from backoffice.admin.base import RELATED, Days, ReadOnly, Table
from backoffice.admin.show import at

# a program's token is made by POST /api/v1/token/ or `manage.py drf_create_token`; a page here would show it
for known in (User, Group, TokenProxy):
    admin.site.unregister(known)


@admin.register(User)
class StaffAdmin(UserAdmin[User], Table):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "in_groups", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser", "groups")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Staff with their groups."""
        return super().get_queryset(request).prefetch_related("groups")

    @display(description="groups")
    def in_groups(self, row: User) -> str:
        return ", ".join(group.name for group in row.groups.all()) or "none"


@admin.register(Group)
class StaffGroupAdmin(GroupAdmin, Table):
    list_display = ("name",)


@admin.register(LogEntry)
class ChangeAdmin(ReadOnly):
    list_display = (at("action_time", "when"), "user", "content_type", "object_repr", "what")
    list_select_related = ("user", "content_type")
    list_filter = (("user", RELATED), ("action_time", Days))
    search_fields = ("object_repr", "user__username")
    fieldsets = (
        (None, {"fields": ((at("action_time", "when"), "user"), ("content_type", "object_repr"), ("what",))}),
    )

    @display(description="what")
    def what(self, row: LogEntry) -> str:
        return row.get_change_message() or row.get_action_flag_display()
