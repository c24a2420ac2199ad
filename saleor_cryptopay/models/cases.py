"""What people have to decide: cases."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.constraints import BaseConstraint

from .payments import Payment
from .transfers import Transfer


class Case(models.Model):
    """Something about a payment that a person has to decide; open until it is closed.

    Opened in the commit of what it is about, beside the message that tells staff of it.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="cases")
    # Says what it is about, within the payment: the same key is the same case.
    key = models.CharField(max_length=255)
    # Coins that were not credited, where it is about them.
    transfer = models.ForeignKey(
        Transfer, models.PROTECT, null=True, related_name="cases"
    )
    # In words for staff, in English.
    why = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # Staff as the shop knows them (an id, no name), or what closed it by itself.
    closed_by = models.CharField(max_length=128, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["payment", "key"], name="cryptopay_case_once"
            ),
            models.CheckConstraint(
                name="cryptopay_case_closed_by_somebody",
                condition=Q(closed_at=None, closed_by="")
                | (Q(closed_at__isnull=False) & ~Q(closed_by="")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["opened_at"],
                name="cryptopay_case_open",
                condition=Q(closed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"case of {self.payment_id}: {self.why}"
