"""Customers that staff have a source add and change: asked for once, on record without their data."""

from __future__ import annotations

import pytest

from backoffice import tasks
from backoffice.flow.desk import customers
from backoffice.flow.desk.bookings import Doubts
from backoffice.models import Customer, VendorWrite
from backoffice.states import WriteState
from backoffice.word import NotPossible
from tests.factories import CustomerFactory
from tests.flow.halls import town_hall, word

pytestmark = pytest.mark.django_db
OLE = {"first_name": "Ole", "last_name": "Lund", "email": "ole@example.test"}


@pytest.fixture
def hall(sandbox):
    return town_hall(sandbox)


def test_a_customer_is_added_and_mirrored_at_once(hall):
    write = customers.add(hall.account, OLE, word())
    tasks.take_over(write)
    assert write.state == WriteState.DONE
    assert Customer.objects.get(ref=write.ref).email == "ole@example.test"


def test_what_is_on_record_in_the_clear_names_nobody(hall):
    write = customers.add(hall.account, OLE, word())
    assert (write.subject, write.asked) == ("a new customer", OLE)


def test_a_known_address_is_said_first(hall):
    with pytest.raises(Doubts, match="Customer 4711 has this e-mail address already"):
        customers.add(hall.account, {"email": "EMIL@example.test"}, word())
    assert hall.asked("customer_add") == 0
    assert customers.add(hall.account, {"email": "emil@example.test"}, word(), all_the_same=True).ref


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"city": "Kiel"}, "Who is it"), ({"first_name": " "}, "Who is it"), ({"email": "ole"}, "needs an @")],
)
def test_nobody_is_added_for_nothing(hall, fields, words):
    with pytest.raises(NotPossible, match=words):
        customers.add(hall.account, fields, word())
    assert (hall.asked("customer_add"), VendorWrite.objects.count()) == (0, 0)


def test_a_customer_of_unknown_fields_alone_is_refused_by_their_names(hall):
    with pytest.raises(NotPossible, match="has no shoe_size, town; it has bank_owner, "):
        customers.add(hall.account, {"town": "Kiel", "shoe_size": "43"}, word())
    assert (hall.asked("customer_add"), VendorWrite.objects.count()) == (0, 0)


def test_what_is_not_named_stays_as_it_is(hall):
    write = customers.edit(hall.customer(), {"phone": "+49 30 1"}, word())
    tasks.take_over(write)
    found = hall.customer()
    assert (write.state, found.name, found.phone) == (WriteState.DONE, "Emil Vogel", "+49 30 1")


def test_a_field_that_the_source_does_not_take_is_refused_in_words(hall):
    write = customers.edit(hall.customer(), {"shoe_size": "43"}, word())
    assert (write.state, hall.asked("customer_edit")) == (WriteState.REFUSED, 0)
    assert "shoe_size" in write.text


def test_an_address_is_added(hall):
    write = customers.add_address(hall.customer(), {"street": "Kai 1", "city": "Kiel"}, word())
    assert write.state == WriteState.DONE
    assert hall.shop.store.customers[4711].addresses == [{"street": "Kai 1", "city": "Kiel"}]


def test_an_empty_address_is_no_address(hall):
    with pytest.raises(NotPossible, match="empty"):
        customers.add_address(hall.customer(), {"address_type": "secondary"}, word())


def test_a_second_click_adds_no_second_customer(hall):
    first = customers.add(hall.account, OLE, word(), key="form-1")
    tasks.take_over(first)
    assert customers.add(hall.account, OLE, word(), key="form-1") == first
    assert hall.asked("customer_add") == 1


def test_a_vendor_without_customers_is_not_asked(db):
    with pytest.raises(NotPossible, match="takes no customers from here"):
        customers.edit(CustomerFactory(), OLE, word())
