"""The shop's port on a real Saleor: what the ledger decided becomes Saleor's records.

Law of this file: Saleor's own lock order (checkout or order, then transaction item,
then events), everything about one event in one commit, and the deterministic psp
reference of each transfer as the claim that makes a repetition harmless.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import DatabaseError
from django.db.models import Q
from saleor.checkout import CheckoutAuthorizeStatus
from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionItem

from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.bridge.purchases.abandoned_orders import cancel_abandoned
from saleor_cryptopay.bridge.purchases.closed_orders import GONE, as_order, why_unwanted
from saleor_cryptopay.bridge.purchases.completion import complete_paid_checkout
from saleor_cryptopay.bridge.purchases.particulars import (
    renew_search,
    store_on_order,
)
from saleor_cryptopay.bridge.purchases.summaries import summarise
from saleor_cryptopay.bridge.settings.configuration import Configuration
from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.operations.ports import Completion, Credit, Summary

from .notices import write_notice
from .records import REQUESTS, write_event
from .refunds import begin_refund, end_refund

# Rows that are in memory at once.
PIECE: Final = 500

_HAS_MONEY: Final = (
    Q(charged_value__gt=0) | Q(refunded_value__gt=0) | Q(refund_pending_value__gt=0)
)

logger = logging.getLogger(__name__)

Event = TransactionEventType

GONE_WORDS: Final = (
    "The checkout does not exist any more: send the coins back, or make an order."
)
NOT_PAID_WORDS: Final = "The checkout costs more than this payment: it waits for more."
NO_ORDER_WORDS: Final = (
    "It is tried again for some hours: see to the cause, or send the coins back."
)


class SaleorShop:
    """Implements `operations.ports.Shop`; references are transaction tokens."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration

    def summary(self, reference: str) -> Summary:
        """Describe what is being paid."""
        return summarise(_find(reference), self._configuration)

    def record_notice(self, reference: str, key: str, credit: Credit) -> None:
        """Put a note into the transaction's history, once per key.

        Staff find the order by what the note is about: the hash of a transfer.
        """
        item = _get(reference)
        write_notice(item, key, credit)
        if item.order_id is not None:
            with _database():
                renew_search(item.order_id)

    def record_pending(self, reference: str, credit: Credit) -> None:
        """Report coins that are seen and not final: pending money."""
        self._record(reference, Event.CHARGE_REQUEST, credit)

    def record_credit(self, reference: str, credit: Credit) -> None:
        """Report final coins: charged money."""
        self._record(reference, Event.CHARGE_SUCCESS, credit)

    def record_loss(self, reference: str, credit: Credit) -> None:
        """Report that pending coins will not come."""
        self._record(reference, Event.CHARGE_FAILURE, credit)

    def record_reversal(self, reference: str, credit: Credit) -> None:
        """Report that credited coins disappeared from the chain."""
        self._record(reference, Event.CHARGE_BACK, credit)

    def record_end(self, reference: str, message: str, at: datetime) -> None:
        """Close the session: `transactionProcess` answers with this from now on.

        A session that failed as it was opened is closed already, in Saleor's words.
        """
        item = _get(reference)
        ends = item.events.filter(type=Event.CHARGE_FAILURE, psp_reference=reference)
        if ends.filter(include_in_calculations=True).exists():
            return
        request = item.events.filter(type__in=REQUESTS).order_by("pk").first()
        credit = Credit(
            reference=reference,
            amount=request.amount_value if request else Decimal(0),
            currency=item.currency,
            message=message,
            url="",
            at=at,
        )
        self._record(reference, Event.CHARGE_FAILURE, credit)

    def record_refund_begun(self, reference: str, key: str, credit: Credit) -> None:
        """Report that coins are to go back: pending money."""
        with _database():
            begin_refund(_get(reference), key, credit)

    def record_refund(self, reference: str, key: str, credit: Credit) -> None:
        """Report that they have arrived: refunded money."""
        with _database():
            end_refund(_get(reference), Event.REFUND_SUCCESS, key, credit)

    def record_refund_failure(self, reference: str, key: str, credit: Credit) -> None:
        """Report that they will not go back."""
        with _database():
            end_refund(_get(reference), Event.REFUND_FAILURE, key, credit)

    def credited(self, reference: str) -> Decimal:
        """Return what Saleor shows as charged, with what was refunded of it since."""
        item = _get(reference)
        amounts = (
            item.charged_value,
            item.refunded_value,
            item.refund_pending_value,
        )
        return sum(map(Decimal, amounts), Decimal(0))

    def list_credited(self, since: datetime | None) -> Iterator[str]:
        """Yield the tokens of our transactions that show charged money."""
        items = TransactionItem.objects.filter(_HAS_MONEY, app_identifier=PLUGIN_ID)
        if since is not None:
            items = items.filter(modified_at__gte=since)
        tokens = items.order_by("pk").values_list("token", flat=True)
        yield from map(str, tokens.iterator(chunk_size=PIECE))

    def unwanted(self, reference: str) -> str:
        """Return why the shop wants no more coins for it; "" as long as it does."""
        item = _find(reference)
        if item is None:
            return GONE
        return why_unwanted(item, is_ours=bool(item.charged_value))

    def complete(self, reference: str, *, makes_order: bool = True) -> Completion:
        """Turn a fully paid checkout into an order, whoever else tries the same."""
        item = _get(reference)
        if item.order_id is not None:
            store_on_order(item.order_id, reference)
            return as_order(item.order)
        if item.checkout is None:
            self._tell_staff(item, "gone", GONE_WORDS)
            return Completion.GONE
        if not makes_order:
            return Completion.NOT_NEEDED
        if item.checkout.authorize_status != CheckoutAuthorizeStatus.FULL:
            self._tell_staff(item, "not_paid", NOT_PAID_WORDS)
            return Completion.NOT_PAID
        try:
            complete_paid_checkout(item.checkout, item)
        except ShopError as error:
            self._tell_staff(item, "no_order", f"{error} {NO_ORDER_WORDS}")
            raise
        item.refresh_from_db()
        store_on_order(item.order_id, reference)
        return Completion.DONE

    def cancel_order(self, reference: str) -> bool:
        """Cancel the order if nothing was paid and nothing is on its way."""
        return cancel_abandoned(_get(reference))

    def _tell_staff(self, item: Any, key: str, words: str) -> None:
        """Put what staff have to do into the transaction's history, once."""
        reference = str(item.token)
        notice = Credit(
            reference, Decimal(0), item.currency, words, "", datetime.now(UTC)
        )
        self.record_notice(reference, f"{reference}:{key}", notice)

    def _record(self, reference: str, kind: str, credit: Credit) -> None:
        with _database():
            write_event(_get(reference), kind, credit, ensure_app())


@contextmanager
def _database() -> Iterator[None]:
    """Hand the database's refusals on as the shop's own."""
    try:
        yield
    except DatabaseError as error:
        raise ShopError(f"Saleor's database refused: {error}") from error


def _find(reference: str) -> Any:
    if not reference:
        return None
    return (
        TransactionItem.objects.select_related("checkout", "order")
        .filter(token=reference)
        .first()
    )


def _get(reference: str) -> Any:
    item = _find(reference)
    if item is None:
        raise ShopError(f"Saleor has no transaction {reference} (any more).")
    return item
