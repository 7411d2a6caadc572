"""The addresses of the pages on which staff have something done at a source, or see what it tells."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from backoffice.admin import desk_bookings, desk_customers, desk_free, desk_panels

staff = admin.site.admin_view

urlpatterns = [
    path("desk/", staff(desk_bookings.hub), name="desk_hub"),
    path("desk/book/<int:pk>/", staff(desk_bookings.book), name="desk_book"),
    path("desk/change/<int:pk>/", staff(desk_bookings.change), name="desk_change"),
    path("desk/customer/<int:pk>/", staff(desk_customers.edit), name="desk_customer_edit"),
    path("desk/customer/<int:pk>/address/", staff(desk_customers.address), name="desk_customer_address"),
    path("desk/panel/<slug:kind>/<int:pk>/<slug:name>/", staff(desk_panels.panel), name="desk_panel"),
    path("desk/at/<slug:slug>/free/", staff(desk_free.free), name="desk_free"),
    path("desk/at/<slug:slug>/customer/", staff(desk_customers.add), name="desk_customer_add"),
    path("desk/at/<slug:slug>/told/<slug:name>/", staff(desk_panels.told), name="desk_told"),
]
