"""What must be so after any interleaving: the books agree, here and in Saleor."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Sum
from saleor.checkout.models import Checkout
from saleor.order import OrderChargeStatus, OrderEvents, OrderStatus
from saleor.order.models import Order
from saleor.payment import ChargeStatus, TransactionEventType, TransactionKind
from saleor.payment.models import Payment as SaleorPayment
from saleor.payment.models import TransactionItem
from saleor.warehouse.models import Allocation, Stock

from saleor_cryptopay.bridge.identity import payment_key
from saleor_cryptopay.bridge.purchases.edited_orders import settle_edited_orders
from saleor_cryptopay.bridge.purchases.exclusion import UNDER_WAY
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Effect, Payment
from saleor_cryptopay.operations import outbox

from .goods import LONG_AGO, Purchase, Shop
from .inside import allow_refunds, confirm_paid_orders
from .moves import later
from .refund_books import (
    grant_faults,
    promise_faults,
    record_faults,
    refund_faults,
)

NOTHING: Final = Decimal(0)
ROUNDS: Final = 4
PLUS: Final = (TransactionEventType.CHARGE_SUCCESS,)
MINUS: Final = (TransactionEventType.CHARGE_BACK, TransactionEventType.REFUND_SUCCESS)
RECORDED: Final = (
    TransactionKind.CAPTURE,
    TransactionKind.CAPTURE_FAILED,
    TransactionKind.REFUND_ONGOING,
    TransactionKind.CANCEL,
)
HISTORY: Final = (
    OrderEvents.TRANSACTION_EVENT,
    OrderEvents.EXTERNAL_SERVICE_NOTIFICATION,
)


@dataclass(frozen=True)
class Expected:
    """What a scene may come to.

    Attributes:
        states: of our payment.
        statuses: of the order; empty where there may be no order.
        no_order: whether it may end without an order.
        other_pays: what the other app's transaction must have charged.
        may_break: exceptions of Saleor's own that whoever asks may be answered with,
            or that end a task of its own, where each side takes away what the other
            works on.
        may_deadlock: whether Saleor's own operations can lock one another up there.
        promised: how many refunds must be under way; None is any number.
    """

    states: frozenset[str]
    statuses: frozenset[str] = frozenset()
    no_order: bool = False
    other_pays: Decimal = NOTHING
    may_break: frozenset[str] = frozenset()
    may_deadlock: bool = False
    promised: int | None = None


def expect(  # noqa: PLR0913 - a scene names those that it needs
    *states: str,
    statuses: tuple[str, ...] = (OrderStatus.UNFULFILLED,),
    no_order: bool = False,
    other_pays: str = "0",
    may_break: tuple[str, ...] = (),
    may_deadlock: bool = False,
    promised: int | None = None,
) -> Expected:
    """Return an expectation."""
    return Expected(
        frozenset(states),
        frozenset(statuses),
        no_order,
        Decimal(other_pays),
        frozenset(may_break),
        may_deadlock,
        promised,
    )


def clear_away() -> None:
    """Close what a scene leaves open, so that it is looked at no more."""
    Payment.objects.filter(state=PaymentState.AWAITING_PAYMENT).update(
        state=PaymentState.CANCELED
    )
    Order.objects.filter(status=OrderStatus.UNCONFIRMED).update(
        updated_at=datetime.now(UTC) - LONG_AGO
    )
    allow_refunds(is_on=False)
    confirm_paid_orders(is_on=True)


def judge(shop: Shop, purchase: Purchase, expected: Expected) -> list[str]:
    """Return what is wrong, in words, after a last turn of beat."""
    _deliver_all(shop)
    settle_edited_orders(shop.runtime)
    faults = [*_outbox_faults(), *_stock_faults()]
    order = _order_of(purchase, faults)
    if order is None and not expected.no_order:
        faults.append("there is no order")
    if order is not None:
        if order.status not in expected.statuses:
            faults.append(f"the order is {order.status}")
        faults += _order_faults(order)
    payments = _payments_of(purchase, order)
    faults += _api_faults(payments)
    faults += promise_faults(payments, expected.promised)
    for payment in payments:
        if payment.state not in expected.states:
            faults.append(f"the payment is {payment.state}")
        faults += _payment_faults(payment, order, expected)
    if purchase.other is not None:
        faults += _other_faults(purchase, expected, order)
    return faults


def _deliver_all(shop: Shop) -> None:
    for _ in range(ROUNDS):
        outbox.deliver_effects(later(shop.runtime))
        if not Effect.objects.filter(done_at=None).exists():
            return


def _outbox_faults() -> list[str]:
    left = Effect.objects.filter(done_at=None)
    return [f"the outbox still holds {effect.kind}: {effect.note}" for effect in left]


def _stock_faults() -> list[str]:
    """Compare what stocks say is allocated with the allocations."""
    faults = []
    sums = Allocation.objects.values("stock").annotate(sum=Sum("quantity_allocated"))
    by_stock = {row["stock"]: row["sum"] for row in sums}
    for stock in Stock.objects.all():
        found = by_stock.get(stock.pk, 0)
        if stock.quantity_allocated != found:
            faults.append(f"stock has {stock.quantity_allocated}, not {found}")
    return faults


def _order_of(purchase: Purchase, faults: list[str]) -> Any:
    if not isinstance(purchase.source, Checkout):
        return Order.objects.get(pk=purchase.source.pk)
    orders = list(Order.objects.filter(checkout_token=purchase.checkout_token))
    if len(orders) > 1:
        faults.append(f"there are {len(orders)} orders of one checkout")
    if orders and Checkout.objects.filter(pk=purchase.source.pk).exists():
        faults.append("the checkout is still there beside its order")
    return orders[0] if orders else None


def _payments_of(purchase: Purchase, order: Any) -> list[Payment]:
    """Return our payments on the purchase: those a move has opened as well."""
    references = {purchase.reference} if purchase.reference else set()
    for source in (order, purchase.source):
        if source is not None and source.pk is not None:
            items = source.payment_transactions.values_list("token", flat=True)
            references |= {str(token) for token in items}
    return list(Payment.objects.filter(reference__in=references))


def _api_faults(payments: list[Payment]) -> list[str]:
    """Look for money asked for through both of Saleor's payment APIs at once."""
    open_ones = [each for each in payments if each.state in UNDER_WAY]
    older = [each for each in open_ones if payment_key(each.reference) is not None]
    is_mixed = 0 < len(older) < len(open_ones)
    return ["both payment APIs ask for the money"] if is_mixed else []


def _order_faults(order: Any) -> list[str]:
    """Compare the order's sums with those of what pays for it."""
    faults = []
    items = order.payment_transactions.aggregate(sum=Sum("charged_value"))["sum"]
    rows = order.payments.filter(is_active=True).aggregate(sum=Sum("captured_amount"))
    paid = (items or NOTHING) + (rows["sum"] or NOTHING)
    if order.total_charged_amount != paid:
        faults.append(f"the order shows {order.total_charged_amount}, paid is {paid}")
    if order.charge_status != (status := _charge_status(order, paid)):
        faults.append(f"the order is charged {order.charge_status}, not {status}")
    if order.status == OrderStatus.CANCELED and _allocated(order):
        faults.append("a canceled order holds stock")
    if order.status == OrderStatus.UNFULFILLED and not _allocated(order):
        faults.append("an open order holds no stock")
    if order.status == OrderStatus.UNCONFIRMED:
        faults += _price_faults(order)
    return [*faults, *_history_faults(order), *grant_faults(order)]


def _charge_status(order: Any, paid: Decimal) -> str:
    granted = order.granted_refunds.aggregate(sum=Sum("amount_value"))["sum"]
    total = order.total_gross_amount - (granted or NOTHING)
    if paid <= NOTHING:
        return str(OrderChargeStatus.NONE)
    if paid < total:
        return str(OrderChargeStatus.PARTIAL)
    full, over = OrderChargeStatus.FULL, OrderChargeStatus.OVERCHARGED
    return str(full if paid == total else over)


def _price_faults(order: Any) -> list[str]:
    """Look for a line that staff have added or taken off and the total does not show.

    Its unit price is what the line was made with; its total may be from before.
    """
    lines = order.lines.values_list("unit_price_gross_amount", "quantity")
    worth = sum((price * quantity for price, quantity in lines), NOTHING)
    total = worth + order.shipping_price_gross_amount
    if order.total_gross_amount == total:
        return []
    return [f"the order costs {order.total_gross_amount}, its lines {total}"]


def _allocated(order: Any) -> int:
    rows = Allocation.objects.filter(order_line__order=order)
    return int(rows.aggregate(sum=Sum("quantity_allocated"))["sum"] or 0)


def _history_faults(order: Any) -> list[str]:
    """Look for a line of the order's history that stands there twice."""
    lines = order.events.filter(type__in=HISTORY)
    told = Counter(
        (line.type, line.parameters.get("reference"), line.parameters.get("message"))
        for line in lines
    )
    return [
        f"the history says {count} times: {what}"
        for what, count in told.items()
        if count > 1
    ]


def _payment_faults(payment: Payment, order: Any, expected: Expected) -> list[str]:
    if (key := payment_key(payment.reference)) is not None:
        return _captured_faults(payment, SaleorPayment.objects.get(pk=key))
    item = TransactionItem.objects.get(token=payment.reference)
    faults = _event_faults(item)
    if not expected.may_break:
        # Where Saleor breaks, it may not come to ask us.
        faults += refund_faults(payment, item)
    credited = sum((each.credited for each in payment.transfers.all()), NOTHING)
    refunded = item.refunded_value + item.refund_pending_value
    if item.charged_value + refunded != credited:
        faults.append(f"Saleor shows {item.charged_value} charged, not {credited}")
    pending = sum((each.pending for each in payment.transfers.all()), NOTHING)
    if item.charge_pending_value != pending:
        faults.append(f"Saleor shows {item.charge_pending_value} on its way")
    if item.order_id != (order.pk if order else None):
        faults.append("the transaction is not the order's")
    return faults


def _event_faults(item: Any) -> list[str]:
    """Look for events that count twice, and sums that are not those of the events."""
    counted = item.events.filter(include_in_calculations=True)
    names = Counter(counted.values_list("type", "psp_reference"))
    faults = [f"{count} times {name}" for name, count in names.items() if count > 1]
    plus = counted.filter(type__in=PLUS).aggregate(sum=Sum("amount_value"))["sum"]
    minus = counted.filter(type__in=MINUS).aggregate(sum=Sum("amount_value"))["sum"]
    # A refund that was asked for is taken off at once.
    total = (plus or NOTHING) - (minus or NOTHING) - item.refund_pending_value
    if item.charged_value != total:
        faults.append(f"charged is {item.charged_value}, the events say {total}")
    return faults


def _captured_faults(payment: Payment, row: Any) -> list[str]:
    """Look for coins that are captured twice, or that are not in the row's sum."""
    faults = record_faults(payment, row)
    credited = sum((each.credited for each in payment.transfers.all()), NOTHING)
    if row.captured_amount != credited:
        faults.append(f"Saleor shows {row.captured_amount} captured, not {credited}")
    done = row.transactions.filter(is_success=True, kind__in=RECORDED)
    names = Counter(done.values_list("kind", "token"))
    faults += [f"{count} times {name}" for name, count in names.items() if count > 1]
    if row.captured_amount and not row.is_active:
        faults.append("a payment with captured coins is not active")
    if row.charge_status != (status := _row_status(row)):
        faults.append(f"the payment is charged {row.charge_status}, not {status}")
    return faults


def _row_status(row: Any) -> str:
    if row.captured_amount >= row.total:
        return str(ChargeStatus.FULLY_CHARGED)
    if row.captured_amount:
        return str(ChargeStatus.PARTIALLY_CHARGED)
    is_ended = row.transactions.filter(kind=TransactionKind.CANCEL).exists()
    return str(ChargeStatus.CANCELLED if is_ended else ChargeStatus.NOT_CHARGED)


def _other_faults(purchase: Purchase, expected: Expected, order: Any) -> list[str]:
    purchase.other.refresh_from_db()
    faults = _event_faults(purchase.other)
    if purchase.other.charged_value != expected.other_pays:
        faults.append(f"the other app's charge is {purchase.other.charged_value}")
    if purchase.other.order_id != (order.pk if order else None):
        faults.append("the other transaction is not the order's")
    return faults
