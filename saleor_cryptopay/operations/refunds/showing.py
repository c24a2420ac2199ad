"""What pages and commands show of a refund."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.money import format_units
from saleor_cryptopay.core.refund_rules import FeePayer, RefundMode
from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations import integrity
from saleor_cryptopay.operations.runtime import Runtime

from .links import has_expired, refund_url
from .postings import explorer_url

# As `models.new_token` makes them: 24 random bytes in URL-safe base64.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RefundStep:
    """One line of a refund's history.

    Attributes:
        event: a word of `core.refunds.RefundEvent`, or `asked`.
        state: the refund's state after it.
        at: when (aware UTC).
        actor: who, as the shop knows them; for staff only.
        note: why; for staff, and for the customer where staff wrote it to them.
    """

    event: str
    state: RefundState
    at: datetime
    actor: str
    note: str


@dataclass(frozen=True, slots=True)
class RefundFigures:
    """A refund, ready to be shown.

    Attributes:
        state: how far it is; a link whose time is over shows as `lapsed`.
        source: `paid`, `surplus` or `set_aside`.
        asset: what goes back.
        units: base units that the customer gets.
        coins: the same as text, without the symbol.
        fee_coins: what is taken off for the network's fee, as text; "0" for nothing.
        amount: money that the shop counts as given back, as text; "" for coins that
            it never counted.
        currency: of it.
        fee_payer: `shop` or `customer`.
        rate: price of a coin that the amount was turned into coins at; "" for the same
            coins that were paid.
        rate_source: where the rate comes from, in words; "" likewise.
        needs_approval: whether staff agree to the address before it is sent.
        address: where it goes; "" before it is named, and if its row was changed.
        hash: of the transaction; "" before there is one.
        explorer_url: the explorer's page of it, or "".
        gateway_fee: what the gateway says that it charged, as text; "" if nothing.
        url: the customer's link.
        reason: why, in words of whoever asked for it.
        message: what staff wrote to the customer last (address refused, declined); "".
        asked_at: when it was asked for.
        expires_at: until when the customer may name an address.
        changed_at: when the state last changed.
        steps: the history, oldest first.
    """

    state: RefundState
    source: str
    asset: Asset
    units: int
    coins: str
    fee_coins: str
    amount: str
    currency: str
    fee_payer: FeePayer
    rate: str
    rate_source: str
    needs_approval: bool
    address: str
    hash: str
    explorer_url: str
    gateway_fee: str
    url: str
    reason: str
    message: str
    asked_at: datetime
    expires_at: datetime
    changed_at: datetime
    steps: tuple[RefundStep, ...]


def find_refund(token: str) -> Refund | None:
    """Return the refund whose link it is, with its payment; None for all others.

    A text that cannot be a token costs no statement.
    """
    if not _TOKEN.fullmatch(token):
        return None
    return Refund.objects.select_related("payment").filter(token=token).first()


def list_refunds(states: Iterable[RefundState] = ()) -> list[Refund]:
    """Return refunds with their payments, in some states or in all, oldest first."""
    refunds = Refund.objects.select_related("payment").order_by("asked_at", "key", "pk")
    wanted = list(states)
    return list(refunds.filter(state__in=wanted) if wanted else refunds)


def describe_refund(refund: Refund, runtime: Runtime) -> RefundFigures:
    """Return what is shown of a refund. One statement.

    Args:
        refund: with its payment loaded.
        runtime: see `runtime.Runtime`.
    """
    asset = refund.asset
    rules = runtime.policies(refund.payment.channel).refunds
    steps = tuple(_steps(refund))
    return RefundFigures(
        state=_state(refund, runtime),
        source=refund.source,
        asset=asset,
        units=refund.sent_units,
        coins=format_units(refund.sent_units, asset.decimals),
        fee_coins=format_units(refund.fee_units, asset.decimals),
        amount=f"{refund.amount.normalize():f}" if refund.amount else "",
        currency=refund.currency,
        fee_payer=FeePayer.CUSTOMER if refund.fee_units else FeePayer.SHOP,
        rate=f"{refund.rate.normalize():f}" if refund.rate else "",
        rate_source=refund.rate_source,
        needs_approval=rules.mode is not RefundMode.AUTOMATIC,
        address=_address(refund),
        hash=refund.hash,
        explorer_url=explorer_url(refund),
        gateway_fee=refund.fee,
        url=refund_url(refund, runtime),
        reason=refund.reason,
        message=_message(steps),
        asked_at=refund.asked_at,
        expires_at=refund.expires_at,
        changed_at=refund.changed_at,
        steps=steps,
    )


def _state(refund: Refund, runtime: Runtime) -> RefundState:
    state = RefundState(refund.state)
    if state is RefundState.NEEDS_ADDRESS and has_expired(refund, runtime):
        return RefundState.LAPSED
    return state


def _address(refund: Refund) -> str:
    if refund.address and not integrity.is_refund_intact(refund):
        integrity.report_changed_refund(refund)
        return ""
    return refund.address


def _steps(refund: Refund) -> Iterable[RefundStep]:
    for entry in refund.entries.order_by("number"):
        state = RefundState(entry.state_after)
        yield RefundStep(entry.event, state, entry.created_at, entry.actor, entry.note)


def _message(steps: Iterable[RefundStep]) -> str:
    told = [
        step.note
        for step in steps
        if step.event in ("address_refused", "staff_declined")
    ]
    return told[-1] if told else ""
