"""The shop's port on the stand-in: purchases, told what the ledger decided.

Law of this file: a purchase is locked before anything about it is decided, and the
unique key of each event is the claim that makes a repetition harmless.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from django.db import DatabaseError, transaction
from django.db.models import Sum

from saleor_cryptopay.core.errors import ShopError
from saleor_cryptopay.operations.ports import Completion, Credit, Line, Summary

from .models import Purchase, PurchaseEvent

Kind = PurchaseEvent.Kind
Status = Purchase.Status

SHOP_NAME: Final = "Stand-in shop (demo)"
NOTHING: Final = Decimal(0)
# Order numbers that look like a shop's.
FIRST_ORDER: Final = 1000

Given = ParamSpec("Given")
Result = TypeVar("Result")
Method = Callable[Concatenate["StandInShop", Given], Result]


def _as_one(method: Method[Given, Result]) -> Method[Given, Result]:
    """Run a method in one commit, with the database's refusals as the shop's own."""

    @wraps(method)
    def run(
        shop: "StandInShop", /, *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        try:
            with transaction.atomic():
                return method(shop, *args, **kwargs)
        except DatabaseError as error:
            raise ShopError(f"The shop's database refused: {error}") from error

    return run


class StandInShop:
    """Implements `operations.ports.Shop`; references are those of purchases."""

    def __init__(self, return_url: str) -> None:
        """Send customers back to `return_url`, with `{reference}` filled in."""
        self._return_url = return_url

    def summary(self, reference: str) -> Summary:
        """Describe what is being paid."""
        purchase = Purchase.objects.filter(reference=reference).first()
        if purchase is None:
            return Summary(SHOP_NAME, "", (), "")
        lines = tuple(Line(row["name"], row["quantity"]) for row in purchase.lines)
        return_url = self._return_url.replace("{reference}", reference)
        return Summary(SHOP_NAME, purchase.title, lines, return_url)

    @_as_one
    def record_notice(self, reference: str, key: str, credit: Credit) -> None:
        """Note something that moves no money, once per key."""
        _write(_lock(reference), Kind.NOTICE, key, credit)

    @_as_one
    def record_pending(self, reference: str, credit: Credit) -> None:
        """Note coins that were seen and are not final."""
        _write(_lock(reference), Kind.PENDING, credit.reference, credit)

    @_as_one
    def record_credit(self, reference: str, credit: Credit) -> None:
        """Count final coins as paid."""
        _write(_lock(reference), Kind.CREDIT, credit.reference, credit)

    @_as_one
    def record_loss(self, reference: str, credit: Credit) -> None:
        """Note that pending coins will not come."""
        _write(_lock(reference), Kind.LOSS, credit.reference, credit)

    @_as_one
    def record_reversal(self, reference: str, credit: Credit) -> None:
        """Take back coins that disappeared from the chain."""
        _write(_lock(reference), Kind.REVERSAL, credit.reference, credit)

    @_as_one
    def record_end(self, reference: str, message: str, at: datetime) -> None:
        """Note that nothing more is expected."""
        purchase = _lock(reference)
        credit = Credit(reference, NOTHING, purchase.currency, message, "", at)
        _write(purchase, Kind.END, reference, credit)

    @_as_one
    def record_refund_begun(self, reference: str, key: str, credit: Credit) -> None:  # noqa: ARG002 - the port's
        """Note that coins are to go back."""
        _write(_lock(reference), Kind.REFUND_BEGUN, credit.reference, credit)

    @_as_one
    def record_refund(self, reference: str, key: str, credit: Credit) -> None:  # noqa: ARG002 - the port's
        """Count coins as given back."""
        _write(_lock(reference), Kind.REFUND, credit.reference, credit)

    @_as_one
    def record_refund_failure(self, reference: str, key: str, credit: Credit) -> None:  # noqa: ARG002 - the port's
        """Note that coins will not go back."""
        _write(_lock(reference), Kind.REFUND_FAILURE, credit.reference, credit)

    def credited(self, reference: str) -> Decimal:
        """Return what was credited and not taken back."""
        purchase = Purchase.objects.filter(reference=reference).first()
        if purchase is None:
            raise ShopError(f"The shop knows no purchase {reference}.")
        return paid(purchase)

    def list_credited(self, since: datetime | None) -> Iterator[str]:
        """Yield the references of what was paid by us."""
        events = PurchaseEvent.objects.filter(kind=Kind.CREDIT)
        if since is not None:
            events = events.filter(at__gte=since)
        references = events.values_list("purchase__reference", flat=True)
        yield from references.order_by("purchase__reference").distinct().iterator()

    def unwanted(self, reference: str) -> str:
        """Return why the shop wants no more coins for it; "" as long as it does."""
        purchase = Purchase.objects.filter(reference=reference).first()
        if purchase is None or purchase.status == Status.DELETED:
            return "the checkout is gone"
        return "the order was canceled" if purchase.status == Status.CANCELED else ""

    @_as_one
    def complete(self, reference: str, *, makes_order: bool = True) -> Completion:
        """Turn a fully paid checkout into an order."""
        purchase = _lock(reference)
        if purchase.kind == Purchase.Kind.ORDER:
            is_closed = purchase.status == Status.CANCELED
            return Completion.CLOSED if is_closed else Completion.NOT_NEEDED
        if purchase.status == Status.DELETED:
            return Completion.GONE
        if not makes_order:
            return Completion.NOT_NEEDED
        if paid(purchase) + pending(purchase) < purchase.total:
            return Completion.NOT_PAID
        purchase.kind = Purchase.Kind.ORDER
        purchase.title = order_title(purchase)
        purchase.save(update_fields=["kind", "title"])
        return Completion.DONE

    @_as_one
    def cancel_order(self, reference: str) -> bool:
        """Cancel the order if nothing was paid and nothing is on its way."""
        purchase = _lock(reference)
        if purchase.kind != Purchase.Kind.ORDER:
            return False
        if paid(purchase) > NOTHING or pending(purchase) > NOTHING:
            return False
        purchase.status = Status.CANCELED
        purchase.save(update_fields=["status"])
        return True


def order_title(purchase: Purchase) -> str:
    """Return what a stored purchase is called as an order."""
    return f"Order {FIRST_ORDER + purchase.pk}"


def paid(purchase: Purchase) -> Decimal:
    """Return what was credited and not taken back."""
    return _sum(purchase, Kind.CREDIT) - _sum(purchase, Kind.REVERSAL)


def refunded(purchase: Purchase) -> Decimal:
    """Return what was given back."""
    return _sum(purchase, Kind.REFUND)


def refund_pending(purchase: Purchase) -> Decimal:
    """Return what is to be given back, and has neither arrived nor failed."""
    over = purchase.events.filter(kind__in=[Kind.REFUND, Kind.REFUND_FAILURE])
    waiting = purchase.events.filter(kind=Kind.REFUND_BEGUN).exclude(
        reference__in=over.values("reference")
    )
    amount: Decimal = waiting.aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    return amount


def pending(purchase: Purchase) -> Decimal:
    """Return what was announced and has neither come nor been lost."""
    settled = purchase.events.filter(kind__in=[Kind.CREDIT, Kind.LOSS])
    waiting = purchase.events.filter(kind=Kind.PENDING).exclude(
        reference__in=settled.values("reference")
    )
    amount: Decimal = waiting.aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    return amount


def _sum(purchase: Purchase, kind: Kind) -> Decimal:
    events = purchase.events.filter(kind=kind)
    amount: Decimal = events.aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    return amount


def _lock(reference: str) -> Purchase:
    purchase = Purchase.objects.select_for_update().filter(reference=reference).first()
    if purchase is None:
        raise ShopError(f"The shop knows no purchase {reference}.")
    return purchase


def _write(purchase: Purchase, kind: Kind, key: str, credit: Credit) -> None:
    event, is_new = purchase.events.get_or_create(
        key=f"{kind}:{key}",
        defaults={
            "kind": kind,
            "reference": credit.reference,
            "amount": credit.amount,
            "message": credit.message,
            "at": credit.at,
        },
    )
    if not is_new and event.amount != credit.amount:
        raise ShopError(
            f"The shop has {kind} {key} with another amount:"
            f" {event.amount}, not {credit.amount}."
        )
    _refresh_status(purchase)


def _refresh_status(purchase: Purchase) -> None:
    """Say whether it is paid; what was canceled or swept out stays so."""
    if purchase.status not in (Status.OPEN, Status.PAID):
        return
    is_paid = paid(purchase) >= purchase.total
    purchase.status = Status.PAID if is_paid else Status.OPEN
    purchase.save(update_fields=["status"])
