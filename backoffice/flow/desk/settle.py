"""What became of writes whose end nobody knows: as staff saw it at the vendor, or as the mirror shows."""

from __future__ import annotations

from django.db import transaction

from backoffice import states
from backoffice.flow.desk.record import link
from backoffice.models import VendorWrite
from backoffice.states import WriteState
from backoffice.word import NotPossible, Word, on_record

OPEN = (WriteState.ASKED, WriteState.IN_DOUBT)


def settle(write: VendorWrite, *, done: bool, word: Word) -> VendorWrite:
    """Staff have looked at the vendor: it was done, or it was not. NotPossible when its end is known.

    Done, and only one thing may be it: then it is that one.
    """
    to = WriteState.DONE if done else WriteState.REFUSED
    said = "was done" if done else "was not done"
    text = f"{write.text} {word.author} has looked at the vendor: it {said}.".strip()
    ref = write.candidates[0] if done and not write.ref and len(write.candidates) == 1 else write.ref
    with transaction.atomic():
        if write.state not in OPEN or not states.move(write, to, text=text, ref=ref, settled_at=word.now):
            raise NotPossible("What came of this is known already.")
        link(write)
        on_record(word, f"vendor {said}", write, booking=write.booking)
    return write
