"""What is owed: payments, their addresses and quotes."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.constraints import BaseConstraint
from django.utils import timezone

from saleor_cryptopay.core.assets import Asset, find_asset
from saleor_cryptopay.core.states import OPEN_STATES, PaymentState

from .fields import UnitsField, new_token

# What a deadline is waited for in.
DUE = sorted(OPEN_STATES | {PaymentState.FAILED})


class Payment(models.Model):
    """What a customer owes for one transaction of the shop, and how far it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token = models.CharField(max_length=64, unique=True, default=new_token)
    reference = models.CharField(max_length=255, unique=True)
    gateway = models.CharField(max_length=32)
    environment = models.CharField(max_length=8)
    channel = models.CharField(max_length=255, blank=True)
    total = models.DecimalField(max_digits=20, decimal_places=3)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=32, default=PaymentState.AWAITING_PAYMENT)
    late_policy = models.CharField(max_length=8)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    changed_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True)
    address = models.ForeignKey("Address", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["expires_at"],
                name="cryptopay_payment_due",
                condition=Q(state__in=DUE),
            ),
        ]
        constraints: ClassVar[list[BaseConstraint]] = [
            models.CheckConstraint(
                name="cryptopay_payment_state",
                condition=Q(state__in=sorted(PaymentState)),
            ),
            models.CheckConstraint(
                name="cryptopay_payment_total", condition=Q(total__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"payment {self.id} ({self.state})"


class Address(models.Model):
    """A deposit address, with the quote it was issued for.

    Stored as an intent (`address` empty) before the gateway is asked, so that a lost
    reply leaves a trace.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="addresses")
    asset_key = models.CharField(max_length=64)
    network = models.CharField(max_length=32)
    gateway_id = models.CharField(max_length=128, blank=True)
    address = models.CharField(max_length=128, blank=True)
    units = UnitsField()
    minimum_units = UnitsField()
    rate = models.DecimalField(max_digits=40, decimal_places=18)
    rate_source = models.CharField(max_length=255)
    rate_as_of = models.DateTimeField()
    # What the rate rests on: `core.quotes.Rate.basis`; empty for a peg or fixed line.
    rate_basis = models.JSONField(default=dict)
    quoted_at = models.DateTimeField()
    quote_expires_at = models.DateTimeField(null=True)
    # Until when coins that are seen count at the quote: a grace after it lapsed.
    quote_holds_until = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    # Made at issue by `operations.integrity` over all that a customer is shown.
    mac = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["network", "address"],
                condition=~Q(address=""),
                name="cryptopay_address_once",
            ),
            models.UniqueConstraint(
                fields=["payment", "asset_key"], name="cryptopay_address_per_asset"
            ),
            models.CheckConstraint(
                name="cryptopay_address_units",
                condition=Q(units__gt=0, minimum_units__gt=0),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["gateway_id"],
                name="cryptopay_address_gateway_id",
                condition=~Q(gateway_id=""),
            ),
        ]

    def __str__(self) -> str:
        return self.address or f"address asked for {self.payment_id}"

    @property
    def asset(self) -> Asset:
        """The asset that was quoted."""
        return find_asset(self.asset_key)


class PastQuote(models.Model):
    """A quote that was renewed before coins were seen: what the customer had read.

    Coins that were sent after it and seen in its grace still count at it.
    """

    address = models.ForeignKey(Address, models.PROTECT, related_name="past_quotes")
    units = UnitsField()
    minimum_units = UnitsField()
    rate = models.DecimalField(max_digits=40, decimal_places=18)
    rate_source = models.CharField(max_length=255)
    rate_as_of = models.DateTimeField()
    rate_basis = models.JSONField(default=dict)
    quoted_at = models.DateTimeField()
    quote_expires_at = models.DateTimeField(null=True)
    quote_holds_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"quote of {self.quoted_at:%Y-%m-%d %H:%M:%S} for {self.address_id}"
