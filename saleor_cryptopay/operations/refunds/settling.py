"""Settling a refund in doubt by the order that staff have found at the gateway.

The gateway's own console may show what its list does not. What staff name is asked for
at the gateway and has to be this refund's in all that it says.
"""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from saleor_cryptopay.core.errors import GatewayError, RefundError
from saleor_cryptopay.core.refunds import RefundEvent
from saleor_cryptopay.gateways.payouts import Payouts, Withdrawal
from saleor_cryptopay.models import Refund, RefundEntry
from saleor_cryptopay.operations.runtime import Runtime

from .ledger import locked, record
from .orders import LOOKBACK, is_address, is_amount, named_refund

NOTE: Final = "staff have found the order"


def settle_sent(
    refund_id: UUID, order_id: str, actor: str, runtime: Runtime, payouts: Payouts
) -> Refund:
    """Take an order for a refund in doubt; from here on it is followed as any other.

    Args:
        refund_id: which refund.
        order_id: the gateway's id of the order.
        actor: who decides, as the shop knows them (an id, no name).
        runtime: see `runtime.Runtime`.
        payouts: the gateway, which is asked for the order.

    Raises:
        RefundError: the refund is not in doubt, the gateway does not show the order,
            it is another's, or it sends other coins or elsewhere; says which.
    """
    try:
        order = payouts.fetch(order_id)
    except GatewayError as error:
        raise RefundError(
            f"The gateway does not show this order: {error}", code="order"
        ) from None
    with locked(refund_id) as refund:
        _require_account(refund, payouts)
        if wrong := ", ".join(_differences(order, refund)):
            raise RefundError(
                f"Order {order.id} is not of this refund: {wrong}.", code="order"
            )
        taken = RefundEntry.objects.filter(order_id=order.id).first()
        if taken is not None:
            raise RefundError(
                f"Order {order.id} is that of refund {taken.refund_id}.", code="order"
            )
        refund.gateway_id, refund.fee = order.id, order.fee
        event = RefundEvent.ORDER_TAKEN
        record(refund, event, actor, runtime, note=NOTE, order_id=order.id)
    return refund


def _require_account(refund: Refund, payouts: Payouts) -> None:
    payment = refund.payment
    if (payment.gateway, payment.environment) != (payouts.name, payouts.environment):
        raise RefundError(
            f"This payment was made with {payment.environment} money through"
            f" {payment.gateway}: its coins are not in this account.",
            code="account",
        )


def _differences(order: Withdrawal, refund: Refund) -> Iterator[str]:
    """Yield in what an order is not the refund's; what it leaves out is one, too."""
    asset, name = refund.asset, named_refund(order)
    if name and name != str(refund.pk):
        yield f"it was made for refund {name}"
    if order.coin != asset.coin:
        yield f"its coin is “{order.coin}”, not “{asset.coin}”"
    if order.network != asset.network.slug:
        yield f"its network is “{order.network}”, not “{asset.network.slug}”"
    if not order.amount or not is_amount(order, refund):
        yield f"its amount is “{order.amount}”"
    if not order.to_address or not is_address(order, refund):
        yield f"it goes to “{order.to_address}”"
    begun = refund.entries.filter(event=RefundEvent.ORDER_BEGUN).first()
    made_at = order.created_at
    if made_at and begun and made_at < begun.created_at - LOOKBACK:
        yield "it was made before this refund was begun"
