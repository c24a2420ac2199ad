"""What the shop is told about an entry of the ledger: rows of the outbox.

Called by the ledger, under the payment's lock and in its commit. Fiat amounts are
worked out here, from the sums of base units and the frozen quote, so that what the
shop was told always adds up to what the coins are worth.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from django.db.models import Sum

from saleor_cryptopay.core.money import credit_for, format_units
from saleor_cryptopay.core.shares import surplus_units
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Effect, Entry, Payment, Transfer

from .descriptions import CHANGES, SET_ASIDE, describe, explorer_url, why_review
from .retries import try_now
from .runtime import Policy
from .transfers import Change

NOTHING: Final = Decimal(0)

Kind = Effect.Kind


@dataclass(frozen=True, slots=True)
class Posting:
    """What a posting is about.

    Attributes:
        payment: locked by the caller.
        entry: the line of the ledger that it follows from.
        policy: the merchant's rules for the payment's channel.
        final: counted transfers that are final, in base units of the quote.
        underway: counted transfers on their way, likewise.
        held: collects the outbox rows of a batch, for its ledger to write together;
            None writes each at once.
    """

    payment: Payment
    entry: Entry
    policy: Policy
    final: int | Fraction = 0
    underway: int | Fraction = 0
    held: list[Effect] | None = None


def post_transfer(posting: Posting, transfer: Transfer, change: Change) -> None:
    """Put what a change of a transfer means for the shop into the outbox."""
    if posting.entry.state_before == PaymentState.EXPIRED:
        # An order that still waits to be canceled holds up what is told of these coins.
        try_now(posting.payment, Kind.CANCEL_ORDER, posting.entry.created_at)
    is_counted = transfer.verdict == Transfer.Verdict.COUNTED
    if not is_counted or posting.payment.address is None:
        _post_set_aside(posting, transfer, change)
    elif change is Change.SEEN:
        _post_seen(posting, transfer)
    elif change is Change.GONE:
        _post_loss(posting, transfer)
    else:
        _post_difference(posting, transfer)


def post_owed(posting: Posting, counted: Iterable[Transfer]) -> None:
    """Credit final coins that nothing was credited for as long as the seal was broken.

    Args:
        posting: what they are posted with.
        counted: the payment's other counted transfers.
    """
    for transfer in counted:
        if is_owed(transfer) and is_short(posting.payment, posting.final):
            _post_difference(posting, transfer)


def is_short(payment: Payment, final: int | Fraction) -> bool:
    """Whether final coins are worth more than what was credited for them."""
    return _worth(payment, final) > _sum(payment, "credited")


def is_owed(transfer: Transfer) -> bool:
    """Whether a transfer is final, counts, and has been credited with nothing."""
    is_counted = transfer.verdict == Transfer.Verdict.COUNTED
    return is_counted and transfer.is_final and not transfer.credited


def post_state(posting: Posting) -> None:
    """Put what a new state means for the shop into the outbox."""
    entry, policy = posting.entry, posting.policy
    if entry.state_before == entry.state_after:
        return
    match PaymentState(entry.state_after):
        case PaymentState.CONFIRMED:
            # Also where the merchant makes orders himself: one may be canceled by now.
            _post(posting, Kind.COMPLETE, {"makes_order": policy.complete_checkouts})
        case PaymentState.EXPIRED:
            _post_end(posting, "Nobody paid before the deadline.")
            _post_cancellation(posting)
        case PaymentState.CANCELED:
            _post_end(posting, "The payment was canceled.")
        case PaymentState.NEEDS_REVIEW:
            _post_notice(posting, f"Needs a person: {why_review(entry)}.")
        case _:
            pass


def _post_seen(posting: Posting, transfer: Transfer) -> None:
    words = f"{describe(transfer)} seen"
    rate_words = _rate_words(posting, transfer)
    coming = posting.final + posting.underway
    pending = _worth(posting.payment, coming) - _sum(
        posting.payment, "credited", "pending"
    )
    if not posting.policy.accept_unconfirmed or pending <= NOTHING:
        blocks = transfer.required_confirmations
        _post_notice(
            posting, f"{words}, final after {blocks} blocks.{rate_words}", transfer
        )
        return
    transfer.pending = pending
    transfer.save(update_fields=["pending"])
    _post_amount(posting, Kind.PENDING, transfer, pending, f"{words}.{rate_words}")
    # Of one that has just been confirmed, the state says so.
    is_open = posting.entry.state_after != PaymentState.CONFIRMED
    is_covered = coming >= transfer.address.minimum_units
    if is_open and is_covered and posting.policy.complete_checkouts:
        _post(posting, Kind.COMPLETE, {})


def _post_loss(posting: Posting, transfer: Transfer) -> None:
    words = f"{describe(transfer)} did not come: {transfer.status}."
    if transfer.pending > NOTHING:
        _close_pending(posting, transfer, words)
    else:
        _post_notice(posting, words, transfer)
    is_expired = posting.entry.state_after == PaymentState.EXPIRED
    if is_expired and not posting.final + posting.underway:
        # An order is left alone as long as late coins that count are on their way.
        _post_cancellation(posting)


def _post_difference(posting: Posting, transfer: Transfer) -> None:
    """Credit or take back what the final coins are worth beyond what was told."""
    difference = _worth(posting.payment, posting.final) - _sum(
        posting.payment, "credited"
    )
    words = describe(transfer)
    if transfer.pending > NOTHING and difference <= NOTHING:
        _close_pending(posting, transfer, f"{words}: pending no more.")
    if difference == NOTHING:
        message = f"{words} {transfer.status}: what is paid stays the same."
        _post_notice(posting, message, transfer)
        return
    transfer.credited += difference
    transfer.pending = NOTHING
    transfer.save(update_fields=["credited", "pending"])
    if difference > NOTHING:
        words = f"{words} received.{_rate_words(posting, transfer)}{_surplus(posting)}"
        _post_amount(posting, Kind.CREDIT, transfer, difference, words)
    else:
        words = f"{words} disappeared from the chain: {transfer.status}."
        _post_amount(posting, Kind.REVERSAL, transfer, -difference, words)


def _post_set_aside(posting: Posting, transfer: Transfer, change: Change) -> None:
    reason = SET_ASIDE.get(Transfer.Verdict(transfer.verdict), "")
    words = f"{describe(transfer)} {CHANGES[change]}: {reason}. Nothing was credited."
    _post_notice(posting, words, transfer)


def _close_pending(posting: Posting, transfer: Transfer, message: str) -> None:
    amount, transfer.pending = transfer.pending, NOTHING
    transfer.save(update_fields=["pending"])
    _post_amount(posting, Kind.LOSS, transfer, amount, message)


def _post_amount(
    posting: Posting, kind: Kind, transfer: Transfer, amount: Decimal, message: str
) -> None:
    """Post an amount under the transfer's reference.

    The shop takes one amount under one reference: what is pending or credited again,
    after it had disappeared, goes under the reference with a number. What is pending
    keeps its number until it is credited or lost.
    """
    number = transfer.postings + 1
    suffix = f":{number}" if number > 1 else ""
    if kind is not Kind.PENDING:
        transfer.postings = number
        transfer.save(update_fields=["postings"])
    data = {
        "reference": transfer.reference + suffix,
        "amount": str(amount),
        "message": message,
        "url": explorer_url(transfer),
        "at": posting.entry.created_at.isoformat(),
    }
    _post(posting, kind, data)


def _post_notice(
    posting: Posting, message: str, transfer: Transfer | None = None
) -> None:
    data = {
        "reference": transfer.reference if transfer else str(posting.payment.id),
        "amount": "0",
        "message": message,
        "url": explorer_url(transfer) if transfer else "",
        "at": posting.entry.created_at.isoformat(),
    }
    _post(posting, Kind.NOTICE, data)


def _post_cancellation(posting: Posting) -> None:
    if posting.policy.cancel_unpaid_orders:
        _post(posting, Kind.CANCEL_ORDER, {})


def _post_end(posting: Posting, message: str) -> None:
    data = {"message": message, "at": posting.entry.created_at.isoformat()}
    _post(posting, Kind.END, data)


def _post(posting: Posting, kind: Kind, data: Mapping[str, object]) -> None:
    entry = posting.entry
    effect = Effect(
        payment=posting.payment,
        key=f"{entry.number}:{kind}:{data.get('reference', '')}",
        kind=kind,
        data=dict(data),
        created_at=entry.created_at,
        next_attempt_at=entry.created_at,
    )
    if posting.held is None:
        effect.save(force_insert=True)
    else:
        posting.held.append(effect)


def _worth(payment: Payment, units: int | Fraction) -> Decimal:
    if payment.address is None:
        return NOTHING
    return credit_for(
        units,
        asked=payment.address.units,
        minimum=payment.address.minimum_units,
        total=payment.total,
        currency=payment.currency,
    )


def _rate_words(posting: Posting, transfer: Transfer) -> str:
    """Say so where coins count at another rate than that of the payment's quote."""
    address = posting.payment.address
    if address is None or transfer.rate is None or transfer.rate == address.rate:
        return ""
    rate, currency = f"{transfer.rate.normalize():f}", posting.payment.currency
    return f" They count at {rate} {currency}: {transfer.rate_source}."


def _surplus(posting: Posting) -> str:
    address = posting.payment.address
    if address is None or not (units := surplus_units(posting.final, address.units)):
        return ""
    surplus = format_units(units, address.asset.decimals)
    return f" {surplus} {address.asset.symbol} more than asked."


def _sum(payment: Payment, *fields: str) -> Decimal:
    sums = payment.transfers.aggregate(
        **{field: Sum(field, default=NOTHING) for field in fields}
    )
    return sum(sums.values(), NOTHING)
