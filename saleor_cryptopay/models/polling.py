"""How polling keeps its place and its budget."""

from typing import ClassVar

from django.db import models
from django.db.models.constraints import BaseConstraint


class Cursor(models.Model):
    """How far the list of a gateway's transactions has been read.

    `began_at` is when a round of reading old transactions again began; rounds end
    when `read_until` has come to it. `span` is how much of the list fits into one go;
    None is as much as is allowed.
    """

    name = models.CharField(max_length=128, primary_key=True)
    read_until = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    span = models.DurationField(null=True)

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
