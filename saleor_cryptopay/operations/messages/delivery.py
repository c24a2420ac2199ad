"""Sending what was written down: claimed first, tried again, given up in the end.

At least once, with the same Message-ID: a process that dies between the mail server's
answer and our commit leads to the same letter once more, which mail programs fold.
What nobody needs any more is left out, with the reason in its row.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from saleor_cryptopay.core.errors import PostError
from saleor_cryptopay.core.messages import KINDS, Audience, MessageName
from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.models import Effect, Message
from saleor_cryptopay.operations.retries import LEASE, claim, next_attempt
from saleor_cryptopay.operations.runtime import Policy, Runtime

from .letters import write_letter
from .payloads import EVENT_PREFIX, build_payload

logger = logging.getLogger(__name__)

# A day and a half: a mail server may be away for long.
ATTEMPTS: Final = 48

# A server that has failed so often in a row is left alone until the next run.
PATIENCE: Final = 3


# How long the thanks for a payment wait for the number of its order.
ORDER_PATIENCE: Final = timedelta(minutes=2)


def deliver_messages(runtime: Runtime) -> int:
    """Send what is due. Returns how many messages were tried.

    Safe to run in any number of processes at once.
    """
    tried = failed = 0
    while failed < PATIENCE:
        # One at a time: a claim holds for a while only, and mail servers are slow.
        now = runtime.clock()
        message = next(claim(waiting_messages(now), runtime.clock, 1), None)
        if message is None:
            break
        failed = 0 if deliver(message, runtime) else failed + 1
        tried += 1
    return tried


def waiting_messages(now: datetime) -> QuerySet[Message]:
    """Return what is neither done with nor given up, and need not wait for an order.

    Who has paid a checkout is told of the order: its number is made a moment later.
    """
    order = Effect.objects.filter(
        payment=OuterRef("payment"),
        kind=Effect.Kind.COMPLETE,
        attempts=0,
        created_at__gt=now - ORDER_PATIENCE,
    )
    is_early = Q(name=MessageName.PAYMENT_CONFIRMED) & Exists(order)
    waiting = Message.objects.filter(~is_early, sent_at=None, is_dead=False)
    return waiting.select_related("payment__address", "refund")


def deliver(message: Message, runtime: Runtime) -> bool:
    """Send one message and write down how that went; say whether it is done with."""
    message.attempts += 1
    try:
        message.note = _send(message, runtime)
        message.sent_at = runtime.clock()
    except PostError as error:
        _put_off(message, error, runtime, is_final=error.is_final)
    except Exception as error:
        # A template that a merchant broke must not hold up other messages.
        logger.exception(
            "Message %s could not be written", message.pk, extra=_fields(message)
        )
        _put_off(message, error, runtime)
    message.save(
        update_fields=["attempts", "note", "sent_at", "next_attempt_at", "is_dead"]
    )
    return message.sent_at is not None or message.is_dead


def revive(runtime: Runtime) -> int:
    """Have what was given up tried again from now on. Returns how many."""
    dead = Message.objects.filter(sent_at=None, is_dead=True)
    return dead.update(is_dead=False, attempts=0, next_attempt_at=runtime.clock())


def _send(message: Message, runtime: Runtime) -> str:
    """Send a message as the merchant wants it; return why it was not, or ""."""
    if _is_overtaken(message):
        return "not sent: overtaken by what came after"
    policy = runtime.policies(message.payment.channel if message.payment else "")
    if policy.notify_apps and message.announced_at is None:
        _announce(message, runtime)
    if not _is_wanted(message, policy):
        return "not sent: switched off"
    if message.audience == Audience.STAFF or message.payment is None:
        is_sent = _send_to_staff(message, runtime)
    else:
        letter = write_letter(message, runtime)
        is_sent = runtime.post.to_customer(message.payment.reference, letter)
    return "" if is_sent else "not sent: nobody to write to"


def _send_to_staff(message: Message, runtime: Runtime) -> bool:
    """Send one letter for each language that staff read, but to whom has it already.

    A letter whose recipients do not exist keeps none of the others.

    Raises:
        PostError: one of them was not taken; those that were are written down.
    """
    refusal: PostError | None = None
    for language in runtime.post.staff_languages():
        if language in message.told:
            continue
        letter = write_letter(message, runtime, language)
        try:
            is_sent = runtime.post.to_staff(letter)
        except PostError as error:
            if not error.is_final:
                raise
            refusal = error
            continue
        if is_sent:
            message.told.append(language)
            # Each letter may take as long as the claim was made for.
            message.next_attempt_at = runtime.clock() + LEASE
            message.save(update_fields=["told", "next_attempt_at"])
    if refusal is not None:
        raise refusal
    return bool(message.told)


def _announce(message: Message, runtime: Runtime) -> None:
    """Tell the shop's apps, once: a mail that fails afterwards repeats nothing."""
    reference = message.payment.reference if message.payment else ""
    payload = build_payload(message, runtime)
    runtime.post.announce(reference, f"{EVENT_PREFIX}{message.name}", payload)
    message.announced_at = runtime.clock()
    message.save(update_fields=["announced_at"])


def _is_overtaken(message: Message) -> bool:
    kind = KINDS[MessageName(message.name)]
    if kind.refund_states and message.refund is not None:
        return message.refund.state not in kind.refund_states
    if not kind.states or message.payment is None:
        return False
    return message.payment.state not in kind.states


def _is_wanted(message: Message, policy: Policy) -> bool:
    is_staff = message.audience == Audience.STAFF
    wanted = policy.staff_messages if is_staff else policy.customer_messages
    return message.name in wanted


def _put_off(
    message: Message, error: Exception, runtime: Runtime, *, is_final: bool = False
) -> None:
    message.note = str(error) or type(error).__name__
    message.next_attempt_at = next_attempt(message.attempts, runtime.clock())
    message.is_dead = is_final or message.attempts >= ATTEMPTS
    logger.log(
        logging.ERROR if message.is_dead else logging.WARNING,
        "%smessage %s (%s) was not sent: %s",
        "cryptopay.E107: given up: " if message.is_dead else "",
        message.pk,
        message.name,
        message.note,
        extra=_fields(message, "cryptopay.E107" if message.is_dead else ""),
    )


def _fields(message: Message, event: str = "") -> dict[str, str]:
    return about(event=event, letter=message.pk, payment=message.payment_id)
