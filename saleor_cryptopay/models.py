"""What is kept: fields and constraints, no decisions.

Coin amounts are whole base units of the row's asset (up to 78 digits), fiat amounts
are Decimal with three places beside a currency, times are aware UTC. Only
`operations.ledger` changes a payment's state.
"""

import secrets
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.constraints import BaseConstraint
from django.utils import timezone

from .core.assets import Asset, find_asset
from .core.events import TransferStatus
from .core.states import OPEN_STATES, PaymentState

OPEN = sorted(OPEN_STATES)
UNDERWAY = sorted(status for status in TransferStatus if not status.is_gone)


def new_token() -> str:
    """Return 192 bits of randomness: the page's address is its only key."""
    return secrets.token_urlsafe(24)


if TYPE_CHECKING:
    _DecimalField = models.DecimalField[int, int]
else:
    _DecimalField = models.DecimalField


class UnitsField(_DecimalField):
    """Whole base units of an asset: an integer of up to 78 digits (2**256)."""

    def __init__(self, **options: Any) -> None:
        options.update(max_digits=78, decimal_places=0)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        """Leave out what `__init__` sets anyway."""
        name, path, args, options = super().deconstruct()
        del options["max_digits"], options["decimal_places"]
        return name, path, args, options

    def from_db_value(self, value: Any, *_: Any) -> int | None:
        """Hand out integers: base units are counted, not measured."""
        return None if value is None else int(value)


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
                condition=Q(state__in=OPEN),
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


class Transfer(models.Model):
    """Coins arriving: one output of one transaction, at one of our addresses."""

    class Verdict(models.TextChoices):
        """Whether the coins count."""

        COUNTED = "counted", "counted"
        WRONG_ASSET = "wrong_asset", "wrong asset"
        LATE = "late", "late"
        OLD_ADDRESS = "old_address", "old address"
        UNPRICED = "unpriced", "no rate at the time"

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


class Cursor(models.Model):
    """How far the list of a gateway's transactions has been read.

    `began_at` is when a round of reading old transactions again began; rounds end
    when `read_until` has come to it.
    """

    name = models.CharField(max_length=128, primary_key=True)
    read_until = models.DateTimeField()
    began_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} read until {self.read_until:%Y-%m-%d %H:%M:%S}"


class Spending(models.Model):
    """Requests that polling has made of one account in the window under way."""

    account = models.CharField(max_length=64)
    window = models.CharField(max_length=8)
    began_at = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["account", "window"], name="cryptopay_spending_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.used} requests in this {self.window} by {self.account}"


class MarketPair(models.Model):
    """What the sources say of a pair now: one copy that every process reads."""

    base = models.CharField(max_length=16)
    quote = models.CharField(max_length=3)
    ticks = models.JSONField(default=list)
    complaints = models.JSONField(default=list)
    fetched_at = models.DateTimeField(null=True)
    # Until then one process fetches, and the others leave it alone.
    claimed_until = models.DateTimeField(null=True)
    # What was agreed last, and a jump away from it that waits to be agreed again.
    value = models.DecimalField(max_digits=40, decimal_places=18, null=True)
    agreed_at = models.DateTimeField(null=True)
    jumped_to = models.DecimalField(max_digits=40, decimal_places=18, null=True)
    jumped_at = models.DateTimeField(null=True)
    # Since when nothing could be quoted in it, by whatever way; and whether staff know.
    silent_since = models.DateTimeField(null=True)
    alarmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["base", "quote"], name="cryptopay_market_pair_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote.lower()}"


class MarketRate(models.Model):
    """A rate that was agreed: what coins were worth when they were seen."""

    pair = models.ForeignKey(MarketPair, models.CASCADE, related_name="rates")
    ticks = models.JSONField(default=list)
    value = models.DecimalField(max_digits=40, decimal_places=18)
    agreed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["pair", "agreed_at"], name="cryptopay_market_rate_then"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pair_id} at {self.agreed_at:%Y-%m-%d %H:%M:%S}"
