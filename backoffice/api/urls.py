"""The addresses of the API below /api/v1/."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.authtoken.views import obtain_auth_token
from rest_framework.routers import DefaultRouter

from backoffice.api import (
    access,
    bookings,
    budgets,
    channels,
    conflicts,
    desk,
    desk_reads,
    events,
    feeds,
    fobs,
    notices,
    places,
    reservations,
    room_calendar,
    site,
    vendors,
    writes,
)

router = DefaultRouter()
router.include_format_suffixes = False
router.register("accounts", vendors.AccountViewSet)
router.register("venues", places.VenueViewSet)
router.register("rooms", places.RoomViewSet)
router.register("resources", places.ResourceViewSet)
router.register("bookings", bookings.BookingViewSet)
router.register("doors", places.DoorViewSet)
router.register("grants", access.GrantViewSet)
router.register("codes", access.CodeViewSet)
router.register("overrides", access.OverrideViewSet)
router.register("events", events.EventViewSet)
router.register("fobs", fobs.FobViewSet)
router.register("fob-loans", fobs.LoanViewSet)
router.register("findings", events.FindingViewSet)
router.register("conflicts", conflicts.ConflictViewSet)
router.register("pairings", channels.PairingViewSet)
router.register("calendars", channels.CalendarViewSet, "calendar")
router.register("blocks", channels.BlockViewSet)
router.register("feeds", feeds.FeedViewSet)
router.register("sync-runs", vendors.SyncRunViewSet)
router.register("webhook-messages", vendors.MessageViewSet)
router.register("notices", notices.NoticeViewSet)
router.register("writes", writes.WriteViewSet)
router.register("customers", desk.CustomerViewSet)
# further acts and reads of what stands above; they have no lists of their own
router.register("accounts", desk.AccountDesk, "account-desk")
router.register("rooms", channels.RoomChannels, "room-channels")
router.register("accounts", desk_reads.AccountReads, "account-reads")
router.register("bookings", desk.ChosenBooking, "booking-desk")
router.register("bookings", desk_reads.BookingReads, "booking-reads")
router.register("customers", desk_reads.CustomerReads, "customer-reads")
router.register("resources", desk_reads.ResourceReads, "resource-reads")
router.register("reservations", reservations.ReservationViewSet, basename="reservation")
router.register("room-calendar", room_calendar.RoomCalendarViewSet, basename="room-calendar")
router.register("calls-bought", budgets.BoltOnViewSet)
router.register("paid-calls", budgets.PaidCallViewSet)
router.register("zone-proofs", site.ZoneProofViewSet)

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("token/", obtain_auth_token, name="token"),
    path("", include(router.urls)),
]
