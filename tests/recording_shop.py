"""A shop in memory that keeps the port's promises, and every word it was told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.operations.ports import Completion, Credit, Line, Summary

ORDER = Summary(
    "Tea & Cups",
    "Order 1042",
    (Line("Sencha, 100 g", 2), Line("Cup “Kyō”", 1)),
    "https://shop.example/checkout/done?order=1042",
)
UNKNOWN = Summary("Tea & Cups", "", (), "")


@dataclass
class Sale:
    """Something that is being bought; `total` is None where any sum pays it."""

    total: Decimal | None = None
    is_order: bool = False
    is_canceled: bool = False
    is_gone: bool = False


@dataclass
class RecordingShop:
    """A shop that writes down what it is told, once for each key.

    Attributes:
        described: what it says of everything that it sells.
        told: (kind, reference, credit) of all that it was told.
        sales: what it sells, by reference.
        sells_on_sight: whether a reference that it never heard of is a checkout of its
            own, as for tests that begin with the payment; else it refuses the unknown.
        completion: what it answers to every completion, where a test says so.
        reasons: why it wants no more coins for a reference, where a test says so.
    """

    described: Summary = ORDER
    told: dict[str, tuple[str, str, Credit | None]] = field(default_factory=dict)
    sales: dict[str, Sale] = field(default_factory=dict)
    sells_on_sight: bool = True
    completion: Completion | None = None
    reasons: dict[str, str] = field(default_factory=dict)

    def summary(self, reference: str) -> Summary:
        return self.described if self._knows(reference) else UNKNOWN

    def record_notice(self, reference: str, key: str, credit: Credit) -> None:
        self._write("notice", reference, key, credit)

    def record_pending(self, reference: str, credit: Credit) -> None:
        self._write("pending", reference, credit.reference, credit)

    def record_credit(self, reference: str, credit: Credit) -> None:
        self._write("credit", reference, credit.reference, credit)

    def record_loss(self, reference: str, credit: Credit) -> None:
        self._write("loss", reference, credit.reference, credit)

    def record_reversal(self, reference: str, credit: Credit) -> None:
        self._write("reversal", reference, credit.reference, credit)

    def record_end(self, reference: str, message: str, at: datetime) -> None:  # noqa: ARG002 - the port's
        self._write("end", reference, message)

    def record_refund_begun(self, reference: str, key: str, credit: Credit) -> None:  # noqa: ARG002 - the port's
        self._write("refund_begun", reference, credit.reference, credit)

    def record_refund(self, reference: str, key: str, credit: Credit) -> None:  # noqa: ARG002 - the port's
        self._write("refund", reference, credit.reference, credit)

    def record_refund_failure(self, reference: str, key: str, credit: Credit) -> None:  # noqa: ARG002 - the port's
        self._write("refund_failure", reference, credit.reference, credit)

    def refunded(self, reference: str) -> Decimal:
        """Return what was given back."""
        return self._sum("refund", reference)

    def refund_pending(self, reference: str) -> Decimal:
        """Return what is to be given back, and has neither arrived nor failed."""
        over = self._credits("refund", reference) | self._credits(
            "refund_failure", reference
        )
        begun = self._credits("refund_begun", reference)
        waiting = [row for name, row in begun.items() if name not in over]
        return sum((credit.amount for credit in waiting), Decimal(0))

    def credited(self, reference: str) -> Decimal:
        self._find(reference)
        return self._sum("credit", reference) - self._sum("reversal", reference)

    def list_credited(self, since: datetime | None) -> Iterator[str]:
        for kind, reference, credit in self.told.values():
            is_new = credit and (since is None or credit.at >= since)
            if kind == "credit" and is_new:
                yield reference

    def pending(self, reference: str) -> Decimal:
        """Return what was announced and has neither come nor been lost."""
        over = self._credits("credit", reference) | self._credits("loss", reference)
        announced = self._credits("pending", reference)
        waiting = [row for name, row in announced.items() if name not in over]
        return sum((credit.amount for credit in waiting), Decimal(0))

    def notices(self, reference: str) -> list[str]:
        """Return the notes that staff read, oldest first."""
        return [
            credit.message
            for kind, of, credit in self.told.values()
            if (kind, of) == ("notice", reference) and credit
        ]

    def unwanted(self, reference: str) -> str:
        if not self._knows(reference):
            return "the shop does not know it"
        sale = self._find(reference)
        if sale.is_canceled:
            return "the order was canceled"
        return self.reasons.get(reference, "the checkout is gone" * sale.is_gone)

    def complete(self, reference: str, *, makes_order: bool = True) -> Completion:
        sale = self._find(reference)
        self._write("complete", reference, "")
        if self.completion is not None:
            return self.completion
        if sale.is_gone:
            return Completion.GONE
        if sale.is_order:
            return Completion.CLOSED if sale.is_canceled else Completion.NOT_NEEDED
        if not makes_order:
            return Completion.NOT_NEEDED
        coming = self.credited(reference) + self.pending(reference)
        if sale.total is not None and coming < sale.total:
            return Completion.NOT_PAID
        sale.is_order = True
        return Completion.DONE

    def cancel_order(self, reference: str) -> bool:
        sale = self._find(reference)
        self._write("cancel_order", reference, "")
        has_money = self.credited(reference) + self.pending(reference) > 0
        sale.is_canceled = sale.is_order and not has_money
        return sale.is_canceled

    def _knows(self, reference: str) -> bool:
        return self.sells_on_sight or reference in self.sales

    def _find(self, reference: str) -> Sale:
        if not self._knows(reference):
            raise ShopError("There is no such transaction.")
        return self.sales.setdefault(reference, Sale())

    def _write(
        self, kind: str, reference: str, key: str, credit: Credit | None = None
    ) -> None:
        self._find(reference)
        row = (kind, reference, credit)
        _, _, kept = self.told.setdefault(f"{kind} {reference} {key}", row)
        if kept and credit and kept.amount != credit.amount:
            raise ShopError("The same transfer was told with another amount.")

    def _credits(self, kind: str, reference: str) -> dict[str, Credit]:
        return {
            credit.reference: credit
            for found, of, credit in self.told.values()
            if (found, of) == (kind, reference) and credit
        }

    def _sum(self, kind: str, reference: str) -> Decimal:
        rows = self._credits(kind, reference).values()
        return sum((credit.amount for credit in rows), Decimal(0))
