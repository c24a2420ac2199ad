"""What coins are worth: what the sources say, and what was agreed."""

from typing import ClassVar

from django.db import models
from django.db.models.constraints import BaseConstraint


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
