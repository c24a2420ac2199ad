"""What the operations ask of the shop, and of whoever runs them.

`Shop` is implemented by `bridge.shop` on a real Saleor and by the stand-in of the
demo; one conformance suite holds both to the promises made here. Every method may
be called again with the same arguments (the outbox delivers at least once) and must
then change nothing more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol


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
    CLOSED = "closed"  # it is an order, and one that was canceled


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

    def record_refund_begun(self, reference: str, key: str, credit: Credit) -> None:
        """Report that credited coins are to go back: `credit.amount` is pending.

        Args:
            reference: the shop's transaction.
            key: the shop's own name for the request, where it made one.
            credit: its `reference` is the refund's, for this and what follows of it.

        Raises:
            ShopError: the shop could not take it now.
        """
        ...

    def record_refund(self, reference: str, key: str, credit: Credit) -> None:
        """Report that they have arrived: the shop counts `credit.amount` as refunded.

        Raises:
            ShopError: the shop could not take it now.
        """
        ...

    def record_refund_failure(self, reference: str, key: str, credit: Credit) -> None:
        """Report that they will not go back: pending no more.

        Raises:
            ShopError: the shop could not take it now.
        """
        ...

    def credited(self, reference: str) -> Decimal:
        """Return what the shop shows as paid by us: credits less reversals.

        What was refunded since stays in it: it had been paid.

        Raises:
            ShopError: the shop does not know the transaction (any more).
        """
        ...

    def list_credited(self, since: datetime | None) -> Iterator[str]:
        """Yield the references for which the shop shows money that we brought.

        Args:
            since: leave out what has not changed since, where the shop can tell (aware
                UTC); None for all.
        """
        ...

    def unwanted(self, reference: str) -> str:
        """Return why the shop wants no more coins for it; "" as long as it does.

        An order that was canceled, a checkout that is gone, an order that was paid
        in another way. What we credited ourselves is no reason.
        """
        ...

    def complete(self, reference: str, *, makes_order: bool = True) -> Completion:
        """Turn a fully paid checkout into an order, whoever else tries the same.

        Args:
            reference: the shop's transaction.
            makes_order: whether an order is to be made; else it is only looked whether
                what was paid is there, and open: the merchant makes orders himself.

        Raises:
            ShopError: it is paid, but it cannot become an order; says why.
        """
        ...

    def cancel_order(self, reference: str) -> bool:
        """Cancel the order if it is unpaid, giving its stock back.

        Returns whether it is canceled now. An order that other money has paid, or
        that staff have begun to fulfil, is left alone.
        """
        ...


class Desk(Protocol):
    """Who may work at the refund desk."""

    def identify(self, bearer_token: str) -> str | None:
        """Return the id of the staff (or app) whose token this is.

        None for everybody who may not handle payments, and for every token that is
        not valid: forged, expired or withdrawn.
        """
        ...


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it is sent.

    Attributes:
        subject: one line.
        text: the message as plain text.
        html: the same as a page of its own, with nothing loaded from elsewhere.
        message_id: `<…@host>`; the same letter has the same one, however often it is
            sent, so that mail programs show it once.
        language: of the words, as `de` or `zh-hans`.
    """

    subject: str
    text: str
    html: str
    message_id: str
    language: str


class Post(Protocol):
    """How people are written to, and how apps are told so that they may do it.

    Each method may be called again with the same arguments. No address of a person
    comes back from here, nor stands in an error or a log.
    """

    def to_customer(self, reference: str, letter: Letter) -> bool:
        """Write to whoever bought what the reference names.

        Returns:
            Whether there was an address to write to, and a mail server.

        Raises:
            PostError: the mail server did not take it.
        """
        ...

    def staff_languages(self) -> Sequence[str]:
        """Return what those whom the shop notifies read, each language once, sorted.

        As `operations.messages.languages.choose_language` names them; empty where there
        is nobody.
        """
        ...

    def to_staff(self, letter: Letter) -> bool:
        """Write to those whom the shop notifies and who read the letter's language.

        Returns:
            Whether there was anybody to write to, and a mail server.

        Raises:
            PostError: the mail server did not take it.
        """
        ...

    def announce(self, reference: str, event: str, payload: Mapping[str, Any]) -> None:
        """Tell the shop's apps of an event, so that they may write in our place.

        Args:
            reference: whose recipient and channel the shop adds; "" for none.
            event: `saleor_cryptopay.payment_confirmed`.
            payload: JSON, as documented in `docs/messages.md`.

        Raises:
            PostError: it could not be handed over now.
        """
        ...


class Clock(Protocol):
    """Where the time comes from."""

    def __call__(self) -> datetime:
        """Return now (aware UTC)."""
        ...
