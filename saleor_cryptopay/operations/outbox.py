"""The outbox: telling the shop what the ledger decided, in order, until it has heard.

Effects of one payment are delivered one after another, so that a checkout is not
completed before its credit is recorded. Delivery is at least once; the shop's port
promises that a repetition changes nothing.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_noop

from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Effect, Payment

from .cases import close_taken, effect_key, open_case
from .ports import Completion, Credit
from .refunds.coins import is_given_back
from .retries import claim, next_attempt
from .runtime import Runtime
from .sums import sums

logger = logging.getLogger(__name__)

Kind = Effect.Kind

ATTEMPTS: Final = 15
# Who has paid waits for the order: staff hear of it within a minute or so, once, and
# the rest of the attempts is made all the same.
CALLS_STAFF_AT: Final[Mapping[Effect.Kind, int]] = MappingProxyType({Kind.COMPLETE: 4})
BATCH: Final = 200

# States in which nothing more is to become an order by itself.
CLOSED: Final = {
    PaymentState.FAILED,
    PaymentState.CANCELED,
    PaymentState.NEEDS_REVIEW,
}

# Outcomes of completing a payment whose quote is paid that leave it to staff.
INCOMPLETE: Final = {
    Completion.NOT_PAID: gettext_noop(
        "The quote is paid, but the shop does not call it fully paid: a person has to"
        " look."
    ),
    Completion.GONE: gettext_noop(
        "The quote is paid, but the checkout is gone: a person has to look."
    ),
    Completion.CLOSED: gettext_noop(
        "The quote is paid, but the order was canceled: a person has to look."
    ),
}

GIVEN_BACK: Final = "left alone: staff give the coins back"

# Outcomes after which a case stays open.
UNDECIDED: Final = frozenset({*INCOMPLETE, GIVEN_BACK})


def deliver_effects(runtime: Runtime) -> int:
    """Tell the shop what is due. Returns how many effects were tried.

    Safe to run in any number of processes at once.
    """
    tried = 0
    while kinds := [
        deliver(effect, runtime)
        for effect in claim(_deliverable(), runtime.clock, BATCH)
    ]:
        tried += len(kinds)
        if Kind.COMPLETE in kinds:
            # The thanks to the customer have waited for the order.
            runtime.jobs.deliver_messages()
    return tried


def deliver(effect: Effect, runtime: Runtime) -> Kind:
    """Tell the shop one effect and write down how that went; return its kind."""
    effect.attempts += 1
    kind = Kind(effect.kind)
    # A second order to make an order follows only where the first was left alone.
    had_failed = bool(effect.note) or effect.key.startswith("refund:")
    try:
        with runtime.tracer.span("outbox", payment=effect.payment_id, effect=kind):
            effect.note = PERFORMERS[kind](effect, effect.payment, runtime)
        effect.done_at = runtime.clock()
        if had_failed and effect.note not in UNDECIDED:
            close_taken(effect, effect.done_at)
    except ShopError as error:
        _put_off(effect, error, runtime)
    except Exception as error:
        # A fault in the shop's own code must not hold up other payments.
        logger.exception(
            "Telling the shop %s failed", effect, extra=about(payment=effect.payment_id)
        )
        _put_off(effect, error, runtime)
    effect.save(
        update_fields=["attempts", "note", "done_at", "next_attempt_at", "is_dead"]
    )
    return kind


def _put_off(effect: Effect, error: Exception, runtime: Runtime) -> None:
    effect.note = str(error) or type(error).__name__
    effect.next_attempt_at = next_attempt(effect.attempts, runtime.clock())
    effect.is_dead = effect.attempts >= ATTEMPTS
    if effect.attempts >= CALLS_STAFF_AT.get(Kind(effect.kind), ATTEMPTS):
        why = f"the shop did not take “{effect.kind}”: {effect.note}"
        quoted = {"effect": str(effect.kind), "note": effect.note}
        _call_staff(effect, effect.payment, why, runtime, quoted)
    logger.log(
        logging.ERROR if effect.is_dead else logging.WARNING,
        "%sthe shop did not take %s of payment %s: %s",
        "cryptopay.E103: given up: " if effect.is_dead else "",
        effect.kind,
        effect.payment_id,
        error,
        extra=about(
            event="cryptopay.E103" if effect.is_dead else "",
            payment=effect.payment_id,
        ),
    )


def revive(now: datetime) -> int:
    """Have what was given up tried again from now on. Returns how many."""
    dead = Effect.objects.filter(done_at=None, is_dead=True)
    return dead.update(is_dead=False, attempts=0, next_attempt_at=now)


def _deliverable() -> QuerySet[Effect]:
    """Return effects that no earlier one of the same payment holds up."""
    waiting = Effect.objects.filter(done_at=None, is_dead=False)
    earlier = waiting.filter(payment=OuterRef("payment"), pk__lt=OuterRef("pk"))
    return waiting.filter(~Exists(earlier)).select_related("payment")


def _notice(effect: Effect, payment: Payment, runtime: Runtime) -> str:
    key = f"{payment.id}:{effect.key}"
    runtime.shop.record_notice(payment.reference, key, _credit(effect, payment))
    return ""


def _pending(effect: Effect, payment: Payment, runtime: Runtime) -> str:
    runtime.shop.record_pending(payment.reference, _credit(effect, payment))
    return ""


def _credited(effect: Effect, payment: Payment, runtime: Runtime) -> str:
    runtime.shop.record_credit(payment.reference, _credit(effect, payment))
    return ""


def _loss(effect: Effect, payment: Payment, runtime: Runtime) -> str:
    runtime.shop.record_loss(payment.reference, _credit(effect, payment))
    return ""


def _reversal(effect: Effect, payment: Payment, runtime: Runtime) -> str:
    runtime.shop.record_reversal(payment.reference, _credit(effect, payment))
    return ""


def _end(effect: Effect, payment: Payment, runtime: Runtime) -> str:
    data = effect.data
    at = datetime.fromisoformat(data["at"])
    runtime.shop.record_end(payment.reference, data["message"], at)
    return ""


def _refund_begun(effect: Effect, payment: Payment, runtime: Runtime) -> str:
    key, credit = effect.data["key"], _credit(effect, payment)
    runtime.shop.record_refund_begun(payment.reference, key, credit)
    return ""


def _refund_done(effect: Effect, payment: Payment, runtime: Runtime) -> str:
    key, credit = effect.data["key"], _credit(effect, payment)
    runtime.shop.record_refund(payment.reference, key, credit)
    return ""


def _refund_failed(effect: Effect, payment: Payment, runtime: Runtime) -> str:
    key, credit = effect.data["key"], _credit(effect, payment)
    runtime.shop.record_refund_failure(payment.reference, key, credit)
    return ""


def _complete(effect: Effect, payment: Payment, runtime: Runtime) -> str:
    """Have the order made, unless the coins are gone since that was decided."""
    payment.refresh_from_db()
    if not _is_covered(payment):
        return f"left alone: {payment.state} by now"
    if is_given_back(payment):
        return GIVEN_BACK
    outcome = runtime.shop.complete(
        payment.reference, makes_order=effect.data.get("makes_order", True)
    )
    if payment.state == PaymentState.CONFIRMED and outcome in INCOMPLETE:
        words = INCOMPLETE[outcome]
        logger.error(
            "cryptopay.E104: payment %s: %s",
            payment.pk,
            words,
            extra=about(event="cryptopay.E104", payment=payment.pk),
        )
        _call_staff(effect, payment, words, runtime)
        notice = _notice_of(effect, payment, words)
        key = f"{payment.id}:{effect.key}"
        runtime.shop.record_notice(payment.reference, key, notice)
    return outcome


def _is_covered(payment: Payment) -> bool:
    """Whether coins pay for it: final ones, or those on their way that are trusted."""
    if payment.state == PaymentState.CONFIRMED:
        return True
    if payment.address is None or payment.state in CLOSED:
        return False
    final, underway = sums(payment)
    return final + underway >= payment.address.minimum_units


def _call_staff(
    effect: Effect,
    payment: Payment,
    why: str,
    runtime: Runtime,
    details: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Have staff told that a person has to look, once for each effect."""
    now = runtime.clock()
    open_case(payment, why, key=effect_key(effect), now=now, data=details)


def _notice_of(effect: Effect, payment: Payment, words: str) -> Credit:
    return Credit(
        reference=str(payment.id),
        amount=Decimal(0),
        currency=payment.currency,
        message=words,
        url="",
        at=effect.created_at,
    )


def _cancel_order(_: Effect, payment: Payment, runtime: Runtime) -> str:
    """Have the order canceled, unless coins have come since that was decided."""
    payment.refresh_from_db(fields=["state"])
    if payment.state != PaymentState.EXPIRED or any(sums(payment)):
        return f"left alone: {payment.state} by now"
    is_canceled = runtime.shop.cancel_order(payment.reference)
    return "canceled" if is_canceled else "left alone"


PERFORMERS: Final[dict[Kind, Callable[[Effect, Payment, Runtime], str]]] = {
    Kind.NOTICE: _notice,
    Kind.PENDING: _pending,
    Kind.CREDIT: _credited,
    Kind.LOSS: _loss,
    Kind.REVERSAL: _reversal,
    Kind.END: _end,
    Kind.COMPLETE: _complete,
    Kind.CANCEL_ORDER: _cancel_order,
    Kind.REFUND_BEGUN: _refund_begun,
    Kind.REFUND_DONE: _refund_done,
    Kind.REFUND_FAILED: _refund_failed,
}


def _credit(effect: Effect, payment: Payment) -> Credit:
    data = effect.data
    return Credit(
        reference=data["reference"],
        amount=Decimal(data["amount"]),
        currency=payment.currency,
        message=data["message"],
        url=data["url"],
        at=datetime.fromisoformat(data["at"]),
    )
