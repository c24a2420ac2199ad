"""What a message says of payment and refund: figures as texts, read when it is sent.

Amounts are those that the payment page shows at the same moment, written alike.
"""

from dataclasses import dataclass
from datetime import datetime

from saleor_cryptopay.core.money import format_fiat, format_units
from saleor_cryptopay.core.shares import remaining_units, surplus_units
from saleor_cryptopay.core.states import OPEN_STATES
from saleor_cryptopay.gateways.base import Environment
from saleor_cryptopay.models import Message, Payment
from saleor_cryptopay.operations.lateness import is_over
from saleor_cryptopay.operations.quoting import asked_now
from saleor_cryptopay.operations.refunds.links import refund_url
from saleor_cryptopay.operations.refunds.postings import explorer_url
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.operations.sums import sums


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment in texts; amounts of coins are "" while no coin is chosen.

    Attributes:
        total: what is owed, as `50.10`.
        currency: ISO 4217.
        symbol: of the chosen coin, as `USDT`.
        network: its network's name.
        asked: coins that the quote asks for.
        received: what has come and counts, final or not.
        missing: what is still to be sent, at the rate it will count at; "" if nothing.
        surplus: what came beyond what was asked for; "" if nothing.
        expires_at: the deadline.
        is_open: whether the customer can still pay.
        is_test: whether it is play money.
        page_url: the payment's page.
        desk_url: where staff decide about it.
    """

    total: str
    currency: str
    symbol: str
    network: str
    asked: str
    received: str
    missing: str
    surplus: str
    expires_at: datetime
    is_open: bool
    is_test: bool
    page_url: str
    desk_url: str


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """A refund in texts.

    Attributes:
        amount: coins that the customer gets.
        symbol: of the coin.
        network: name of the network they go out on.
        expires_at: until when its page takes an address.
        page_url: the customer's page.
        desk_url: where staff decide.
        hash: of the transaction; "" as long as there is none.
        url: an explorer's page of it, or "".
        reason: what staff or the gateway said of it last, or "".
    """

    amount: str
    symbol: str
    network: str
    expires_at: datetime
    page_url: str
    desk_url: str
    hash: str
    url: str
    reason: str


def payment_facts(message: Message, runtime: Runtime) -> PaymentFacts | None:
    """Return what there is to say of the message's payment; None without one."""
    payment = message.payment
    if payment is None:
        return None
    asked, received, missing, surplus = _coins(payment, runtime)
    asset = payment.address.asset if payment.address else None
    return PaymentFacts(
        total=format_fiat(payment.total, payment.currency),
        currency=payment.currency,
        symbol=asset.symbol if asset else "",
        network=asset.network.name if asset else "",
        asked=asked,
        received=received,
        missing=missing,
        surplus=surplus,
        expires_at=payment.expires_at,
        is_open=payment.state in OPEN_STATES and not is_over(payment, runtime.clock()),
        is_test=payment.environment == Environment.TEST,
        page_url=f"{runtime.base_url}pay/{payment.token}/",
        desk_url=f"{runtime.base_url}desk/refunds/#cases={payment.pk}",
    )


def refund_facts(message: Message, runtime: Runtime) -> RefundFacts | None:
    """Return what there is to say of the message's refund; None without one."""
    refund = message.refund
    if refund is None:
        return None
    asset = refund.asset
    return RefundFacts(
        amount=format_units(refund.sent_units, asset.decimals),
        symbol=asset.symbol,
        network=asset.network.name,
        expires_at=refund.expires_at,
        page_url=refund_url(refund, runtime),
        desk_url=f"{runtime.base_url}desk/refunds/",
        hash=refund.hash,
        url=explorer_url(refund),
        reason=refund.reason,
    )


def _coins(payment: Payment, runtime: Runtime) -> tuple[str, str, str, str]:
    """Return asked, received, missing and surplus coins of the chosen asset."""
    address = payment.address
    if address is None:
        return "", "", "", ""
    final, underway = sums(payment)
    received, decimals = final + underway, address.asset.decimals
    missing = remaining_units(
        received,
        asked=address.units,
        minimum=address.minimum_units,
        asked_now=(asked_now(payment, runtime) if received else None) or address.units,
        decimals=decimals,
    )
    surplus = surplus_units(received, address.units)
    return (
        format_units(address.units, decimals),
        format_units(int(received), decimals),
        format_units(missing, decimals) if missing else "",
        format_units(surplus, decimals) if surplus else "",
    )
