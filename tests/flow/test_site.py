"""What staff have a card vendor do: the zone proven, doors made, questions asked; in words, on record."""

from __future__ import annotations

import pytest

from backoffice import accounts, outlook
from backoffice.flow.audit import findings
from backoffice.flow.desk import facts, site
from backoffice.models import Finding, Severity, StaffAct, VendorWrite, ZoneProof
from backoffice.states import WriteState
from backoffice.word import NotPossible, Word
from tests.factories import (
    NOW,
    AccountFactory,
    CardDoorFactory,
    LevelFactory,
    LocktFactory,
    RoomFactory,
    UserFactory,
)
from tests.support import Written

USER = "POST /api/v1/user"


@pytest.fixture
def best(sandbox, db):
    """An account at the sandbox, whose site writes times in Berlin's zone."""
    vendor = sandbox.vendors.lockt
    vendor.switch["write_zone"] = "Europe/Berlin"
    vendor.add_door(500, "Hall")
    vendor.add_level(11, "Hall", [500])
    account = LocktFactory(base_url=f"{sandbox.url}/lockt/api/v1", secrets=dict(vendor.secrets))
    LevelFactory(account=account, ref="11", door_refs=["500"])
    return account


@pytest.fixture
def lockt(sandbox):
    return sandbox.vendors.lockt


def word(reason="a new site"):
    return Word(UserFactory(), reason, NOW)


def zone_finding():
    findings(NOW)
    return Finding.objects.filter(closed_at=None, kind__startswith="zone").first()


# ------------------------------------------------------------------------------------------------ the zone


def test_l_c15_a_zone_that_is_right_is_proven_and_kept_with_its_readings(best):
    proof = site.prove_zone(best, "", word())
    assert (proof.proven, proof.restored, proof.timezone) == (True, True, "Europe/Berlin")
    assert [seconds for _, _, seconds in proof.readings] == [-3600, -7200]
    assert StaffAct.objects.get().verb == "vendor prove zone"


def test_l_c15_a_zone_that_is_wrong_is_refused_and_staff_are_called_now(best, lockt):
    RoomFactory(path=[CardDoorFactory(account=best)])
    lockt.switch["write_zone"] = "UTC"
    assert not site.prove_zone(best, "", word()).proven
    found = zone_finding()
    assert (found.kind, found.severity) == ("zone_refused", Severity.NOW)
    assert "NOT in Europe/Berlin" in found.text


def test_a_zone_that_was_never_tried_is_a_note_and_a_proof_ends_it(best):
    RoomFactory(path=[CardDoorFactory(account=best)])
    assert zone_finding().severity == Severity.NOTE
    site.prove_zone(best, "", word())
    assert zone_finding() is None


def test_a_proof_of_another_zone_does_not_count(best):
    RoomFactory(path=[CardDoorFactory(account=best)])
    site.prove_zone(best, "", word())
    best.timezone = "Europe/London"
    best.save()
    assert outlook.zone_proofs([best]) == {}
    assert zone_finding().kind == "zone_untried"


def test_the_last_trial_counts(best, lockt):
    site.prove_zone(best, "", word())
    lockt.switch["write_zone"] = "UTC"
    site.prove_zone(best, "", word())
    assert outlook.zone_proofs([best])[best.pk].proven is False


def test_a_spare_user_who_is_enabled_is_refused_in_words_and_no_proof_is_kept(best, lockt):
    lockt.add_user(id_num="STAFF-1", first_name="Ida", last_name="Kern", enabled=True)
    with pytest.raises(NotPossible, match="must be disabled"):
        site.prove_zone(best, "STAFF-1", word())
    assert not ZoneProof.objects.exists()
    assert VendorWrite.objects.get().state == WriteState.REFUSED


def test_a_trial_waits_for_nobody_who_writes_keys(best, monkeypatch):
    monkeypatch.setattr(site, "WAIT", 0.0)
    other = accounts._ask  # another session holds the account's lock
    monkeypatch.setattr(accounts, "_ask", lambda sql, number: "unlock" in sql and other(sql, number))
    with pytest.raises(NotPossible, match="try again in a minute"):
        site.prove_zone(best, "", word())
    assert not VendorWrite.objects.exists()


def test_an_account_that_is_stopped_or_another_vendors_is_not_asked(best, lockt):
    best.stopped_at = NOW
    with pytest.raises(NotPossible, match="is stopped"):
        site.prove_zone(best, "", word())
    with pytest.raises(NotPossible, match="has no such call"):
        site.prove_zone(AccountFactory(), "", word())
    assert lockt.journal == []


# -------------------------------------------------------------------------------------------------- doors


def test_doors_are_made_once_and_one_that_is_there_is_not_made_again(best, lockt):
    site.create_doors(best, ["Hall", "  Side   door "], word())
    write = site.create_doors(best, ["Side door"], word())
    assert sorted(door.name for door in lockt.doors.values()) == ["Hall", "Side door"]
    assert (write.state, write.text) == (WriteState.DONE, "Side door: is there")


@pytest.mark.parametrize(
    ("names", "said"),
    [([], "Give each"), (["", " "], "Give each"), (["A", "A "], "twice: A"), (["x" * 101], "at most 100")],
)
def test_names_that_cannot_be_right_are_refused_before_the_vendor_is_asked(best, lockt, names, said):
    with pytest.raises(NotPossible, match=said):
        site.create_doors(best, names, word())
    assert lockt.journal == []


# -------------------------------------------------------------------------------------------------- facts


def asked(account, what, **about):
    return facts.ask(what, facts.Question(account, word(), **about))


def test_the_vendor_tells_how_many_app_keys_are_claimed(best):
    assert asked(best, "credentials").startswith("App keys claimed: ")


@pytest.mark.parametrize("what", ["next_card_number", "validation", "fobs"])
def test_l_c24_what_the_vendor_has_not_released_is_said_and_is_no_fault(best, what):
    with pytest.raises(NotPossible, match=r"^The vendor has not released"):
        asked(best, what)
    best.refresh_from_db()
    assert best.stopped_at is None


@pytest.mark.parametrize("what", ["next_card_number", "validation", "fobs"])
def test_what_the_vendor_has_released_meanwhile_is_told(best, lockt, what):
    lockt.switch["released"] = ("uservalidate", "fobcheck", "nextcardnum")
    assert asked(best, what)


def test_one_card_holder_is_told_by_our_key_and_by_the_vendors_number(best, lockt):
    there = lockt.add_user(
        id_num="LK-7-1", first_name="Booking", last_name="7", card_num="00421", levels=[11]
    )
    for who in ("LK-7-1", str(there.id)):
        text = asked(best, "user", who=who)
        assert "key LK-7-1): enabled. Valid from ever to no end. Card 00421" in text
        assert "Access levels: not told." in text
    lockt.switch["levels_on_single"] = True
    assert "Access levels: 11." in asked(best, "user", who="LK-7-1")
    assert asked(best, "user", who="LK-8") == "The vendor has no card holder LK-8."
    with pytest.raises(NotPossible, match="Say who"):
        asked(best, "user")


def test_a_lost_phone_gets_no_new_key_and_that_is_said_with_the_remedy(best, lockt):
    with pytest.raises(NotPossible, match=r"has not released the reissue.*new card number instead"):
        asked(best, "reissue")
    assert lockt.calls("POST") == []


def test_a_question_is_on_record_and_writes_nothing_else(best):
    with Written() as written:
        asked(best, "credentials")
    assert {name for name in written if name.startswith("backoffice")} == {"backoffice_staffact"}


def test_what_another_vendor_tells_is_not_asked(best, lockt):
    with pytest.raises(NotPossible, match="cannot be asked that"):
        asked(best, "modes")
    assert lockt.journal == []


def test_a_refusal_is_told_in_the_vendors_words_without_secrets(best, lockt):
    secret = best.secrets["apikey"]
    lockt.fail(
        "status", "credentialsummary", status=400, body=f'{{"result":["bad key {secret}"],"errors":[]}}'
    )
    with pytest.raises(NotPossible) as told:
        asked(best, "credentials")
    assert secret not in str(told.value)
    assert "bad key" in str(told.value)
