"""What goes back: refunds and their own append-only history."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.constraints import BaseConstraint

from saleor_cryptopay.core.assets import Asset, find_asset
from saleor_cryptopay.core.refunds import RefundState

from .fields import UnitsField, new_token
from .payments import Payment

AT_WORK = sorted(
    {
        RefundState.APPROVED,
        RefundState.SENDING,
        RefundState.IN_DOUBT,
        RefundState.SENT,
    }
)


class Refund(models.Model):
    """Coins that staff want a customer to have back, and how far that is.

    Only `operations.refunds.ledger` changes its state.
    """

    class Source(models.TextChoices):
        """Which coins they are."""

        PAID = "paid", "what was credited"
        SURPLUS = "surplus", "what came beyond the total"
        SET_ASIDE = "set_aside", "what was never credited"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The customer's page: its address is the only key to it.
    token = models.CharField(max_length=64, unique=True, default=new_token)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    # The shop's name for the request: asking twice makes one refund.
    key = models.CharField(max_length=255)
    source = models.CharField(max_length=16, choices=Source.choices)
    state = models.CharField(max_length=16, default=RefundState.NEEDS_ADDRESS)
    # What the shop counts as given back; 0 for coins it never counted.
    amount = models.DecimalField(max_digits=20, decimal_places=3)
    currency = models.CharField(max_length=3)
    asset_key = models.CharField(max_length=64)
    network = models.CharField(max_length=32)
    # Base units that are spoken for; fixed when it is asked for. What is taken off
    # for the network's fee is part of them: the customer gets the difference.
    units = UnitsField()
    fee_units = UnitsField(default=0)
    rate = models.DecimalField(max_digits=40, decimal_places=18, null=True)
    rate_source = models.CharField(max_length=255, blank=True)
    address = models.CharField(max_length=128, blank=True)
    # Over payment, asset, units and address, made when the address was named.
    mac = models.CharField(max_length=64, blank=True)
    # Coins as text, as the gateway says; "" as long as it said nothing.
    fee = models.CharField(max_length=64, blank=True)
    gateway_id = models.CharField(max_length=128, blank=True)
    hash = models.CharField(max_length=128, blank=True)
    reason = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # When the gateway was last to be asked (the intent), and last looked up. None, too,
    # where it may be asked at once.
    begun_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["payment", "key"], name="cryptopay_refund_once"
            ),
            models.CheckConstraint(
                name="cryptopay_refund_state",
                condition=Q(state__in=sorted(RefundState)),
            ),
            models.CheckConstraint(
                name="cryptopay_refund_units",
                condition=Q(fee_units__gte=0, units__gt=F("fee_units")),
            ),
            models.CheckConstraint(
                name="cryptopay_refund_amount", condition=Q(amount__gte=0)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["changed_at"],
                name="cryptopay_refund_at_work",
                condition=Q(state__in=AT_WORK),
            ),
        ]

    def __str__(self) -> str:
        return f"refund {self.id} ({self.state})"

    @property
    def asset(self) -> Asset:
        """What goes out."""
        return find_asset(self.asset_key)

    @property
    def sent_units(self) -> int:
        """Base units that the customer gets."""
        return int(self.units) - int(self.fee_units)


class RefundEntry(models.Model):
    """One line of a refund's history: who did what. Never changed or deleted."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=32)
    state_before = models.CharField(max_length=16)
    state_after = models.CharField(max_length=16)
    # `customer`, `gateway`, `clock`, or staff as the shop knows them (an id, no name).
    actor = models.CharField(max_length=128)
    note = models.TextField(blank=True)
    # The gateway's order that was taken with this line; "" for any other line.
    order_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "refund entries"
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["refund", "number"], name="cryptopay_refund_entry_once"
            ),
            # No order of the gateway's answers for two refunds, nor for one twice.
            models.UniqueConstraint(
                fields=["order_id"],
                condition=~Q(order_id=""),
                name="cryptopay_refund_entry_order_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} of {self.refund_id}"
