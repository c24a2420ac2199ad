"""Sending refunds: the only place from which coins go out.

The law of this file: the intent is committed before the gateway is asked, and whatever
is not surely undone is looked up before it is asked again. In doubt nothing is sent.
"""

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F, QuerySet

from saleor_cryptopay.core.errors import (
    GatewayError,
    IndeterminateError,
    RefundError,
    RetryableError,
    TerminalError,
)
from saleor_cryptopay.core.refund_rules import RefundMode
from saleor_cryptopay.core.refunds import RefundEvent, RefundState
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.gateways.payouts import Payouts, Withdrawal
from saleor_cryptopay.models import Refund, RefundEntry
from saleor_cryptopay.operations.runtime import Runtime

from .approval import require_sound
from .ledger import CLOCK, GATEWAY, locked, record
from .orders import count_attempts, find_order, order_metadata

logger = logging.getLogger(__name__)

# How long an order that was not found stays in doubt: lists may lag behind.
DOUBT: Final = timedelta(minutes=10)

# Whoever asks the gateway does so at once or not at all: well before the doubt ends.
PROMPTNESS: Final = timedelta(minutes=1)

# Somebody has to look at an order that is in doubt for so long.
ALARM: Final = timedelta(minutes=30)

BATCH: Final = 20


def send_refunds(runtime: Runtime, payouts: Payouts) -> int:
    """Send what is approved, after looking up what is in doubt.

    Safe to run in any number of processes at once, and to die in at any place.

    Args:
        runtime: see `runtime.Runtime`.
        payouts: the right to send coins.

    Returns:
        How many orders the gateway has taken.
    """
    taken = 0
    for refund in _refunds(payouts, RefundState.SENDING):
        taken += _look_up(refund, runtime, payouts)
    for refund in _refunds(payouts, RefundState.APPROVED):
        begun = _begin(refund.pk, runtime)
        if begun is not None:
            taken += _send(begun, runtime, payouts)
    return taken


def _refunds(payouts: Payouts, state: RefundState) -> QuerySet[Refund]:
    return (
        Refund.objects.filter(
            state=state,
            payment__gateway=payouts.name,
            payment__environment=payouts.environment,
        )
        .select_related("payment")
        .order_by(F("checked_at").asc(nulls_first=True), "changed_at")[:BATCH]
    )


def _begin(refund_id: UUID, runtime: Runtime) -> Refund | None:
    """Claim an approved refund for this process, or say why it is not to be sent."""
    with locked(refund_id) as refund:
        rules = runtime.policies(refund.payment.channel).refunds
        if refund.state != RefundState.APPROVED or rules.mode is RefundMode.OFF:
            return None
        refund.begun_at = runtime.clock()
        record(refund, RefundEvent.ORDER_BEGUN, CLOCK, runtime)
        try:
            require_sound(refund)
        except RefundError as error:
            record(refund, RefundEvent.ORDER_REFUSED, CLOCK, runtime, note=str(error))
            return None
        return refund


def _send(refund: Refund, runtime: Runtime, payouts: Payouts) -> bool:
    """Ask the gateway, in no transaction; return whether it has taken the order."""
    try:
        order = _find_earlier(refund, payouts)
        if order is None:
            if not _is_prompt(refund, runtime):
                return False
            with runtime.tracer.span("refund", **_fields(refund)):
                order = payouts.send(
                    refund.asset,
                    refund.sent_units,
                    refund.address,
                    metadata=order_metadata(refund),
                )
    except TerminalError as error:
        _refuse(refund.pk, error, runtime)
        return False
    except (RetryableError, IndeterminateError) as error:
        # Also what was surely not taken is looked up: a proxy may have said so.
        # Its code alone: the gateway's words may repeat the customer's address.
        logger.warning(
            "Refund %s is in doubt: %s", refund.pk, error.code, extra=_fields(refund)
        )
        return False
    return _take(refund.pk, order, runtime)


def _find_earlier(refund: Refund, payouts: Payouts) -> Withdrawal | None:
    """Return a living order of an earlier try, which answers for this one as well.

    Raises:
        RetryableError: the gateway cannot tell.
    """
    if count_attempts(refund) == 1:
        return None
    try:
        order = find_order(refund, payouts)
    except GatewayError as error:
        raise RetryableError(str(error), code=error.code) from None
    return None if order is None or order.status.is_lost else order


def _is_prompt(refund: Refund, runtime: Runtime) -> bool:
    """Whether the intent is fresh: a process that slept must not send any more."""
    return refund.begun_at is not None and (
        runtime.clock() - refund.begun_at < PROMPTNESS
    )


def _look_up(refund: Refund, runtime: Runtime, payouts: Payouts) -> bool:
    """Find out what became of an order whose answer is missing."""
    asked_at = runtime.clock()
    Refund.objects.filter(pk=refund.pk).update(checked_at=asked_at)
    try:
        order = find_order(refund, payouts)
    except GatewayError as error:
        logger.warning(
            "Refund %s stays in doubt: %s",
            refund.pk,
            error.code,
            extra=_fields(refund),
        )
        _alarm(refund, asked_at)
        return False
    if order is not None:
        return _take(refund.pk, order, runtime)
    _give_up_doubt(refund.pk, asked_at, runtime)
    return False


def _give_up_doubt(refund_id: UUID, asked_at: datetime, runtime: Runtime) -> None:
    """Let an order be made that the gateway surely does not have."""
    with locked(refund_id) as refund:
        begun_at = refund.begun_at
        is_same = refund.state == RefundState.SENDING and begun_at is not None
        if is_same and begun_at and asked_at - begun_at >= DOUBT:
            words = "the gateway has no such order"
            record(refund, RefundEvent.ORDER_NOT_MADE, GATEWAY, runtime, note=words)


def _take(refund_id: UUID, order: Withdrawal, runtime: Runtime) -> bool:
    """Write down which order it is."""
    with locked(refund_id) as refund:
        if RefundEntry.objects.filter(order_id=order.id).exists():
            return False
        if refund.state == RefundState.APPROVED:
            # The doubt was given up, and the order was there all the same.
            record(refund, RefundEvent.ORDER_BEGUN, GATEWAY, runtime)
        if refund.state != RefundState.SENDING:
            logger.error(
                "cryptopay.E702: the gateway has order %s of refund %s, which is %s"
                " with order %s.",
                order.id,
                refund.pk,
                refund.state,
                refund.gateway_id,
                extra=_fields(refund, "cryptopay.E702"),
            )
            return False
        refund.gateway_id, refund.fee = order.id, order.fee
        record(refund, RefundEvent.ORDER_TAKEN, GATEWAY, runtime, order_id=order.id)
    return True


def _refuse(refund_id: UUID, error: TerminalError, runtime: Runtime) -> None:
    """Write down that the gateway does not do it: for certain, nothing went out."""
    with locked(refund_id) as refund:
        if refund.state == RefundState.SENDING:
            record(refund, RefundEvent.ORDER_REFUSED, GATEWAY, runtime, note=str(error))


def _alarm(refund: Refund, now: datetime) -> None:
    if refund.begun_at is not None and now - refund.begun_at >= ALARM:
        logger.error(
            "cryptopay.E703: refund %s is in doubt since %s: the gateway does not tell"
            " whether it has the order.",
            refund.pk,
            f"{refund.begun_at:%Y-%m-%d %H:%M:%S}",
            extra=_fields(refund, "cryptopay.E703"),
        )


def _fields(refund: Refund, event: str = "") -> dict[str, str]:
    return about(
        event=event,
        refund=refund.pk,
        payment=refund.payment_id,
        network=refund.network,
    )
