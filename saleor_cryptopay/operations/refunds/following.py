"""Following refunds that were sent, and letting links lapse that nobody used."""

import logging
from typing import Final
from uuid import UUID

from saleor_cryptopay.core.addresses import canonical_hash
from saleor_cryptopay.core.errors import GatewayError, HashError, RetryableError
from saleor_cryptopay.core.refunds import RefundEvent, RefundState
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.gateways.payouts import Payouts, Withdrawal, WithdrawalStatus
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations.runtime import Runtime

from .ledger import CLOCK, GATEWAY, locked, record
from .links import has_expired
from .postings import post_progress
from .rounds import Round, go_round, list_sent

logger = logging.getLogger(__name__)

BATCH: Final = 50


def follow_refunds(runtime: Runtime, payouts: Payouts) -> Round:
    """Ask how far the gateway is with what it took; leave off where it is silent.

    Safe to run in any number of processes at once.

    Returns:
        How many it is done with.
    """
    return go_round(
        list_sent(payouts), lambda refund: _follow(refund, runtime, payouts)
    )


def lapse_links(runtime: Runtime) -> int:
    """Close refunds for which nobody named an address in time. Returns how many."""
    due = Refund.objects.filter(
        state=RefundState.NEEDS_ADDRESS, expires_at__lte=runtime.clock()
    )
    lapsed = 0
    for refund_id in list(due.values_list("pk", flat=True)[:BATCH]):
        with locked(refund_id) as refund:
            is_due = refund.state == RefundState.NEEDS_ADDRESS
            if is_due and has_expired(refund, runtime):
                record(refund, RefundEvent.LINK_EXPIRED, CLOCK, runtime)
                lapsed += 1
    return lapsed


def _follow(refund: Refund, runtime: Runtime, payouts: Payouts) -> bool:
    """Ask after one refund; return whether the gateway is done with it.

    Raises:
        RetryableError: it did not answer.
    """
    try:
        order = payouts.fetch(refund.gateway_id)
    except GatewayError as error:
        # Its code alone: the gateway's words may repeat the customer's address.
        logger.warning(
            "Refund %s cannot be followed: %s",
            refund.pk,
            error.code,
            extra=about(refund=refund.pk, payment=refund.payment_id),
        )
        Refund.objects.filter(pk=refund.pk).update(checked_at=runtime.clock())
        if isinstance(error, RetryableError):
            raise
        return False
    return _apply(refund.pk, order, runtime)


def _apply(refund_id: UUID, order: Withdrawal, runtime: Runtime) -> bool:
    with locked(refund_id) as refund:
        if refund.state != RefundState.SENT or refund.gateway_id != order.id:
            return False
        had_hash = bool(refund.hash)
        refund.checked_at = runtime.clock()
        refund.fee = order.fee or refund.fee
        refund.hash = _hash(order, refund) or refund.hash
        if order.status is WithdrawalStatus.CONFIRMED:
            record(refund, RefundEvent.COINS_ARRIVED, GATEWAY, runtime)
            return True
        if order.status.is_lost:
            words = f"the gateway says that order {order.id} is {order.status}"
            record(refund, RefundEvent.ORDER_FAILED, GATEWAY, runtime, note=words)
            return True
        refund.save(update_fields=["checked_at", "fee", "hash"])
        if refund.hash and not had_hash:
            post_progress(refund, refund.entries.latest("number"), runtime)
    return False


def _hash(order: Withdrawal, refund: Refund) -> str:
    """Return the transaction's hash in canonical form; "" for what is none."""
    if not order.hash:
        return ""
    try:
        return canonical_hash(order.hash, refund.asset.network)
    except HashError:
        logger.warning(
            "Refund %s: the gateway's hash of it is none.",
            refund.pk,
            extra=about(refund=refund.pk, payment=refund.payment_id),
        )
        return ""
