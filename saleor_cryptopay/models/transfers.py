"""What arrived: coins at our addresses."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.constraints import BaseConstraint

from saleor_cryptopay.core.events import TransferStatus

from .fields import UnitsField
from .payments import Address, Payment

UNDERWAY = sorted(status for status in TransferStatus if not status.is_gone)


class Transfer(models.Model):
    """Coins arriving: one output of one transaction, at one of our addresses."""

    class Verdict(models.TextChoices):
        """Whether the coins count."""

        COUNTED = "counted", "counted"
        WRONG_ASSET = "wrong_asset", "wrong asset"
        LATE = "late", "late"
        OLD_ADDRESS = "old_address", "old address"
        UNPRICED = "unpriced", "no rate at the time"
        REPEATED = "repeated", "reported twice"

    address = models.ForeignKey(Address, models.PROTECT, related_name="transfers")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="transfers")
    network = models.CharField(max_length=32)
    hash = models.CharField(max_length=128)
    index = models.PositiveIntegerField(default=0)
    gateway_id = models.CharField(max_length=128)
    coin = models.CharField(max_length=64)
    amount = models.CharField(max_length=128)
    units = UnitsField(default=0)
    # What the whole total costs at the rate these coins count at; 0: as the address's
    # quote has it.
    asked_units = UnitsField(default=0)
    rate = models.DecimalField(max_digits=40, decimal_places=18, null=True)
    rate_source = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=16)
    confirmations = models.PositiveIntegerField(default=0)
    required_confirmations = models.PositiveIntegerField()
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    is_final = models.BooleanField(default=False)
    pending = models.DecimalField(max_digits=20, decimal_places=3, default=0)
    credited = models.DecimalField(max_digits=20, decimal_places=3, default=0)
    postings = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField()
    observed_at = models.DateTimeField()
    final_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["network", "hash", "index", "address"],
                name="cryptopay_transfer_once",
            ),
            models.CheckConstraint(
                name="cryptopay_transfer_status",
                condition=Q(status__in=sorted(TransferStatus)),
            ),
            models.CheckConstraint(
                name="cryptopay_transfer_counted_in_units",
                condition=Q(verdict="wrong_asset") | Q(units__gt=0),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["observed_at"],
                name="cryptopay_transfer_underway",
                condition=Q(is_final=False, status__in=UNDERWAY),
            ),
        ]

    def __str__(self) -> str:
        return f"transfer {self.reference}"

    @property
    def reference(self) -> str:
        """The transfer's lasting name: what the shop calls its psp reference."""
        return f"{self.hash}:{self.index}"
