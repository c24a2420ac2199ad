"""The messages there are, as one literal table.

Law of this file: whatever a customer or staff may be told of has its row in KINDS, with
its audience. A message's name is also that of its templates.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .refunds import RefundState
from .states import PaymentState


class Audience(StrEnum):
    """Who is told."""

    CUSTOMER = "customer"
    STAFF = "staff"


class MessageName(StrEnum):
    """Public words: in settings, template names, events for apps, documentation."""

    PAYMENT_DETECTED = "payment_detected"
    PAYMENT_CONFIRMED = "payment_confirmed"
    PAYMENT_INSUFFICIENT = "payment_insufficient"
    PAYMENT_EXPIRED = "payment_expired"
    PAYMENT_LATE = "payment_late"
    PAYMENT_OVERPAID = "payment_overpaid"
    PAYMENT_FAILED = "payment_failed"
    REFUND_NEEDS_ADDRESS = "refund_needs_address"
    REFUND_SENT = "refund_sent"
    REFUND_CONFIRMED = "refund_confirmed"

    NEEDS_REVIEW = "needs_review"
    AUDIT_DIFFERENCE = "audit_difference"
    GATEWAY_TROUBLE = "gateway_trouble"
    WEBHOOK_TROUBLE = "webhook_trouble"
    SECRET_TROUBLE = "secret_trouble"  # noqa: S105 - a name
    REFUND_NEEDS_APPROVAL = "refund_needs_approval"
    REFUND_FAILED = "refund_failed"
    REFUND_IN_DOUBT = "refund_in_doubt"
    NO_RATE = "no_rate"


@dataclass(frozen=True, slots=True)
class Kind:
    """What holds for all messages of a name.

    Attributes:
        audience: who is told.
        when: what has happened, in words for the documentation.
        states: states of the payment in which it is still worth sending: what asks
            for something must not arrive when that is done. Empty: in all of them.
        refund_states: the same, of the refund that it is about.
    """

    audience: Audience
    when: str
    states: frozenset[PaymentState] = frozenset()
    refund_states: frozenset[RefundState] = frozenset()


_OPEN: Final = frozenset(
    {
        PaymentState.AWAITING_PAYMENT,
        PaymentState.PAYMENT_INSUFFICIENT,
    }
)


def _customer(when: str, *states: PaymentState) -> Kind:
    return Kind(Audience.CUSTOMER, when, frozenset(states))


def _staff(when: str) -> Kind:
    return Kind(Audience.STAFF, when)


KINDS: Final = MappingProxyType(
    {
        MessageName.PAYMENT_DETECTED: _customer(
            "coins are seen on the network", PaymentState.PAYMENT_DETECTED
        ),
        MessageName.PAYMENT_CONFIRMED: _customer("final coins cover the total"),
        MessageName.PAYMENT_INSUFFICIENT: _customer(
            "final coins are less than the total, and none are on their way",
            PaymentState.PAYMENT_INSUFFICIENT,
        ),
        MessageName.PAYMENT_EXPIRED: _customer(
            "the deadline passed and nobody paid, after a coin had been chosen",
            PaymentState.EXPIRED,
        ),
        MessageName.PAYMENT_LATE: _customer(
            "coins became final that came after the deadline and were not credited"
        ),
        MessageName.PAYMENT_OVERPAID: _customer(
            "final coins are more than the total, by at least the smallest coin of"
            " the currency"
        ),
        MessageName.PAYMENT_FAILED: _customer(
            "a transfer failed or was replaced, and no other covers the total",
            *_OPEN,
        ),
        MessageName.REFUND_NEEDS_ADDRESS: Kind(
            Audience.CUSTOMER,
            "staff ask for a refund: where shall the coins go?",
            refund_states=frozenset({RefundState.NEEDS_ADDRESS}),
        ),
        MessageName.REFUND_SENT: Kind(
            Audience.CUSTOMER,
            "the gateway has taken a refund's order",
            refund_states=frozenset({RefundState.SENT, RefundState.CONFIRMED}),
        ),
        MessageName.REFUND_CONFIRMED: _customer("a refund's coins have arrived"),
        MessageName.NEEDS_REVIEW: _staff("a payment needs a person"),
        MessageName.AUDIT_DIFFERENCE: _staff(
            "the nightly audit finds a difference between gateway, books and shop"
        ),
        MessageName.GATEWAY_TROUBLE: _staff(
            "the gateway has not answered for 15 minutes, and when it does again"
        ),
        MessageName.WEBHOOK_TROUBLE: _staff(
            "polling finds coins that no webhook told of, and when one does again"
        ),
        MessageName.SECRET_TROUBLE: _staff(
            "webhooks with bad signatures pile up, or a secret is not used any more"
        ),
        MessageName.REFUND_NEEDS_APPROVAL: Kind(
            Audience.STAFF,
            "a customer named an address for a refund: staff have to approve",
            refund_states=frozenset({RefundState.NEEDS_APPROVAL}),
        ),
        MessageName.REFUND_FAILED: Kind(
            Audience.STAFF,
            "the gateway did not make a refund",
            refund_states=frozenset({RefundState.FAILED}),
        ),
        MessageName.REFUND_IN_DOUBT: Kind(
            Audience.STAFF,
            "nobody knows whether the gateway has made a refund: staff have to look",
            refund_states=frozenset({RefundState.IN_DOUBT}),
        ),
        MessageName.NO_RATE: _staff(
            "a coin on offer has had no rate for too long, and when it has one again"
        ),
    }
)


def names_for(audience: Audience) -> frozenset[MessageName]:
    """Return all names of one audience."""
    return frozenset(name for name, kind in KINDS.items() if kind.audience == audience)
