"""What was decided: the append-only ledger, and the outbox that tells of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.constraints import BaseConstraint

from .payments import Payment
from .transfers import Transfer


class Entry(models.Model):
    """One line of the ledger: an event, and what it did. Never changed or deleted.

    Numbered from 1 within its payment, so that two writers cannot both go on from the
    same state.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=32)
    state_before = models.CharField(max_length=32)
    state_after = models.CharField(max_length=32)
    transfer = models.ForeignKey(Transfer, models.PROTECT, null=True)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "entries"
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["payment", "number"], name="cryptopay_entry_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} of {self.payment_id}"


class Effect(models.Model):
    """The outbox: something the shop must be told, decided in the ledger's commit."""

    class Kind(models.TextChoices):
        """Which promise of `operations.ports.Shop` it asks for."""

        NOTICE = "notice", "notice"
        PENDING = "pending", "pending"
        CREDIT = "credit", "credit"
        LOSS = "loss", "loss"
        REVERSAL = "reversal", "reversal"
        END = "end", "end"
        COMPLETE = "complete", "complete"
        CANCEL_ORDER = "cancel_order", "cancel order"
        REFUND_BEGUN = "refund_begun", "refund begun"
        REFUND_DONE = "refund_done", "refund done"
        REFUND_FAILED = "refund_failed", "refund failed"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="effects")
    key = models.CharField(max_length=255)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    is_dead = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["payment", "key"], name="cryptopay_effect_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_attempt_at"],
                name="cryptopay_effect_waiting",
                condition=Q(done_at=None, is_dead=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.payment_id}"
