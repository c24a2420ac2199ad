"""The ledger: the only writer of a payment's state.

Every fact, whoever brings it (webhook, poll, deadline, staff), goes through
`record_transfer` or `record_event`: lock the payment, write the fact, judge the sums,
advance by the table, write the entry, put what the shop must be told into the outbox.
All of it is one commit; nothing here speaks to a gateway or to the shop.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from saleor_cryptopay.core.events import TransferReported, TransferStatus
from saleor_cryptopay.core.states import (
    PaymentEvent,
    PaymentState,
    Standing,
    advance,
    allows,
    judge,
)
from saleor_cryptopay.models import Address, Entry, Payment, Transfer

from .postings import SET_ASIDE, Posting, post_state, post_transfer
from .runtime import Runtime
from .transfers import Change, find_address, update_transfer


def lock_payment(payment_id: UUID) -> Payment:
    """Return the payment, locked until the surrounding transaction ends.

    Raises:
        Payment.DoesNotExist: there is no such payment.
    """
    return Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)


def record_transfer(
    report: TransferReported, observed_at: datetime, runtime: Runtime
) -> bool:
    """Apply what the gateway said of a transfer. Order and repetition do not matter.

    Args:
        report: as fetched from the gateway (never as a webhook told it).
        observed_at: when it was asked for; older reports never undo newer ones.
        runtime: see `runtime.Runtime`.

    Returns:
        Whether the transfer is to an address of ours.

    Raises:
        MalformedError: the amount is none of the quoted asset's.
    """
    found = find_address(report, runtime.gateway)
    if found is None:
        return False
    with transaction.atomic():
        payment = lock_payment(found.payment_id)
        address = Address.objects.get(pk=found.pk)
        policy = runtime.policies(payment.channel)
        transfer, change = update_transfer(
            payment, address, report, policy, observed_at
        )
        if change is not Change.NONE:
            _apply_change(payment, transfer, change, runtime)
    return True


def record_event(
    payment_id: UUID, event: PaymentEvent, runtime: Runtime, *, note: str = ""
) -> Payment:
    """Apply an event that is not about a transfer, if the table allows it.

    Returns the payment as it is afterwards: an event the state does not allow (the
    sweep meets a payment that was just paid) changes nothing.
    """
    with transaction.atomic():
        payment = lock_payment(payment_id)
        state = PaymentState(payment.state)
        if allows(state, event):
            entry = _advance(payment, event, runtime.clock(), note=note)
            post_state(Posting(payment, entry, runtime.policies(payment.channel)))
            transaction.on_commit(runtime.jobs.deliver_effects, robust=True)
        return payment


def sums(payment: Payment) -> tuple[int, int]:
    """Return (final, underway) base units of the payment's counted transfers."""
    final = underway = 0
    for transfer in payment.transfers.filter(verdict=Transfer.Verdict.COUNTED):
        if transfer.is_final:
            final += transfer.units
        elif not TransferStatus(transfer.status).is_gone:
            underway += transfer.units
    return final, underway


def _apply_change(
    payment: Payment, transfer: Transfer, change: Change, runtime: Runtime
) -> None:
    final, underway = sums(payment)
    event = _event(payment, transfer, change, final, underway)
    entry = _advance(
        payment,
        event,
        runtime.clock(),
        transfer=transfer,
        note=f"{transfer.status}, {final} final, {underway} underway",
    )
    policy = runtime.policies(payment.channel)
    posting = Posting(payment, entry, policy, final, underway)
    post_transfer(posting, transfer, change)
    post_state(posting)
    transaction.on_commit(runtime.jobs.deliver_effects, robust=True)


def _event(
    payment: Payment, transfer: Transfer, change: Change, final: int, underway: int
) -> PaymentEvent:
    if payment.address is None:
        return PaymentEvent.REVIEW_RAISED
    standing = Standing(
        minimum=payment.address.minimum_units,
        final=final,
        underway=underway,
        has_reversal=change is Change.REVERSED,
        needs_person=change is Change.SETTLED and transfer.verdict in SET_ASIDE,
    )
    return judge(standing)


def _advance(
    payment: Payment,
    event: PaymentEvent,
    now: datetime,
    *,
    transfer: Transfer | None = None,
    note: str = "",
) -> Entry:
    """Write the entry, and move the payment if the table has a row for the event."""
    before = PaymentState(payment.state)
    after = advance(before, event) if allows(before, event) else before
    if after is not before:
        payment.state = after
        payment.changed_at = now
        payment.save(update_fields=["state", "changed_at"])
    last = payment.entries.aggregate(last=Max("number"))["last"] or 0
    return payment.entries.create(
        number=last + 1,
        event=event,
        state_before=before,
        state_after=after,
        transfer=transfer,
        note=note,
        created_at=now,
    )
