"""What the operations ask of the shop, and of whoever runs them.

`Shop` is implemented by `bridge.shop` on a real Saleor and by the stand-in of the
demo; one conformance suite holds both to the promises made here. Every method may
be called again with the same arguments (the outbox delivers at least once) and must
then change nothing more.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what is being bought, for the payment page's summary."""

    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What the shop says about the thing being paid.

    Attributes:
        shop_name: the merchant's name.
        title: `Order 123`, or `Checkout`.
        lines: what is bought; empty when it cannot be told.
        return_url: where the customer goes back to; "" if none is known.
        language: what the customer is spoken to in, as `de` or `pt-br`; "" if it is
            not known.
    """

    shop_name: str
    title: str
    lines: tuple[Line, ...]
    return_url: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """One transfer, as the shop gets to see it.

    Attributes:
        reference: unique and lasting name of the transfer: `hash:index`.
        amount: its value in `currency`; zero only in notices, never in credits.
        currency: ISO 4217.
        message: what staff read.
        url: explorer page, or "".
        at: when it happened (aware UTC).
    """

    reference: str
    amount: Decimal
    currency: str
    message: str
    url: str
    at: datetime


class Completion(StrEnum):
    """What became of asking the shop to turn a paid checkout into an order."""

    DONE = "done"  # there is an order now
    NOT_NEEDED = (
        "not_needed"  # it was an order already, or the merchant does it himself
    )
    NOT_PAID = "not_paid"  # the shop does not call the checkout fully paid
    GONE = "gone"  # the checkout does not exist any more


class Shop(Protocol):
    """What the operations ask of the shop. `reference` is the shop's transaction."""

    def summary(self, reference: str) -> Summary:
        """Describe what is being paid. Unknown references give an empty summary."""
        ...

    def record_notice(self, reference: str, key: str, credit: Credit) -> None:
        """Tell staff something that moves no money. `key` makes it happen once."""
        ...

    def record_pending(self, reference: str, credit: Credit) -> None:
        """Report coins that were seen and are not final (accept_unconfirmed)."""
        ...

    def record_credit(self, reference: str, credit: Credit) -> None:
        """Report final coins: the shop counts `credit.amount` as paid.

        Raises:
            ShopError: the shop could not take it now.
        """
        ...

    def record_loss(self, reference: str, credit: Credit) -> None:
        """Report that pending coins will not come."""
        ...

    def record_reversal(self, reference: str, credit: Credit) -> None:
        """Report that credited coins disappeared from the chain (charge-back)."""
        ...

    def record_end(self, reference: str, message: str, at: datetime) -> None:
        """Report that nothing more is expected: expired, failed or canceled."""
        ...

    def credited(self, reference: str) -> Decimal:
        """Return what the shop shows as paid by us: credits less reversals.

        What was refunded since stays in it: it had been paid.

        Raises:
            ShopError: the shop does not know the transaction (any more).
        """
        ...

    def unwanted(self, reference: str) -> str:
        """Return why the shop wants no more coins for it; "" as long as it does.

        An order that was canceled, a checkout that is gone, an order that was paid
        in another way. What we credited ourselves is no reason.
        """
        ...

    def complete(self, reference: str) -> Completion:
        """Turn a fully paid checkout into an order, whoever else tries the same.

        Raises:
            ShopError: it is paid, but it cannot become an order; says why.
        """
        ...

    def tell_staff(self, subject: str, message: str) -> None:
        """Send staff a message that is about no single payment.

        As well as the shop can: where it has no mail or nobody to write to, nothing
        is sent. What is said here also stands in the log.
        """
        ...

    def cancel_order(self, reference: str) -> bool:
        """Cancel the order if it is unpaid, giving its stock back.

        Returns whether it is canceled now. An order that other money has paid, or
        that staff have begun to fulfil, is left alone.
        """
        ...


class Clock(Protocol):
    """Where the time comes from."""

    def __call__(self) -> datetime:
        """Return now (aware UTC)."""
        ...
