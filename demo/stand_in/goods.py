"""What the stand-in sells: one thing, so that there is something to pay for."""

from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from saleor_cryptopay.core.money import format_units, units_to_ask
from saleor_cryptopay.core.quotes import find_rate
from saleor_cryptopay.operations.runtime import Runtime

from .models import Purchase
from .shop import order_title

NAME: Final = "Shirt"
PRICE: Final = Decimal("50.10")
CURRENCY: Final = "USD"


def start_purchase(kind: Purchase.Kind) -> Purchase:
    """Make a checkout, or an order that nobody has paid."""
    purchase = Purchase(
        reference=str(uuid4()),
        kind=kind,
        title="Checkout",
        lines=[{"name": NAME, "quantity": 1}],
        total=PRICE,
        currency=CURRENCY,
    )
    purchase.save()
    if purchase.kind == Purchase.Kind.ORDER:
        purchase.title = order_title(purchase)  # it has its number now
        purchase.save(update_fields=["title"])
    return purchase


def price_in_coins(purchase: Purchase, runtime: Runtime) -> list[dict[str, Any]]:
    """Return the coins on offer, with what each would ask for now."""
    policy = runtime.policies("")
    rows = []
    for asset in policy.assets:
        rate = find_rate(asset, purchase.currency, policy.rates, runtime.clock())
        units = units_to_ask(purchase.total, rate.value, asset.decimals)
        rows.append(
            {
                "asset": asset.key,
                "symbol": asset.symbol,
                "name": asset.name,
                "network_name": asset.network.name,
                "amount": format_units(units, asset.decimals),
            }
        )
    return rows
