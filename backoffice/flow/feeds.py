"""Secret addresses at which others may look at a calendar: given, shown, changed and taken away by staff."""

from __future__ import annotations

from django.db import transaction

from backoffice.models import Feed, Room, Venue, feed_digest, new_feed_token
from backoffice.models.places import Scope
from backoffice.word import NotPossible, Word, on_record


def offer(place: Venue | Room, scope: str, word: Word) -> Feed:
    """A new address for a room's bookings or a whole venue's; the reason says who gets it.

    NotPossible for a scope that is none of google_calendar S1-S3.
    """
    if scope not in Scope.values:
        raise NotPossible("Say how much is shown: all, no contact, or the name alone.")
    token, room = new_feed_token(), place if isinstance(place, Room) else None
    with transaction.atomic():
        feed = Feed.objects.create(
            venue=place.venue if isinstance(place, Room) else place,
            room=room,
            scope=scope,
            token=token,
            digest=feed_digest(token),
            note=word.reason.strip()[:200],
            made_at=word.now,
            made_by=word.author,
        )
        on_record(word, "offer", feed, detail={"scope": scope})
    return feed


def reveal(feed: Feed, word: Word) -> str:
    """The address below the site's; who saw it, when and why is on record before it is given out."""
    _must_be_used(feed)
    on_record(word, "reveal", feed)
    return f"/feeds/{feed.token}.ics"


def renew(feed: Feed, word: Word) -> Feed:
    """Another address; whoever has the old one finds nothing there from now on."""
    token = new_feed_token()
    with transaction.atomic():
        in_use = Feed.objects.filter(pk=feed.pk, withdrawn_at=None)
        if not in_use.update(token=token, digest=feed_digest(token), made_at=word.now):
            _must_be_used(Feed.objects.get(pk=feed.pk))
        feed.refresh_from_db()
        on_record(word, "renew", feed)
    return feed


def withdraw(feed: Feed, word: Word) -> Feed:
    """Nothing is to be seen there from now on, for good."""
    with transaction.atomic():
        if not Feed.objects.filter(pk=feed.pk, withdrawn_at=None).update(withdrawn_at=word.now):
            _must_be_used(Feed.objects.get(pk=feed.pk))
        feed.refresh_from_db()
        on_record(word, "withdraw", feed)
    return feed


def _must_be_used(feed: Feed) -> None:
    if feed.withdrawn_at is not None:
        raise NotPossible("This address was withdrawn: make a new one.")
