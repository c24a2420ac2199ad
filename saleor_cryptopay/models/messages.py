"""What people are told: messages to customers and staff, and what is amiss now."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.constraints import BaseConstraint

from saleor_cryptopay.core.messages import Audience

from .payments import Payment
from .refunds import Refund

AUDIENCES = [(str(audience), str(audience)) for audience in Audience]


class Message(models.Model):
    """Something a person is told, decided in the commit of what it is about.

    Beside the outbox and not in it: a mail that cannot be sent holds up no money.
    """

    # None: about no single payment.
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, related_name="messages"
    )
    refund = models.ForeignKey(
        Refund, models.PROTECT, null=True, related_name="messages"
    )
    # One of `core.messages.MessageName`.
    name = models.CharField(max_length=32)
    audience = models.CharField(max_length=8, choices=AUDIENCES)
    # Says what it is about: the same key is the same message, and is sent once.
    key = models.CharField(max_length=255)
    # What cannot be read from payment and refund any more when it is written.
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    # When apps were told of it, where the shop wants that.
    announced_at = models.DateTimeField(null=True)
    # The languages in which staff have it already: a letter for each is sent once.
    told = models.JSONField(default=list)
    # When it was done with: sent, or left out for the reason in `note`.
    sent_at = models.DateTimeField(null=True)
    is_dead = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["payment", "key"], name="cryptopay_message_once"
            ),
            # Without a payment, NULL would be unlike any other NULL.
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(payment=None),
                name="cryptopay_message_once_without_payment",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_attempt_at"],
                name="cryptopay_message_waiting",
                condition=Q(sent_at=None, is_dead=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.key})"


class Trouble(models.Model):
    """Something that is amiss: since when, and when staff were told.

    The row goes when it is over.
    """

    name = models.CharField(max_length=128, primary_key=True)
    since = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} since {self.since:%Y-%m-%d %H:%M:%S}"
