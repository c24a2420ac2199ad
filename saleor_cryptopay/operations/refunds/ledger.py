"""The ledger of refunds: the only writer of a refund's state.

Whatever happens to a refund goes through `record`: advance by the table, write the
entry, put what the shop and people must be told beside it. All of it is one commit,
under the payment's lock; nothing here speaks to a gateway or to the shop.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from saleor_cryptopay.core.errors import RefundError, TransitionError
from saleor_cryptopay.core.refunds import RefundEvent, RefundState, advance
from saleor_cryptopay.models import Refund, RefundEntry
from saleor_cryptopay.operations import cases, journal
from saleor_cryptopay.operations.ledger import lock_payment
from saleor_cryptopay.operations.runtime import Runtime

from .offers import list_settled
from .postings import ASKED, post_event

# Who moves a refund, where it is nobody of the staff.
CUSTOMER: Final = "customer"
GATEWAY: Final = "gateway"
CLOCK: Final = "clock"


def open_refund(
    refund: Refund, actor: str, link_life: timedelta, runtime: Runtime
) -> Refund:
    """Store a new refund; the caller holds its payment's lock and has measured it.

    Args:
        refund: not stored yet.
        actor: who asked for it.
        link_life: how long the customer may take to name an address.
        runtime: see `runtime.Runtime`.
    """
    now = runtime.clock()
    refund.asked_at = refund.changed_at = now
    refund.expires_at = now + link_life
    refund.save(force_insert=True)
    entry = _write_entry(refund, ASKED, RefundState(refund.state), actor, runtime)
    post_event(refund, entry, runtime)
    journal.note_refund_when_committed(entry, refund)
    return refund


@contextmanager
def locked(refund_id: UUID) -> Iterator[Refund]:
    """Give a refund, locked with its payment in one transaction.

    Raises:
        RefundError: there is no such refund.
    """
    payment_id = (
        Refund.objects.filter(pk=refund_id).values_list("payment", flat=True).first()
    )
    if payment_id is None:
        raise RefundError("There is no such refund.", code="unknown")
    with transaction.atomic():
        payment = lock_payment(payment_id)
        refund = Refund.objects.get(pk=refund_id)
        refund.payment = payment
        yield refund


def record(  # noqa: PLR0913 - what a line holds
    refund: Refund,
    event: RefundEvent,
    actor: str,
    runtime: Runtime,
    *,
    note: str = "",
    order_id: str = "",
) -> RefundEntry:
    """Move a locked refund along the table, with all that its row holds by now.

    Args:
        refund: from `locked`; changes to its other columns are stored with it.
        event: what happened.
        actor: who did it.
        runtime: see `runtime.Runtime`.
        note: why, in words for staff.
        order_id: the gateway's order that was taken with it, or "".

    Raises:
        RefundError: the table has no row for the event in this state.
    """
    before = RefundState(refund.state)
    try:
        refund.state = advance(before, event)
    except TransitionError:
        raise RefundError(
            f"This cannot be done to a refund that is “{before}”.",
            code="state",
            state=before,
        ) from None
    refund.changed_at = runtime.clock()
    refund.save()
    entry = _write_entry(
        refund, event, before, actor, runtime, note=note, order_id=order_id
    )
    post_event(refund, entry, runtime)
    if refund.state == RefundState.CONFIRMED:
        cases.close_given_back(list_settled(refund), entry.created_at)
    journal.note_refund_when_committed(entry, refund)
    return entry


def _write_entry(  # noqa: PLR0913 - what a line holds
    refund: Refund,
    event: str,
    before: RefundState,
    actor: str,
    runtime: Runtime,
    *,
    note: str = "",
    order_id: str = "",
) -> RefundEntry:
    last = refund.entries.aggregate(last=Max("number"))["last"] or 0
    return refund.entries.create(
        number=last + 1,
        event=event,
        state_before=before,
        state_after=refund.state,
        actor=actor[:128],
        note=note,
        order_id=order_id,
        created_at=runtime.clock(),
    )
