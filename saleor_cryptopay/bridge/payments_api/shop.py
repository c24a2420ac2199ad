"""The shop's port for payments that came through Saleor's Payments API."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.db import DatabaseError

from saleor_cryptopay.bridge.purchases.closed_orders import GONE, as_order, why_unwanted
from saleor_cryptopay.bridge.purchases.completion import complete_paid_checkout
from saleor_cryptopay.bridge.purchases.particulars import store_on_order
from saleor_cryptopay.bridge.purchases.summaries import summarise
from saleor_cryptopay.bridge.settings.configuration import Configuration
from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.operations.ports import Completion, Credit, Summary

from . import records, refunds


class PaymentsShop:
    """Implements `operations.ports.Shop`; references are `payment:` and a key.

    This API has no pending money that could be taken away again, so that coins that
    were only seen are a note here, also where the merchant trusts them.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration

    def summary(self, reference: str) -> Summary:
        """Describe what is being paid."""
        return summarise(records.find_payment(reference), self._configuration)

    def record_notice(self, reference: str, key: str, credit: Credit) -> None:
        """Keep a note with the payment, once per key."""
        records.note(reference, key, credit.message)

    def record_pending(self, reference: str, credit: Credit) -> None:
        """Keep a note that coins were seen."""
        records.note(reference, f"{credit.reference}:pending", credit.message)

    def record_credit(self, reference: str, credit: Credit) -> None:
        """Count final coins as captured."""
        try:
            records.capture(reference, credit)
        except DatabaseError as error:
            raise ShopError(f"Saleor's database refused: {error}") from error

    def record_loss(self, reference: str, credit: Credit) -> None:
        """Keep a note that coins did not come."""
        records.note(reference, f"{credit.reference}:loss", credit.message)

    def record_reversal(self, reference: str, credit: Credit) -> None:
        """Take back what was captured."""
        records.take_back(reference, credit)

    def record_end(self, reference: str, message: str, at: datetime) -> None:
        """End the payment, so that the customer can start another."""
        row = records.get_payment(reference)
        name = f"{reference}:end"
        records.close(
            reference, Credit(name, Decimal(row.total), row.currency, message, "", at)
        )

    def record_refund_begun(self, reference: str, key: str, credit: Credit) -> None:  # noqa: ARG002 - the port's
        """Report that coins are to go back."""
        refunds.begin(reference, credit)

    def record_refund(self, reference: str, key: str, credit: Credit) -> None:  # noqa: ARG002 - the port's
        """Count coins as refunded."""
        refunds.finish(reference, credit)

    def record_refund_failure(self, reference: str, key: str, credit: Credit) -> None:  # noqa: ARG002 - the port's
        """Keep on record that coins will not go back."""
        refunds.fail(reference, credit)

    def credited(self, reference: str) -> Decimal:
        """Return what was captured and not taken back."""
        return records.captured(reference)

    def list_credited(self, since: datetime | None) -> Iterator[str]:
        """Yield the references of payments that show captured money."""
        yield from records.list_captured(since)

    def unwanted(self, reference: str) -> str:
        """Return why the shop wants no more coins for it; "" as long as it does."""
        row = records.find_payment(reference)
        if row is None:
            return GONE
        return why_unwanted(row, is_ours=bool(row.captured_amount))

    def complete(self, reference: str, *, makes_order: bool = True) -> Completion:
        """Turn a fully paid checkout into an order, whoever else tries the same."""
        row = records.get_payment(reference)
        if row.order_id is not None:
            store_on_order(row.order_id, reference)
            return as_order(row.order)
        if row.checkout is None:
            return Completion.GONE
        if not makes_order:
            return Completion.NOT_NEEDED
        if row.captured_amount < row.total:
            return Completion.NOT_PAID
        last = row.checkout.get_last_active_payment()
        if last is None or last.pk != row.pk:
            raise ShopError("The checkout is being paid by another payment as well.")
        complete_paid_checkout(row.checkout, row)
        row.refresh_from_db()
        store_on_order(row.order_id, reference)
        return Completion.DONE

    def cancel_order(self, reference: str) -> bool:  # noqa: ARG002 - the port's
        """Leave orders alone: this API makes them of paid checkouts only."""
        return False
