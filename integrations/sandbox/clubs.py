"""The clubs of the demo's town, and their week in the Studio, whose stairs have a lock that an app opens.

Most clubs have the app and accept a key in it; one has it and never does, and one has none.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integrations.sandbox.server import Vendors

STAIRS = "2c2d2e2f303132333435363738393a3b"
STUDIO = 95
CLUBS = {
    4701: "TSV Nordufer",
    4702: "Chor am Kanal",
    4703: "Yoga Kollektiv",
    4704: "Robotik AG",
    4705: "Volleyball 09",
    4706: "Harbour Players",
}
SILENT, WITHOUT = "Chor am Kanal", "Yoga Kollektiv"  # has the app and does not accept; has no app
WEEK = (4701, 4702, 4703, 4704, 4705, 4706)  # from tomorrow on, an afternoon each
AFTERNOON, EVENING, LASTS = time(16), time(18, 30), timedelta(hours=2)  # before the Open stage


def address(club: str) -> str:
    """Where a club is written to."""
    return f"kontakt@{club.lower().replace(' ', '-')}.example"


def furnish(vendors: Vendors) -> None:
    """The lock on the stairs, and who has its app; a second time changes nothing."""
    if STAIRS not in vendors.codelocks.locks:
        vendors.codelocks.add_k3(STAIRS, "Studio stairs", "Europe/London")
    for club in CLUBS.values():
        if club != WITHOUT:
            vendors.codelocks.register_app_user(address(club))


def rehearse(vendors: Vendors, today: date) -> None:
    """Each club has the Studio for an afternoon of the coming days."""
    for days, club in enumerate(WEEK, start=1):
        begin = datetime.combine(today + timedelta(days=days), AFTERNOON)
        vendors.locaboo.book(STUDIO, begin, begin + LASTS, club)


def come_again(vendors: Vendors, today: date) -> str:
    """A club books the evening after tomorrow's afternoon, too; what was done."""
    begin = datetime.combine(today + timedelta(days=1), EVENING)
    vendors.locaboo.book(STUDIO, begin, begin + LASTS, 4706)
    return f"{CLUBS[4706]} booked the Studio for tomorrow evening"


def accept(vendors: Vendors) -> str:
    """Who has been invited by now and wants the key accepts it in the app; what was done, or ""."""
    codelocks = vendors.codelocks
    wanted = {address(club): club for club in CLUBS.values() if club != SILENT}
    waiting = [c.email for c in codelocks.account.clients.values() if c.lock_id == STAIRS and not c.accepted]
    accepted = [email for email in waiting if email in wanted]
    for email in accepted:
        codelocks.accept(STAIRS, email)
    who = ", ".join(wanted[email] for email in accepted)
    return f"accepted a key of the Studio's stairs in the app: {who}" if accepted else ""
