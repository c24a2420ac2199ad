"""Rows as the operations would have left them, for the pages to show."""

import secrets
from datetime import timedelta
from decimal import Decimal
from typing import Any

from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.money import parse_units
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Address, Payment, Transfer
from saleor_cryptopay.operations import integrity
from tests.stand_ins import Stage

ADDRESSES = {
    "usdt@ethereum": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "eth@ethereum": "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "usdt@tron": "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8",
    "btc@bitcoin": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
}

HASH = "0x" + "9fc76417374aa880d4449a1f7f31ec597f00b1f6f3dd2d66f4c9c6c445836d8b"


def make_payment(stage: Stage, **values: Any) -> Payment:
    """Store a payment of 50.10 USD that nobody chose an asset for."""
    now = stage.clock()
    defaults: dict[str, Any] = {
        "reference": f"transaction-{secrets.token_hex(8)}",
        "gateway": "crypton",
        "environment": "test",
        "total": Decimal("50.100"),
        "currency": "USD",
        "late_policy": "review",
        "created_at": now,
        "changed_at": now,
        "checked_at": now,
        "expires_at": now + timedelta(hours=24),
    }
    return Payment.objects.create(**(defaults | values))


def give_address(  # noqa: PLR0913 - what a quote rests on
    payment: Payment,
    stage: Stage,
    asset_key: str = "usdt@ethereum",
    *,
    amount: str = "50.1",
    rate: str = "1",
    text: str = "",
    **values: Any,
) -> Address:
    """Store the payment's address in an asset, with its quote."""
    now, asset = stage.clock(), find_asset(asset_key)
    units = parse_units(amount, asset.decimals)
    address = Address(
        payment=payment,
        asset_key=asset_key,
        network=asset.network.slug,
        gateway_id=f"addr-{secrets.token_hex(8)}",
        address=text or ADDRESSES[asset_key],
        **(
            {
                "units": units,
                "minimum_units": units,
                "rate": Decimal(rate),
                "rate_source": "peg",
                "rate_as_of": now,
                "quoted_at": now,
                "issued_at": now,
            }
            | values
        ),
    )
    integrity.seal(address)
    address.save()
    payment.address = address
    payment.save()
    return address


def send_coins(payment: Payment, stage: Stage, amount: str, **values: Any) -> Transfer:
    """Store a transfer to the payment's address; underway unless told otherwise."""
    address = payment.address
    assert address is not None
    asset = address.asset
    return Transfer.objects.create(
        address=address,
        payment=payment,
        **(
            {
                "network": asset.network.slug,
                "hash": HASH,
                "index": payment.transfers.count(),
                "gateway_id": secrets.token_hex(8),
                "coin": asset.coin,
                "amount": amount,
                "units": parse_units(amount, asset.decimals),
                "status": "confirming",
                "confirmations": 3,
                "required_confirmations": 12,
                "verdict": Transfer.Verdict.COUNTED,
                "seen_at": stage.clock(),
                "observed_at": stage.clock(),
            }
            | values
        ),
    )


def payment_in(state: PaymentState, stage: Stage) -> Payment:
    """Store a payment in `usdt@ethereum` that looks as payments in this state do."""
    payment = make_payment(stage, state=state)
    if state == PaymentState.FAILED:
        return payment
    give_address(payment, stage)
    final = {"status": "confirmed", "is_final": True, "confirmations": 12}
    if state == PaymentState.PAYMENT_DETECTED:
        send_coins(payment, stage, "50.1")
    elif state in (PaymentState.PAYMENT_INSUFFICIENT, PaymentState.NEEDS_REVIEW):
        send_coins(payment, stage, "20", **final)
    elif state == PaymentState.CONFIRMED:
        send_coins(payment, stage, "50.1", **final)
    return payment
