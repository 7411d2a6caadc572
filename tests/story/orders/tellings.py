"""What vendors tell at our address: late, again, out of order, or spoilt on the way; much never comes."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from django.test import RequestFactory

from backoffice import tasks, webhooks
from backoffice.flow import calendars
from backoffice.models import VendorAccount, WebhookMessage
from backoffice.states import MessageState
from integrations.sandbox.google_calendar.channels import Telling
from tests.story.orders.house import Sold

NUMBERS = ("0", "-1", "1", "7" * 40, "x", "")
OPEN = (MessageState.RECEIVED, MessageState.APPLIED)


class Tellings:
    """The way from the vendors to us."""

    def __init__(self, house: Sold) -> None:
        self.house = house
        self.heard: list[Telling] = []  # all that a calendar ever told

    def message(self, dice: Random) -> None:
        """One of Lock.me's messages, new or old, maybe not for the first time; it may be opened later."""
        numbers = sorted(self.house.lockme.postbox.messages)
        if numbers:
            newest = dice.random() < 0.5
            self._hook(numbers[-1] if newest else dice.choice(numbers), dice)

    def strange_message(self, dice: Random) -> None:
        """A message that there is not, or not yet."""
        newest = max(self.house.lockme.postbox.messages, default=90511)
        number = dice.choice((str(newest + dice.randrange(1, 4)), "0", "-5", "", "ä", "9" * 300))
        self._hook(number, dice)

    def _hook(self, number: object, dice: Random) -> None:
        self._post("lockme", {"X-MessageId": str(number)})
        message = WebhookMessage.objects.filter(ref=str(number), state__in=OPEN).first()
        if message is not None and dice.random() < 0.8:
            tasks.read_message(message)

    def push(self, dice: Random) -> None:
        """One of the calendars' tellings, new or old; if it is one, the calendars are read, now or later."""
        told = self._told()
        if told:
            telling = told[-1] if dice.random() < 0.5 else dice.choice(told)
            self._push(telling.channel.headers(telling.state, telling.number), dice)

    def strange_push(self, dice: Random) -> None:
        """A telling that was spoilt, or made up."""
        told = self._told()
        if told:
            telling = dice.choice(told)
            headers = dict(telling.channel.headers(telling.state, telling.number))
            headers |= dice.choice(
                (
                    {"X-Goog-Channel-Token": "guessed"},
                    {"X-Goog-Channel-ID": "nobody's"},
                    {"X-Goog-Channel-ID": ""},
                    {"X-Goog-Resource-State": dice.choice(("", "not_exists", "sync", "?"))},
                    {"X-Goog-Message-Number": dice.choice(NUMBERS)},
                )
            )
            self._push(headers, dice)

    def _told(self) -> list[Telling]:
        self.heard += self.house.google.channels.due(self.house.now)
        return self.heard

    def _push(self, headers: Mapping[str, str], dice: Random) -> None:
        self._post("calendars", headers)
        account = VendorAccount.objects.get(slug="calendars")
        if calendars.hints(account) and dice.random() < 0.8:
            tasks.refresh(account)

    def _post(self, slug: str, headers: Mapping[str, str]) -> None:
        """As a vendor does; whatever it says, it is answered."""
        token = VendorAccount.objects.get(slug=slug).hook_token
        answer = webhooks.receive(RequestFactory().post("/hooks/", headers=headers), token)
        assert answer.status_code in (200, 400, 404), answer.status_code
