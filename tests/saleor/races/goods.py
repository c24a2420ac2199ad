"""Checkouts and orders to race on: each a fresh copy of one that Saleor made.

A copy costs a handful of statements, where Saleor's own mutations cost a hundred. The
payments on them are opened as always, at a gateway in memory.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

import graphene
from django.db.models import F
from saleor.app.models import App
from saleor.app.types import AppType
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.payment import TransactionEventType
from saleor.payment.models import Payment as SaleorPayment
from saleor.payment.models import TransactionItem
from saleor.permission.models import Permission
from saleor.warehouse.models import Stock

from demo.services.catalogue import create_catalogue
from demo.services.purchases import create_checkout
from demo.services.staff import create_unpaid_order
from saleor_cryptopay.bridge.active import active_runtime
from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.bridge.identity import (
    PLUGIN_ID,
    payment_key,
    payment_reference,
)
from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import ledger
from saleor_cryptopay.operations.opening import Opening, open_payment
from saleor_cryptopay.operations.runtime import Runtime
from tests.chaos.chain import Chain, Coins, MemoryGateway

from .inside import SaleorInside

if TYPE_CHECKING:
    from demo.services.saleor import RunningSaleor

USDT: Final = find_asset("usdt@ethereum")
TOTAL: Final = Decimal("24.00")
OTHER_APP: Final = "races.other"
LONG_AGO: Final = timedelta(days=200)


@dataclass
class Purchase:
    """A checkout or order with our payment on it.

    Attributes:
        source: the checkout or order, as it was made.
        reference: of our payment.
        payment: ours; None before there is one.
        coins: what was sent to its address.
        other: another app's transaction on the same checkout or order, if any.
        grant: a refund that staff have granted on the order, if any.
    """

    source: Any
    reference: str
    payment: Payment | None = None
    coins: list[Coins] = field(default_factory=list)
    other: Any = None
    grant: Any = None

    @property
    def global_id(self) -> str:
        """Saleor's id of the checkout or order."""
        return global_id(self.source)

    @property
    def checkout_token(self) -> str:
        """What an order made of the checkout is known by."""
        return str(self.source.pk)

    @property
    def is_order(self) -> bool:
        """Whether it was an order from the beginning."""
        return isinstance(self.source, Order)

    @property
    def row_key(self) -> int | None:
        """The key of Saleor's row of it, if it is paid through the Payments API."""
        return payment_key(self.reference)

    @property
    def is_transaction(self) -> bool:
        """Whether it is paid through the Transactions API."""
        return bool(self.reference) and self.row_key is None


class Shop:
    """Makes purchases, and lets coins come for them."""

    def __init__(self, saleor: SaleorInside) -> None:
        """Put goods on sale, and have Saleor make what is copied."""
        self.saleor = saleor
        running = cast("RunningSaleor", saleor)
        catalogue = create_catalogue(running)
        self.channel = catalogue.channel
        self.book_id = catalogue.book.variant_id
        checkout = create_checkout(running, catalogue, catalogue.book, quantity=2)
        order = create_unpaid_order(running, catalogue, catalogue.book)
        self._checkout = Checkout.objects.get(pk=_key(checkout.id))
        self._order = Order.objects.get(pk=_key(order.id))
        self.other_app = _other_app()
        self.app_tokens: list[str] = []
        found = active_runtime()
        assert found is not None
        self._chain = Chain(found.clock)
        self._gateway = MemoryGateway(self._chain)
        self.runtime: Runtime = replace(found, gateway=self._gateway)

    def checkout(self, *, age: timedelta = timedelta(0)) -> Purchase:
        """Make a checkout that lacks nothing but money."""
        made = _copy(self._checkout, billing_address=self._checkout.billing_address)
        for line in self._checkout.lines.all():
            _copy(line, checkout=made)
        if age:
            # Not by `save`, which takes the time itself.
            then = datetime.now(UTC) - age
            Checkout.objects.filter(pk=made.pk).update(last_change=then)
        return Purchase(made, "")

    def order(self) -> Purchase:
        """Make an order that nobody has paid, with its stock allocated."""
        made = _copy(self._order)
        for line in self._order.lines.all():
            copied = _copy(line, order=made)
            for allocation in line.allocations.all():
                _copy(allocation, order_line=copied)
                Stock.objects.filter(pk=allocation.stock_id).update(
                    quantity_allocated=F("quantity_allocated")
                    + allocation.quantity_allocated
                )
        return Purchase(made, "")

    def gift_card_order(self) -> Purchase:
        """Make an order of gift cards: Saleor takes them off the stock once paid."""
        made = self.order()
        made.source.lines.update(is_gift_card=True)
        return made

    def open(self, purchase: Purchase, runtime: Runtime | None = None) -> Purchase:
        """Start a transaction with us, as `transactionInitialize` leaves it."""
        item = self.transaction(purchase, ensure_app(), PLUGIN_ID)
        item.events.create(
            type=TransactionEventType.CHARGE_REQUEST,
            amount_value=total_of(purchase),
            currency=item.currency,
            include_in_calculations=False,
            psp_reference=str(item.token),
            app_identifier=PLUGIN_ID,
        )
        return self._open(purchase, str(item.token), runtime or self.runtime)

    def open_older(
        self, purchase: Purchase, runtime: Runtime | None = None
    ) -> Purchase:
        """Start a payment with us through the Payments API."""
        row = SaleorPayment.objects.filter(pk=self.open_row(purchase).row_key)
        row.update(to_confirm=True)
        return self._open(purchase, purchase.reference, runtime or self.runtime)

    def open_row(self, purchase: Purchase) -> Purchase:
        """Make Saleor's row of such a payment, as `checkoutPaymentCreate` leaves it."""
        row = SaleorPayment.objects.create(
            gateway=PLUGIN_ID,
            is_active=True,
            **_place_of(purchase),
            total=total_of(purchase),
            currency=purchase.source.currency,
        )
        purchase.reference = payment_reference(row.pk)
        return purchase

    def transaction(self, purchase: Purchase, app: Any, identifier: str) -> Any:
        """Make an app's transaction on a checkout or order."""
        return TransactionItem.objects.create(
            **_place_of(purchase),
            currency=purchase.source.currency,
            app=app,
            app_identifier=identifier,
            available_actions=[],
        )

    def open_other(self, purchase: Purchase) -> Purchase:
        """Have another app start a transaction on the same."""
        purchase.other = self.transaction(purchase, self.other_app, OTHER_APP)
        return purchase

    def send(self, purchase: Purchase, amount: Decimal) -> Coins:
        """Let coins come to the payment's address."""
        assert purchase.payment is not None
        assert purchase.payment.address is not None
        to = self._gateway.issued[purchase.payment.address.address]
        coins = self._chain.pay(to, USDT, str(amount), "usdt")
        purchase.coins.append(coins)
        return coins

    def observe(self, coins: Coins, status: TransferStatus, runtime: Runtime) -> None:
        """Tell the ledger how far coins have come."""
        self._chain.move(coins, status)
        assert ledger.record_transfer(coins.report(), runtime.clock(), runtime)

    def _open(self, purchase: Purchase, reference: str, runtime: Runtime) -> Purchase:
        opening = Opening(
            reference=reference,
            channel=self.channel,
            total=total_of(purchase),
            currency=purchase.source.currency,
            asset_key=USDT.key,
        )
        purchase.reference = reference
        purchase.payment = open_payment(opening, runtime)
        return purchase


def total_of(purchase: Purchase) -> Decimal:
    """Return what a purchase costs."""
    return Decimal(purchase.source.total_gross_amount)


def _place_of(purchase: Purchase) -> dict[str, Any]:
    """Return where Saleor's rows about money hang: on a checkout, or on an order."""
    return {"order" if purchase.is_order else "checkout": purchase.source}


def _copy(row: Any, **changes: Any) -> Any:
    """Store a row again, under a key of its own."""
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.unique and not field.generated
    }
    for name in changes:
        values.pop(f"{name}_id", None)
    made = type(row)(**values, **changes)
    made.save(force_insert=True)
    return made


def _other_app() -> Any:
    app = App.objects.create(
        name="Another gateway",
        identifier=OTHER_APP,
        type=AppType.THIRDPARTY,
        is_active=True,
        is_installed=True,
    )
    app.permissions.add(Permission.objects.get(codename="handle_payments"))
    return app


def global_id(row: Any) -> str:
    """Return what Saleor's GraphQL knows a row by."""
    return str(graphene.Node.to_global_id(type(row).__name__, row.pk))


def _key(global_id: str) -> str:
    return str(graphene.Node.from_global_id(global_id)[1])
