"""What the gateway told us: webhooks as received."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Delivery(models.Model):
    """A webhook as received, stored after its signature was verified."""

    class Status(models.TextChoices):
        """What became of it."""

        STORED = "stored", "stored"
        APPLIED = "applied", "applied"
        KEPT = "kept", "kept"  # nothing to do with it: unknown kind, not about coins
        UNMATCHED = "unmatched", "unmatched"  # about no address of ours, so far
        DEAD = "dead", "dead"  # can never be applied

    gateway = models.CharField(max_length=32)
    environment = models.CharField(max_length=8)
    body = models.BinaryField()
    # Which webhook secret signed it: `gateways.signatures.secret_mark`.
    secret = models.CharField(max_length=16, blank=True)
    received_at = models.DateTimeField()
    status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.STORED
    )
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_attempt_at"],
                name="cryptopay_delivery_waiting",
                condition=Q(next_attempt_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk} ({self.status})"
