"""What the stand-in sells and what it was told: purchases, and their events."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.constraints import BaseConstraint
from django.utils import timezone


class Purchase(models.Model):
    """Something a customer is about to pay for, or has paid for."""

    class Kind(models.TextChoices):
        """What it is now: a checkout becomes an order."""

        CHECKOUT = "checkout", "checkout"
        ORDER = "order", "order"

    class Status(models.TextChoices):
        """How it stands."""

        OPEN = "open", "open"
        PAID = "paid", "paid"
        CANCELED = "canceled", "canceled"
        DELETED = "deleted", "deleted"  # a checkout that the shop swept out

    reference = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    title = models.CharField(max_length=255)
    lines = models.JSONField(default=list)
    total = models.DecimalField(max_digits=20, decimal_places=3)
    currency = models.CharField(max_length=3)
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.OPEN
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[BaseConstraint]] = [
            models.CheckConstraint(name="stand_in_total", condition=Q(total__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference} ({self.status})"


class PurchaseEvent(models.Model):
    """Something the shop was told of a purchase; `key` makes it happen once."""

    class Kind(models.TextChoices):
        """Which method of the port told it."""

        NOTICE = "notice", "notice"
        PENDING = "pending", "pending"
        CREDIT = "credit", "credit"
        LOSS = "loss", "loss"
        REVERSAL = "reversal", "reversal"
        END = "end", "end"
        REFUND_BEGUN = "refund_begun", "refund begun"
        REFUND = "refund", "refund"
        REFUND_FAILURE = "refund_failure", "refund failure"

    purchase = models.ForeignKey(Purchase, models.CASCADE, related_name="events")
    key = models.CharField(max_length=600)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    reference = models.CharField(max_length=255)
    amount = models.DecimalField(max_digits=20, decimal_places=3)
    message = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["purchase", "key"], name="stand_in_event_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference} of {self.purchase_id}"
