"""Lock.me's reservations as staff make and change them: one attempt each, and a look when no answer came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

from integrations.errors import Garbled, NotReleased, Refused, Unavailable, VendorError
from integrations.http import Answer
from integrations.types import BookingRecord
from integrations.vendors.lockme import address, forms
from integrations.vendors.lockme.address import EXTERNAL
from integrations.vendors.lockme.calendar import Calendar
from integrations.vendors.lockme.fields import Unreadable, ident
from integrations.vendors.lockme.line import Line, SaidError
from integrations.vendors.lockme.reservations import Reader

FORBIDDEN, NOT_FOUND = 403, 404


class Desk(Calendar):
    """Reservations of one account; a reservation is named by its own id, or by ours as `ext/{extid}`."""

    def __init__(self, line: Line, reader: Reader) -> None:
        super().__init__(line)
        self._reader = reader

    def booking(self, resource_ref: str, ref: str) -> BookingRecord | None:
        """One reservation as it is now, or None when Lock.me says in JSON that there is none (1.8).

        Raises as `Line.send`; Refused when the room is not this account's; Garbled when the answer cannot be
        read, is another reservation, or is a 404 that is not Lock.me's own.
        """
        answer = self._line.get(address.reservation(resource_ref, ref), expect=(FORBIDDEN, NOT_FOUND))
        if answer.status == FORBIDDEN:
            answer.object()
            raise Refused(f"Lock.me does not let this account read room {resource_ref}", status=FORBIDDEN)
        if answer.status == NOT_FOUND:
            answer.object()
            return None
        return self._record(answer, resource_ref, ref)

    def add(self, room: str, fields: Mapping[str, object]) -> int:
        """Make a reservation in a room; its id (1.3 no. 7).

        `fields`: date and hour (on the room's own clock), extid, name, surname, email, phone, people, pricer,
        price, comment, status. With an extid it is looked for first, and made once however often it is asked
        for. Raises Refused for fields that cannot be, before Lock.me is asked, and for an extid that another
        slot's reservation has; Unavailable or Garbled when it is not known to have been made, or not found
        when it was read back; else as `Line.write`.
        """
        form = forms.new(room, fields)
        if (known := self._made_before(room, form)) is not None:
            return known
        path = f"/room/{form['roomid']}/reservation"
        try:
            answer = self._line.write("PUT", path, forms.private(form), json=form)
            return self._confirmed(_new_id(answer), room, form)
        except (Unavailable, Garbled) as error:
            return self._looked(error, lambda: self._own(room, form))

    def edit(self, room: str, ref: str, fields: Mapping[str, object]) -> BookingRecord:
        """Change the fields of a reservation that are named, its extid too (1.3 no. 9); as it is then.

        Raises Refused for what cannot be edited, date and hour among it, before Lock.me is asked; Missing;
        else as `add`.
        """
        form = forms.changes(fields)
        renamed = f"{EXTERNAL}{form['extid']}" if ref.startswith(EXTERNAL) and "extid" in form else ref
        path = address.reservation(room, ref)
        try:
            answer = self._line.write("POST", path, forms.private(form), json=form)
            return self._record(answer, room, renamed)
        except (Unavailable, Garbled) as error:
            return self._looked(error, lambda: self._showing(room, renamed, form))

    def move(self, room: str, ref: str, to_room: str, day: date, hour: time) -> BookingRecord:
        """Move a reservation to a room, date and hour on that room's clock (1.3 no. 11); as it is then.

        Raises Refused when the slot is taken, Missing; else as `add`.
        """
        form = forms.place(to_room, day, hour)
        path = f"{address.reservation(room, ref)}/move"
        try:
            record = self._record(self._line.write("POST", path, json=form), to_room, ref)
            if not _at(record, form):
                raise Garbled(f"POST {path} answered with another slot")  # noqa: TRY301 looked into like the rest
        except (Unavailable, Garbled) as error:
            return self._looked(error, lambda: self._showing(to_room, ref, form))
        return record

    def delete(self, room: str, ref: str) -> bool:
        """Delete a reservation: True (1.3 no. 10).

        Raises Refused with Lock.me's words, as for one that was paid there (3.2); Missing when it is not in
        that room; Unavailable or Garbled, with what a look has shown, when nobody knows; `Line.write`.
        """
        path = address.reservation(room, ref)
        try:
            return _deleted(self._line.write("DELETE", path))
        except (Unavailable, Garbled) as error:
            return self._looked(error, lambda: None)

    def send_test(self) -> None:
        """NotReleased: a test message is sent from Lock.me's panel (2)."""
        raise NotReleased("Lock.me has released no call for a test message: send it from its panel")

    def _confirmed(self, number: int, room: str, form: forms.Form) -> int:
        """The id, if that reservation has our slot: half of a bare number is a number, too."""
        try:
            found = self.booking(room, str(number))
        except VendorError:
            return number  # it was accepted, and that it cannot be read now says nothing against it
        if found is None or not _at(found, form):
            raise Garbled(f"Lock.me answered with reservation {number}, which is not the one that was made")
        return number

    def _made_before(self, room: str, form: forms.Form) -> int | None:
        try:
            return self._own(room, form)
        except SaidError:
            return None  # where errors come as 200, this is how Lock.me says that it has no such reservation

    def _own(self, room: str, form: forms.Form) -> int | None:
        """The reservation with our external id, if there is one and it is the one that is wanted."""
        if not form.get("extid"):
            return None
        found = self.booking(room, f"{EXTERNAL}{form['extid']}")
        if found is None:
            return None
        if not _at(found, form):
            raise Refused(
                f"the external id is already that of reservation {found.ref}, which is at another hour"
            )
        if not found.ref.isdigit():
            raise Garbled(f"Lock.me has a reservation {found.ref}, but does not tell its id")
        return int(found.ref)

    def _showing(self, room: str, ref: str, form: forms.Form) -> BookingRecord | None:
        """The reservation, if it shows all that was sent."""
        found = self.booking(room, ref)
        if found is None:
            return None
        slot = {"roomid": found.occurrences[0].resource_ref}
        return found if forms.shows({**slot, **found.raw}, form) else None

    def _record(self, answer: Answer, room: str, ref: str) -> BookingRecord:
        """The reservation in an answer; Garbled when it cannot be read or is another one.

        Where it does not repeat its id (1.4), it has the name that it was asked for by.
        """
        asked = ref if ref.startswith(EXTERNAL) else address.number(ref, "the id")
        try:
            record = self._reader.record(answer.object(), room, asked)
        except Unreadable as error:
            raise Garbled(f"{answer.where} cannot be read: {error}") from None
        if record.ref != asked and not _is_ours(record, ref):
            raise Garbled(f"asked for reservation {ref} and got {record.ref}")
        return record


def _is_ours(record: BookingRecord, ref: str) -> bool:
    """Has a reservation that was asked for by our external id this id, if it tells one?"""
    ours = ref.removeprefix(EXTERNAL)
    return ours != ref and (record.raw.get("extid") is None or record.external_ref == ours)


def _at(record: BookingRecord, form: forms.Form) -> bool:
    """Is a reservation in the room and slot of a form?"""
    shown = {**record.raw, "roomid": record.occurrences[0].resource_ref}
    return forms.shows(shown, {name: form[name] for name in forms.PLACE})


def _new_id(answer: Answer) -> int:
    """The bare id that a PUT answers with: 17, "17" or 17.0 (1.3 no. 7)."""
    try:
        found = int(ident(answer.json(), "the new reservation's id"))
    except Unreadable as error:
        raise Garbled(f"{answer.where}: {error}") from None
    if not found:
        raise Garbled(f"{answer.where} answered with no id")
    return found


def _deleted(answer: Answer) -> bool:
    said = answer.json()
    if said is True or (type(said) is int and said == 1):
        return True
    if said is False or (type(said) is int and said == 0):
        raise Refused(f"{answer.where} answered that nothing was deleted")
    raise Garbled(f"{answer.where} did not answer true")
