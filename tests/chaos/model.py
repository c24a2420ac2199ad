"""What ought to come of a payment, said a second time and in another way.

The product keeps rows and moves along a table; this remembers sets of transactions
and says in a few conditions what they come to. Both are told the same reports.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from saleor_cryptopay.core.events import TransferReported

OPEN = {"awaiting_payment", "payment_detected", "payment_insufficient"}
GATEWAY_PATIENCE = timedelta(hours=1)


@dataclass
class ModelPayment:
    """A payment in the model. Amounts are whole coins as fractions."""

    address_id: str
    total: Fraction
    asked: Fraction
    deadline: datetime
    state: str = "awaiting_payment"
    checked_at: datetime | None = None
    counted: dict[str, Fraction] = field(default_factory=dict)
    set_aside: set[str] = field(default_factory=set)
    final: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    @property
    def settled(self) -> Fraction:
        """Coins that count and are final."""
        return sum((self.counted.get(key, Fraction(0)) for key in self.final), F0)

    @property
    def credit(self) -> Decimal:
        """What the shop should count as paid, in cents rounded down."""
        if self.settled >= self.asked:
            worth = self.total
        else:
            worth = Fraction(int(self.settled * self.total / self.asked * 100), 100)
        return Decimal(worth.numerator) / Decimal(worth.denominator)

    def hear(self, report: TransferReported) -> None:
        """Take in what the gateway said of a transaction to this address."""
        key = report.transaction_id
        is_new = key not in self.counted and key not in self.set_aside
        if is_new:
            self._meet(report)
        was_gone, was_final = key in self.gone, key in self.final
        if report.status.is_gone:
            self.gone.add(key)
            self.final.discard(key)
        elif report.status == "confirmed":
            self.gone.discard(key)
            self.final.add(key)
        if not is_new and (was_gone, was_final) == (
            key in self.gone,
            key in self.final,
        ):
            return
        is_lost = was_final and key not in self.final
        is_settled = key in self.final and not was_final
        self._judge(is_lost, is_settled and key in self.set_aside)

    def _meet(self, report: TransferReported) -> None:
        assert report.amount is not None
        assert report.created_at is not None
        is_late = report.created_at > self.deadline or self.state == "canceled"
        if report.coin == "usdt" and not is_late:
            self.counted[report.transaction_id] = Fraction(report.amount)
        else:
            self.set_aside.add(report.transaction_id)

    def _judge(self, is_lost: bool, is_for_people: bool) -> None:  # noqa: FBT001 - two facts
        if is_for_people and self.state != "confirmed":
            self.state = "needs_review"
        elif self.state == "canceled":
            # Coins that were gone when it was canceled may come after all.
            self.state = "needs_review" if self.settled else "canceled"
        elif self.settled >= self.asked:
            self.state = "confirmed"
        elif is_lost and self.state in {*OPEN, "confirmed"}:
            self.state = "needs_review"
        elif self.state in OPEN:
            self.state = self._open_state()
        elif self.state == "expired" and self.settled > 0:
            self.state = "needs_review"

    def _open_state(self) -> str:
        if set(self.counted) - self.final - self.gone:
            return "payment_detected"
        return "payment_insufficient" if self.settled else "awaiting_payment"

    def check(self, now: datetime) -> None:
        """Remember that a poll came to its end."""
        if self.state in OPEN:
            self.checked_at = now

    def sweep(self, now: datetime) -> None:
        """Close it if it is due."""
        was_checked = self.checked_at is not None and self.checked_at >= self.deadline
        is_due = now >= self.deadline and (
            was_checked or now >= self.deadline + GATEWAY_PATIENCE
        )
        if is_due and self.state == "awaiting_payment":
            self.state = "expired"
        elif is_due and self.state == "payment_insufficient":
            self.state = "needs_review"


F0 = Fraction(0)
