"""Staff's last word on a booking, asked of the locks: it acts at once, is not undone, and ends by itself."""

from __future__ import annotations

import pytest

from backoffice.flow import overrule
from backoffice.models import Booking, Door, Finding, IssuedCode
from tests.story.conftest import FRONT, LAB, berlin
from tests.story.staff import go_on, word

__all__ = ["word"]


def booking(number):
    return Booking.objects.get(ref=str(number))


def states(house, number):
    return {grant.state for grant in house.grants(number)}, {code.state for code in house.codes(number)}


def hall(house, resource=70):
    return house.locaboo.book(resource, "2026-03-09 14:30", "2026-03-09 15:30", 4711)


# ---------------------------------------------------------------------------------------------------- hold


def test_a_held_booking_gets_nothing_and_costs_nothing_until_it_is_released(house, word):
    number = house.game("14:30", day="2026-03-11")
    house.sync()
    held = overrule.hold(booking(number), berlin("12:00", "2026-03-12"), word())
    house.at(berlin("15:00", "2026-03-10"))
    go_on(house)
    assert states(house, number) == ({"held"}, {"held"})
    assert house.codelocks.paid("netcode") == 0
    assert house.mails == []
    overrule.release(held, word("paid at the desk"))
    house.sync()
    assert house.gets_in(number, berlin("15:00", "2026-03-11"))
    assert len(house.mails) == 1


def test_a_hold_ends_by_itself(house, word):
    number = house.game("14:30", day="2026-03-11")
    house.sync()
    overrule.hold(booking(number), berlin("16:00", "2026-03-10"), word())
    house.at(berlin("15:59", "2026-03-10"))
    house.sync()
    assert states(house, number) == ({"held"}, {"held"})
    house.at(berlin("16:00", "2026-03-10"))
    house.sync()
    assert house.gets_in(number, berlin("15:00", "2026-03-11"))


def test_a_held_door_holds_the_mail_of_all_who_pass_it_and_no_other_door(house, word):
    number = house.game("14:30", day="2026-03-11")
    house.sync()
    overrule.hold(Door.objects.get(ref=LAB), berlin("20:00", "2026-03-10"), word("the lock is being changed"))
    house.at(berlin("15:00", "2026-03-10"))
    go_on(house)
    front, lab = house.grants(number)
    assert (front.state, lab.state) == ("granted", "held")
    assert [code.door.ref for code in house.codes(number, state="active")] == [FRONT]
    assert house.mails == [], "half a way in is none"


def test_what_is_out_stays_out_during_a_hold(house, word):
    number = house.game("14:30")
    house.sync()
    before = [code.secret for code in house.codes(number, state="active")]
    overrule.hold(booking(number), berlin("20:00"), word())
    go_on(house)
    assert [code.secret for code in house.codes(number, state="active")] == before
    assert [notice.kind for notice in house.told(number)] == ["access"]


# ---------------------------------------------------------------------------------------------------- deny


def test_a_denied_card_is_disabled_and_read_back_and_stays_so(house, word):
    number = hall(house, 80)
    house.sync()
    (card,) = house.codes(number)
    overrule.deny(booking(number), berlin("20:00"), word("left the room in ruins"))
    house.sync()
    card.refresh_from_db()
    assert (card.state, card.known) == ("revoked", "confirmed")
    go_on(house)
    assert states(house, number) == ({"denied"}, {"revoked"})
    assert not house.lockt.opens_with_key(card.secret, 502, berlin("15:00"))


def test_a_denied_netcode_lingers_is_shown_and_the_guest_is_told(house, word):
    number = house.game("14:30")
    house.sync()
    overrule.deny(booking(number), berlin("20:00"), word("left the room in ruins"))
    go_on(house)
    assert states(house, number) == ({"denied"}, {"lingering"})
    assert [notice.kind for notice in house.told(number)] == ["access", "withdrawn"]
    shown = Finding.objects.filter(closed_at=None, kind__contains="linger")
    assert "Ida Kern" in " ".join(shown.values_list("text", flat=True))
    assert all(code.secret not in house.mails[-1].body for code in house.codes(number))


def test_a_denial_of_one_door_leaves_the_others(house, word):
    number = hall(house)
    house.sync()
    front, _ = house.grants(number)
    overrule.deny(front, berlin("20:00"), word("comes in at the back"))
    go_on(house)
    assert [grant.state for grant in house.grants(number)] == ["denied", "granted"]
    (card,) = house.codes(number, method="card")
    assert house.opens(card, berlin("15:00"))


@pytest.mark.parametrize("released", [True, False], ids=["taken back", "ends"])
def test_after_a_denial_the_guest_gets_in_again_and_is_told(house, word, released):
    number = house.game("14:30")
    house.sync()
    denied = overrule.deny(booking(number), berlin("14:40"), word())
    house.sync()
    assert states(house, number)[0] == {"denied"}
    if released:
        overrule.release(denied, word("it was somebody else"))
    else:
        house.at(denied.ends_at)
    house.sync()
    assert house.gets_in(number, berlin("15:00"))
    assert [notice.kind for notice in house.told(number)][:2] == ["access", "withdrawn"]
    last = house.mails[-1]
    assert all(code.secret in last.body for code in house.codes(number, state="active"))


def test_a_denial_that_ends_before_the_window_begins_takes_nothing_away(house, word):
    number = house.game("14:30")
    house.sync()
    overrule.deny(Door.objects.get(ref=FRONT), berlin("14:00"), word("the lock is being changed"))
    go_on(house)
    assert house.gets_in(number, berlin("14:15"))
    assert len(house.told(number)) == 1


def test_a_card_comes_back_after_a_denial(house, word):
    number = hall(house, 80)
    house.sync()
    denied = overrule.deny(booking(number), berlin("20:00"), word())
    house.sync()
    overrule.release(denied, word("it was somebody else"))
    house.sync()
    assert house.gets_in(number, berlin("15:00"))
    assert len(house.lockt.people) == 1


# -------------------------------------------------------------------------------------------------- extend


def test_an_extended_window_opens_in_the_minutes_that_were_added(house, word):
    number = hall(house)
    house.sync()
    assert not house.gets_in(number, berlin("16:10"))
    overrule.extend(booking(number), 30, 60, berlin("20:00"), word("the caterer comes early"))
    go_on(house)
    for at in ("13:45", "15:00", "16:44"):
        assert house.gets_in(number, berlin(at)), at
    (card,) = house.codes(number, method="card", state="active")
    assert not house.opens(card, berlin("13:44"))
    assert not house.opens(card, berlin("16:45"))


def test_an_extension_goes_on_for_windows_that_begin_before_its_end(house, word):
    number = hall(house)
    house.sync()
    overrule.extend(booking(number), 0, 60, berlin("14:20"), word("they clean up themselves"))
    house.sync()
    house.at(berlin("14:20"))
    house.sync()
    assert house.gets_in(number, berlin("15:30"))


def test_an_extension_that_is_taken_back_closes_the_door_on_time(house, word):
    number = hall(house, 80)
    house.sync()
    extended = overrule.extend(booking(number), 0, 60, berlin("20:00"), word("they clean up themselves"))
    house.sync()
    overrule.release(extended, word("they do not"))
    house.sync()
    (card,) = house.codes(number, state="active")
    assert house.opens(card, berlin("15:44"))
    assert not house.opens(card, berlin("15:45"))


# ------------------------------------------------------------------------------------------------- reissue


def test_a_reissued_pin_is_another_one_told_once_and_the_old_one_is_shown(house, word):
    number = house.game("14:30")
    house.sync()
    old = {code.door_id: code for code in house.codes(number)}
    for grant in house.grants(number):
        overrule.reissue(grant, word("it was posted in a chat"))
    house.sync()
    go_on(house)
    new = house.codes(number, state="active")
    assert {code.door_id for code in new} == set(old)
    assert all(code.secret != old[code.door_id].secret for code in new)
    assert house.gets_in(number, berlin("14:15"))
    assert house.gets_in(number, berlin("15:44"))
    assert {code.state for code in IssuedCode.objects.filter(pk__in=[c.pk for c in old.values()])} == {
        "lingering"
    }
    assert [notice.kind for notice in house.told(number)] == ["access", "changed"]
    assert all(code.secret in house.mails[-1].body for code in new)


def test_a_reissued_card_has_another_key_and_the_old_one_opens_nothing(house, word):
    number = hall(house, 80)
    house.sync()
    (old,) = house.codes(number)
    overrule.reissue(house.grants(number)[0], word("the phone was stolen"))
    house.sync()
    go_on(house)
    (new,) = house.codes(number, state="active")
    assert house.opens(new, berlin("15:00"))
    assert new.secret != old.secret
    assert not house.lockt.opens_with_key(old.secret, 502, berlin("15:00"))
    assert [notice.kind for notice in house.told(number)] == ["access", "changed"]


def test_a_reissue_is_over_with_the_window(house, word):
    number = house.game("14:30")
    house.sync()
    overrule.reissue(house.grants(number)[0], word("it was posted in a chat"))
    house.sync()
    house.at(berlin("18:01"))
    house.sync()
    assert states(house, number) == ({"ended"}, {"expired"})
    assert len(house.told(number)) == 2
