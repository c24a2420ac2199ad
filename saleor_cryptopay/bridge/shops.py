"""Both payment APIs behind the one port: the reference tells whose payment it is."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from saleor_cryptopay.operations.ports import Completion, Credit, Shop, Summary

from .identity import payment_key
from .payments_api.shop import PaymentsShop
from .settings.configuration import Configuration
from .transactions_api.shop import SaleorShop


class BothShops:
    """Implements `operations.ports.Shop` by handing each call to the API it is of."""

    def __init__(self, configuration: Configuration) -> None:
        self._transactions = SaleorShop(configuration)
        self._payments = PaymentsShop(configuration)

    def summary(self, reference: str) -> Summary:
        """Describe what is being paid."""
        return self._of(reference).summary(reference)

    def record_notice(self, reference: str, key: str, credit: Credit) -> None:
        """Tell staff something that moves no money, once per key."""
        self._of(reference).record_notice(reference, key, credit)

    def record_pending(self, reference: str, credit: Credit) -> None:
        """Report coins that are seen and not final."""
        self._of(reference).record_pending(reference, credit)

    def record_credit(self, reference: str, credit: Credit) -> None:
        """Report final coins."""
        self._of(reference).record_credit(reference, credit)

    def record_loss(self, reference: str, credit: Credit) -> None:
        """Report that pending coins will not come."""
        self._of(reference).record_loss(reference, credit)

    def record_reversal(self, reference: str, credit: Credit) -> None:
        """Report that credited coins disappeared from the chain."""
        self._of(reference).record_reversal(reference, credit)

    def record_end(self, reference: str, message: str, at: datetime) -> None:
        """Report that nothing more is expected."""
        self._of(reference).record_end(reference, message, at)

    def record_refund_begun(self, reference: str, key: str, credit: Credit) -> None:
        """Report that coins are to go back."""
        self._of(reference).record_refund_begun(reference, key, credit)

    def record_refund(self, reference: str, key: str, credit: Credit) -> None:
        """Report that they have arrived."""
        self._of(reference).record_refund(reference, key, credit)

    def record_refund_failure(self, reference: str, key: str, credit: Credit) -> None:
        """Report that they will not go back."""
        self._of(reference).record_refund_failure(reference, key, credit)

    def credited(self, reference: str) -> Decimal:
        """Return what Saleor shows as paid by us."""
        return self._of(reference).credited(reference)

    def list_credited(self, since: datetime | None) -> Iterator[str]:
        """Yield the references for which Saleor shows money, of either API."""
        yield from self._transactions.list_credited(since)
        yield from self._payments.list_credited(since)

    def unwanted(self, reference: str) -> str:
        """Return why the shop wants no more coins for it; "" as long as it does."""
        return self._of(reference).unwanted(reference)

    def complete(self, reference: str, *, makes_order: bool = True) -> Completion:
        """Turn a fully paid checkout into an order."""
        return self._of(reference).complete(reference, makes_order=makes_order)

    def cancel_order(self, reference: str) -> bool:
        """Cancel the order if nothing was paid and nothing is on its way."""
        return self._of(reference).cancel_order(reference)

    def _of(self, reference: str) -> Shop:
        is_payment = payment_key(reference) is not None
        return self._payments if is_payment else self._transactions
