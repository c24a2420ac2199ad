"""Refunds as the operations would have left them, for the pages to show."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.money import parse_units
from saleor_cryptopay.core.refund_rules import RefundMode, RefundRules
from saleor_cryptopay.core.refunds import RefundEvent, RefundState
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment, Refund
from saleor_cryptopay.operations import integrity
from tests.stand_ins import Stage

from .rows import HASH, payment_in

# Of nobody here: not the shop's, of no contract.
WALLET = "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"
TRON_WALLET = "T9yED5xMV5ARV98BexN97aLZ1UUq7eKSxm"

_NAMED = frozenset(RefundState) - {
    RefundState.NEEDS_ADDRESS,
    RefundState.LAPSED,
    RefundState.DECLINED,
}
_WITH_HASH = frozenset({RefundState.SENT, RefundState.CONFIRMED})


def allow_refunds(stage: Stage, mode: RefundMode = RefundMode.APPROVAL) -> None:
    """Have the merchant switch refunds on."""
    stage.policy = replace(stage.policy, refunds=RefundRules(mode=mode))


def make_refund(
    payment: Payment,
    stage: Stage,
    *,
    coins: str = "50.1",
    asset_key: str = "usdt@ethereum",
    **values: Any,
) -> Refund:
    """Store a refund of a payment: so many coins, worth as many dollars."""
    now, asset = stage.clock(), find_asset(asset_key)
    refund = Refund(
        payment=payment,
        asset_key=asset_key,
        network=asset.network.slug,
        **(
            {
                "key": "a refund",
                "source": Refund.Source.PAID,
                "amount": Decimal(coins),
                "currency": "USD",
                "units": parse_units(coins, asset.decimals),
                "asked_at": now,
                "changed_at": now,
                "expires_at": now + timedelta(days=14),
            }
            | values
        ),
    )
    if refund.address:
        integrity.seal_refund(refund)
    refund.save()
    return refund


def refund_in(state: RefundState, stage: Stage, **values: Any) -> Refund:
    """Store a refund that looks as refunds in this state do, of a paid payment."""
    payment = payment_in(PaymentState.CONFIRMED, stage)
    given: dict[str, Any] = {"state": state}
    if state in _NAMED:
        given["address"] = WALLET
    if state in _WITH_HASH:
        given["hash"] = HASH
    refund = make_refund(payment, stage, **given | values)
    if state is RefundState.DECLINED:
        say(refund, stage, RefundEvent.STAFF_DECLINED, "You have had the goods.")
    return refund


def say(refund: Refund, stage: Stage, event: RefundEvent, note: str) -> None:
    """Store what staff say to the customer of a refund."""
    refund.entries.create(
        number=refund.entries.count() + 1,
        event=event,
        state_before=refund.state,
        state_after=refund.state,
        actor="User:1",
        note=note,
        created_at=stage.clock(),
    )
