"""What customers and staff are told about an entry of the ledger: rows of messages.

Called by the ledger, under the payment's lock and in its commit, beside the postings
that tell the shop.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from saleor_cryptopay.core.messages import MessageName
from saleor_cryptopay.core.money import currency_places
from saleor_cryptopay.core.shares import surplus_units
from saleor_cryptopay.core.states import PaymentEvent, PaymentState
from saleor_cryptopay.models import Transfer

from .cases import close_completed, open_case
from .descriptions import CHANGES, SET_ASIDE, describe, explorer_url, why_review
from .messages import post_message
from .postings import Posting
from .transfers import Change

# Nobody chose a coin more than once for a deadline: one message for each payment.
DEADLINE = "deadline"

_MENDED: Final = (PaymentState.NEEDS_REVIEW, PaymentState.CONFIRMED)


def post_tidings(
    posting: Posting, transfer: Transfer | None = None, change: Change = Change.NONE
) -> None:
    """Have people told of what an entry of the ledger means for them.

    Args:
        posting: what happened.
        transfer: the transfer that it happened with.
        change: what changed about it.
    """
    entry = posting.entry
    if (entry.state_before, entry.state_after) == _MENDED:
        close_completed(posting.payment, entry.created_at)
    for name in _names(posting, transfer, change):
        data: dict[str, object] = {}
        if transfer is not None:
            data["transfer"] = _describe(transfer)
        if name == MessageName.NEEDS_REVIEW:
            _open_case(posting, transfer, change, data)
            continue
        post_message(
            posting.payment,
            name,
            key=DEADLINE if name == MessageName.PAYMENT_EXPIRED else str(entry.number),
            now=entry.created_at,
            data=data,
        )


def _open_case(
    posting: Posting,
    transfer: Transfer | None,
    change: Change,
    data: dict[str, object],
) -> None:
    entry = posting.entry
    if transfer is not None:
        data["reason"] = _reason(posting, transfer, change)
    open_case(
        posting.payment,
        why_review(entry),
        key=str(entry.number),
        now=entry.created_at,
        transfer=transfer if transfer and transfer.verdict in SET_ASIDE else None,
        data=data,
    )


def _names(
    posting: Posting, transfer: Transfer | None, change: Change
) -> Iterator[MessageName]:
    if transfer is not None:
        is_counted = transfer.verdict == Transfer.Verdict.COUNTED
        if is_counted:
            yield from _of_counted(posting, change)
        elif _is_settled_late(transfer, change):
            yield MessageName.PAYMENT_LATE
    yield from _of_state(posting)


def _of_counted(posting: Posting, change: Change) -> Iterator[MessageName]:
    state = PaymentState(posting.entry.state_after)
    is_short = state is PaymentState.PAYMENT_INSUFFICIENT
    if change is Change.SEEN and state is PaymentState.PAYMENT_DETECTED:
        yield MessageName.PAYMENT_DETECTED
    elif change is Change.SETTLED and is_short:
        yield MessageName.PAYMENT_INSUFFICIENT
    elif change is Change.SETTLED and _has_surplus(posting):
        yield MessageName.PAYMENT_OVERPAID
    elif change is Change.GONE and (is_short or state is PaymentState.AWAITING_PAYMENT):
        yield MessageName.PAYMENT_FAILED


def _of_state(posting: Posting) -> Iterator[MessageName]:
    entry = posting.entry
    has_moved = entry.state_before != entry.state_after
    match PaymentState(entry.state_after):
        case PaymentState.CONFIRMED if has_moved:
            yield MessageName.PAYMENT_CONFIRMED
        case PaymentState.EXPIRED if has_moved and posting.payment.address_id:
            # Who never chose a coin has seen no page that could expire.
            yield MessageName.PAYMENT_EXPIRED
        case PaymentState.NEEDS_REVIEW if has_moved:
            yield MessageName.NEEDS_REVIEW
        case _ if entry.event == PaymentEvent.REVIEW_RAISED:
            # More for the same person, or on a payment that stays complete.
            yield MessageName.NEEDS_REVIEW


def _is_settled_late(transfer: Transfer, change: Change) -> bool:
    return change is Change.SETTLED and transfer.verdict == Transfer.Verdict.LATE


def _has_surplus(posting: Posting) -> bool:
    """Whether more came than was asked for, worth at least the smallest money."""
    payment, address = posting.payment, posting.payment.address
    if address is None or posting.entry.state_after != PaymentState.CONFIRMED:
        return False
    surplus = surplus_units(posting.final, address.units)
    worth = Fraction(payment.total) * surplus / address.units
    return bool(worth * 10 ** currency_places(payment.currency) >= 1)


def _reason(posting: Posting, transfer: Transfer, change: Change) -> str:
    """Return what is the matter with a transfer, by itself."""
    reason = SET_ASIDE.get(Transfer.Verdict(transfer.verdict))
    if reason is None and change is Change.REVERSED:
        return CHANGES[change]
    return reason or posting.entry.note


def _describe(transfer: Transfer) -> dict[str, str]:
    """Return a transfer as messages and apps are told of it."""
    amount, _, _ = describe(transfer).partition(" ")
    return {
        "amount": amount,
        "symbol": transfer.coin.upper(),
        "network": transfer.network,
        "hash": transfer.hash,
        "url": explorer_url(transfer),
    }
