"""Writing down that somebody is to be told: one row, in the caller's commit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from saleor_cryptopay.core.messages import KINDS, MessageName
from saleor_cryptopay.models import Message, Payment, Refund

_POST_ALIKE: Final = """
INSERT INTO saleor_cryptopay_message
    (payment_id, name, audience, key, data, created_at, attempts, next_attempt_at,
     is_dead, note, told)
SELECT id, %(name)s, %(audience)s, %(key)s, '{}', %(now)s, 0, %(now)s, false, '', '[]'
FROM saleor_cryptopay_payment
WHERE id = ANY(%(payments)s) AND address_id IS NOT NULL
ON CONFLICT DO NOTHING
"""


def post_message(  # noqa: PLR0913 - what a row holds
    payment: Payment | None,
    name: str,
    *,
    key: str,
    now: datetime,
    refund: Refund | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Have somebody told something, once for each key of a payment.

    The row is written in the caller's commit; whether and how it is sent is decided
    when it is delivered. One statement.

    Args:
        payment: what it is about; None for messages about no single payment.
        name: one of `MessageName`.
        key: says what exactly it is about, within the payment.
        now: aware UTC.
        refund: what it is about, where it is about one.
        data: JSON of what cannot be read from payment and refund later; the keys are
            those of `docs/messages.md`.

    Raises:
        ValueError: there is no message of this name.
    """
    row = build_message(payment, name, key=key, now=now, refund=refund, data=data)
    Message.objects.bulk_create([row], ignore_conflicts=True)


def build_message(  # noqa: PLR0913 - what a row holds
    payment: Payment | None,
    name: str,
    *,
    key: str,
    now: datetime,
    refund: Refund | None = None,
    data: Mapping[str, Any] | None = None,
) -> Message:
    """Return the row of `post_message` without storing it.

    Raises:
        ValueError: there is no message of this name.
    """
    known = MessageName(name)
    return Message(
        payment=payment,
        refund=refund,
        name=known,
        audience=KINDS[known].audience,
        key=f"{known}:{key}",
        data=dict(data or {}),
        created_at=now,
        next_attempt_at=now,
    )


def post_alike(payments: Sequence[UUID], name: str, key: str, now: datetime) -> None:
    """Do what `post_message` does, for all of many payments that have a coin.

    One statement, for sweeps.

    Raises:
        ValueError: there is no message of this name.
    """
    row = build_message(None, name, key=key, now=now)
    parameters: dict[str, Any] = {
        "payments": list(payments),
        "name": row.name,
        "audience": row.audience,
        "key": row.key,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_POST_ALIKE, parameters)
