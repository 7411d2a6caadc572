"""The addresses of the site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from backoffice import feeds, health, webhooks
from backoffice.admin import pages

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", include(pages.urlpatterns)),
    path("admin/", admin.site.urls),
    path("hooks/<str:token>/", webhooks.receive),
    path("feeds/<str:token>.ics", feeds.feed),
    path("api/v1/", include("backoffice.api.urls")),
]
