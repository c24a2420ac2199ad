"""The ledger: the only writer of a payment's state.

Every fact, whoever brings it (webhook, poll, deadline, staff), goes through
`record_transfer` or `record_event`: lock the payment, write the fact, judge the sums,
advance by the table, write the entry, put what the shop must be told into the outbox
and what people are to be told among the messages.
All of it is one commit; nothing here speaks to a gateway or to the shop.
"""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_noop

from saleor_cryptopay.core.events import TransferReported
from saleor_cryptopay.core.messages import MessageName
from saleor_cryptopay.core.states import (
    PaymentEvent,
    PaymentState,
    Standing,
    advance,
    allows,
    judge,
)
from saleor_cryptopay.models import Address, Effect, Entry, Payment, Transfer

from . import integrity, journal
from .batches import FIRST, move_alike
from .descriptions import CONTRADICTED, SET_ASIDE
from .messages import post_alike
from .postings import (
    Posting,
    is_owed,
    is_short,
    post_owed,
    post_state,
    post_transfer,
)
from .runtime import Runtime
from .sums import add_up, list_counted, sums
from .tidings import DEADLINE, post_tidings
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
    span = runtime.tracer.span(
        "ledger",
        payment=found.payment_id,
        transfer=report.transaction_id,
        network=report.network,
    )
    with span, transaction.atomic():
        payment = lock_payment(found.payment_id)
        address = Address.objects.get(pk=found.pk)
        transfer, change = update_transfer(
            payment, address, report, runtime, observed_at
        )
        if change is Change.NONE and is_owed(transfer):
            change = _look_again(payment)
        if change is Change.NONE:
            return True
        if change is Change.CONTRADICTED:
            if allows(PaymentState(payment.state), PaymentEvent.REVIEW_RAISED):
                _stop(payment, transfer, runtime, CONTRADICTED)
        elif _is_intact(payment, address):
            _apply_change(payment, transfer, change, runtime)
        else:
            _stop(payment, transfer, runtime, integrity.CHANGED)
    return True


def record_event(
    payment_id: UUID,
    event: PaymentEvent,
    runtime: Runtime,
    *,
    note: str = "",
    seen_in: PaymentState | None = None,
) -> Payment:
    """Apply an event that is not about a transfer, if the table allows it.

    Args:
        payment_id: whose.
        event: what happened.
        runtime: see `runtime.Runtime`.
        note: in words, for staff.
        seen_in: the state that the event was concluded from; in another one it is not
            so any more. None: it does not depend on the state.

    Returns the payment as it is afterwards: an event the state does not allow (the
    sweep meets a payment that was just paid) changes nothing.
    """
    span = runtime.tracer.span("ledger", payment=payment_id, event=event)
    with span, transaction.atomic():
        payment = lock_payment(payment_id)
        state = PaymentState(payment.state)
        if allows(state, event) and seen_in in (None, state):
            entry = _advance(payment, event, runtime.clock(), note=note)
            posting = Posting(payment, entry, runtime.policies(payment.channel))
            post_state(posting)
            post_tidings(posting)
            _deliver_soon(runtime)
        return payment


def record_deadlines(due: QuerySet[Payment], runtime: Runtime) -> list[datetime]:
    """Let the deadline pass for a batch of payments, in one commit and few statements.

    Args:
        due: sliced to the size of the batch, in states that the event is allowed in.
            What another process has locked is passed over; what changed while its
            lock was waited for is looked at again by the database.
        runtime: see `runtime.Runtime`.

    Returns:
        Their deadlines, in the order of `due`; all of them have moved.
    """
    alike: dict[tuple[str, str], list[UUID]] = {}
    with transaction.atomic():
        locked = due.select_for_update(skip_locked=True)
        rows = list(locked.values_list("pk", "state", "channel", "expires_at"))
        for key, state, channel, _ in rows:
            alike.setdefault((state, channel), []).append(key)
        for (state, channel), keys in alike.items():
            _pass_deadline(keys, PaymentState(state), channel, runtime)
    return [deadline for *_, deadline in rows]


def _deliver_soon(runtime: Runtime) -> None:
    """Have the shop and people told as soon as this is committed."""
    transaction.on_commit(runtime.jobs.deliver_effects, robust=True)
    transaction.on_commit(runtime.jobs.deliver_messages, robust=True)


def _is_intact(payment: Payment, address: Address) -> bool:
    """Whether nobody changed where the coins went, nor where they were to go."""
    rows = {address.pk: address}
    if payment.address is not None:
        rows[payment.address.pk] = payment.address
    changed = [row for row in rows.values() if not integrity.is_intact(payment, row)]
    for row in changed:
        integrity.report_changed(payment, row)
    return not changed


def _look_again(payment: Payment) -> Change:
    """Return whether final coins without a credit can be credited now after all.

    They became final while the record of their address did not bear its seal; it does
    again, since the key that it was made with is back.
    """
    address = payment.address
    is_sealed = address is not None and integrity.is_intact(payment, address)
    final, _ = sums(payment)
    return Change.SETTLED if is_sealed and is_short(payment, final) else Change.NONE


def _stop(payment: Payment, transfer: Transfer, runtime: Runtime, reason: str) -> None:
    """Keep the coins on record, credit nothing, and call for a person."""
    entry = _advance(
        payment,
        PaymentEvent.REVIEW_RAISED,
        runtime.clock(),
        transfer=transfer,
        note=reason,
    )
    posting = Posting(payment, entry, runtime.policies(payment.channel))
    post_state(posting)
    post_tidings(posting, transfer)
    _deliver_soon(runtime)


def _apply_change(
    payment: Payment, transfer: Transfer, change: Change, runtime: Runtime
) -> None:
    counted = list_counted(payment)
    final, underway = add_up(payment, counted)
    event = _event(payment, transfer, change, final, underway)
    entry = _advance(
        payment,
        event,
        runtime.clock(),
        transfer=transfer,
        note=f"{transfer.status}, {int(final)} final, {int(underway)} underway",
    )
    policy = runtime.policies(payment.channel)
    posting = Posting(payment, entry, policy, final, underway)
    post_transfer(posting, transfer, change)
    post_owed(posting, (row for row in counted if row.pk != transfer.pk))
    post_state(posting)
    post_tidings(posting, transfer, change)
    _deliver_soon(runtime)


def _event(
    payment: Payment,
    transfer: Transfer,
    change: Change,
    final: Fraction,
    underway: Fraction,
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


def _pass_deadline(
    keys: Sequence[UUID], before: PaymentState, channel: str, runtime: Runtime
) -> None:
    """Move locked payments of one state and channel past their deadline."""
    event, note = PaymentEvent.DEADLINE_PASSED, gettext_noop("the deadline passed")
    if advance(before, event) is not PaymentState.EXPIRED:
        # Few, and what the shop is told names each of them.
        for key in keys:
            record_event(key, event, runtime, note=note)
        return
    entry = Entry(
        number=FIRST,
        event=event,
        state_before=before,
        state_after=PaymentState.EXPIRED,
        note=note,
        created_at=runtime.clock(),
    )
    effects: list[Effect] = []
    post_state(Posting(Payment(), entry, runtime.policies(channel), held=effects))
    move_alike(keys, entry, effects)
    post_alike(keys, MessageName.PAYMENT_EXPIRED, DEADLINE, entry.created_at)
    journal.note_when_committed(entry, keys)
    _deliver_soon(runtime)


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
    entry = payment.entries.create(
        number=last + 1,
        event=event,
        state_before=before,
        state_after=after,
        transfer=transfer,
        note=note,
        created_at=now,
    )
    journal.note_when_committed(entry, [payment.pk])
    return entry
