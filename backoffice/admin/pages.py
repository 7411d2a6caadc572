"""The addresses of staff's pages that are no table's own; they stand before the admin's."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from backoffice.admin import budgets, consent, desk_urls, pair, reservations, room_week

staff = admin.site.admin_view

urlpatterns = [
    path("accounts/<int:pk>/connect/", staff(consent.connect), name="connect_account"),
    path("accounts/<int:pk>/calendars/", staff(pair.pair), name="pair_calendars"),
    path("budgets/", staff(budgets.page), name="budgets"),
    path("connected/", staff(consent.connected), name="account_connected"),
    *desk_urls.urlpatterns,
    path("reservations/new/", staff(reservations.make), name="new_reservation"),
    path("reservations/<int:pk>/move/", staff(reservations.move), name="move_reservation"),
    path("sold/<int:pk>/week/", staff(room_week.room_week), name="room_week"),
]
