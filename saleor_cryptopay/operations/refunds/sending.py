"""Sending refunds: the only place from which coins go out.

The law of this file: the intent is committed before the gateway is asked. Only who
knows for certain that its request did nothing gives the refund free to be ordered
again; every other ending is looked up, and stays in doubt until the order is found or a
person settles it. In doubt nothing is sent.
"""

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from saleor_cryptopay.core.errors import (
    GatewayError,
    IndeterminateError,
    RefundError,
    RetryableError,
    TerminalError,
)
from saleor_cryptopay.core.refund_rules import RefundMode
from saleor_cryptopay.core.refunds import RefundEvent, RefundState, allows
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.gateways.payouts import Payouts, Withdrawal
from saleor_cryptopay.models import Refund, RefundEntry
from saleor_cryptopay.operations.runtime import Runtime

from .approval import require_sound
from .ledger import CLOCK, GATEWAY, locked, record
from .orders import begun_at, count_attempts, find_order, order_metadata
from .rounds import Round, go_round, list_approved, list_doubtful

logger = logging.getLogger(__name__)

# How long an order is looked for before a person has to: lists may lag behind.
DOUBT: Final = timedelta(minutes=30)

# Whoever asks the gateway does so at once or not at all: well before anybody is told
# of a doubt, and settles it.
PROMPTNESS: Final = timedelta(minutes=1)


class _UntoldError(GatewayError):
    """The gateway answers, and not whether it has an earlier order of this refund."""


def send_refunds(runtime: Runtime, payouts: Payouts) -> Round:
    """Send what is approved, after looking up what is in doubt.

    Safe to run in any number of processes at once, and to die in at any place.

    Args:
        runtime: see `runtime.Runtime`.
        payouts: the right to send coins.

    Returns:
        How many orders the gateway has taken, and whether it fell silent: then nothing
        more was begun.
    """
    found = go_round(
        list_doubtful(runtime, payouts),
        lambda refund: _look_up(refund, runtime, payouts),
    )
    if found.is_cut:
        return found
    sent = go_round(
        list_approved(runtime, payouts),
        lambda refund: _try(refund.pk, runtime, payouts),
    )
    return Round(found.done + sent.done, is_cut=sent.is_cut)


def _try(refund_id: UUID, runtime: Runtime, payouts: Payouts) -> bool:
    begun = _begin(refund_id, runtime)
    return begun is not None and _send(begun, runtime, payouts)


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
    """Ask the gateway, in no transaction; return whether it has taken the order.

    Raises:
        RetryableError, IndeterminateError: it did not answer; what follows is stored.
    """
    try:
        order = _find_earlier(refund, payouts)
        if order is None:
            _require_prompt(refund, runtime)
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
    except _UntoldError as error:
        _put_off(refund, error, runtime)
        return False
    except RetryableError as error:
        _put_off(refund, error, runtime)
        raise
    except IndeterminateError as error:
        # Its code alone: the gateway's words may repeat the customer's address.
        logger.warning(
            "Refund %s: its answer is missing: %s",
            refund.pk,
            error.code,
            extra=_fields(refund),
        )
        raise
    return _take(refund.pk, order, runtime)


def _find_earlier(refund: Refund, payouts: Payouts) -> Withdrawal | None:
    """Return a living order of an earlier try, which answers for this one as well.

    Looked for before the first order too: books that were restored from a backup, and
    those of a copied shop, do not know what was ordered since.

    Raises:
        TerminalError: the gateway refuses to tell, of a refund not ordered before.
        _UntoldError: it refuses, of one that may have been ordered.
        RetryableError: it cannot tell.
    """
    try:
        order = find_order(refund, payouts, refund.asked_at)
    except TerminalError as error:
        if count_attempts(refund) == 1:
            raise
        raise _UntoldError(str(error), code=error.code) from None
    return None if order is None or order.status.is_lost else order


def _require_prompt(refund: Refund, runtime: Runtime) -> None:
    """Refuse to ask with an intent that is not fresh: the process may have slept.

    Raises:
        RetryableError: it is not.
    """
    begun_at = refund.begun_at
    if begun_at is None or runtime.clock() - begun_at >= PROMPTNESS:
        raise RetryableError("It took too long to begin.", code="TOO_LATE")


def _put_off(refund: Refund, error: GatewayError, runtime: Runtime) -> None:
    """Give a refund free of which this process knows that it has ordered nothing."""
    logger.warning(
        "Refund %s is put off: %s", refund.pk, error.code, extra=_fields(refund)
    )
    with locked(refund.pk) as current:
        # Of this intent and no later one, of which another process knows.
        is_ours = current.begun_at == refund.begun_at
        if is_ours and current.state == RefundState.SENDING:
            words = f"nothing was ordered: {error.code}"
            record(current, RefundEvent.ORDER_PUT_OFF, CLOCK, runtime, note=words)


def _look_up(refund: Refund, runtime: Runtime, payouts: Payouts) -> bool:
    """Find out what became of an order whose answer is missing.

    Raises:
        RetryableError: the gateway did not answer.
    """
    asked_at = runtime.clock()
    Refund.objects.filter(pk=refund.pk).update(checked_at=asked_at)
    try:
        order = find_order(refund, payouts, begun_at(refund))
    except GatewayError as error:
        logger.warning(
            "Refund %s cannot be looked up: %s",
            refund.pk,
            error.code,
            extra=_fields(refund),
        )
        words = f"the gateway does not tell whether it has the order: {error.code}"
        _raise_doubt(refund.pk, asked_at, words, runtime)
        if isinstance(error, RetryableError):
            raise
        return False
    if order is not None:
        return _take(refund.pk, order, runtime)
    words = "the gateway's list does not show the order"
    _raise_doubt(refund.pk, asked_at, words, runtime)
    return False


def _raise_doubt(
    refund_id: UUID, asked_at: datetime, words: str, runtime: Runtime
) -> None:
    """Have a person look, once, at what was not found for too long."""
    with locked(refund_id) as refund:
        begun_at = refund.begun_at
        if refund.state != RefundState.SENDING or (
            begun_at is not None and asked_at - begun_at < DOUBT
        ):
            return
        record(refund, RefundEvent.DOUBT_RAISED, CLOCK, runtime, note=words)
    logger.error(
        "cryptopay.E703: refund %s is in doubt: %s. It is not ordered again before"
        " somebody settles it.",
        refund.pk,
        words,
        extra=_fields(refund, "cryptopay.E703"),
    )


def _take(refund_id: UUID, order: Withdrawal, runtime: Runtime) -> bool:
    """Write down which order it is."""
    with locked(refund_id) as refund:
        if RefundEntry.objects.filter(order_id=order.id).exists():
            return False
        if refund.state == RefundState.APPROVED:
            # It was settled as not made, and the order was there all the same.
            record(refund, RefundEvent.ORDER_BEGUN, GATEWAY, runtime)
        if not allows(RefundState(refund.state), RefundEvent.ORDER_TAKEN):
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


def _fields(refund: Refund, event: str = "") -> dict[str, str]:
    return about(
        event=event,
        refund=refund.pk,
        payment=refund.payment_id,
        network=refund.network,
    )
