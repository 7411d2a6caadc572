"""The addresses of staff's pages that are no table's own; they stand before the admin's."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from backoffice.admin import consent

staff = admin.site.admin_view

urlpatterns = [
    path("accounts/<int:pk>/connect/", staff(consent.connect), name="connect_account"),
    path("connected/", staff(consent.connected), name="account_connected"),
]
