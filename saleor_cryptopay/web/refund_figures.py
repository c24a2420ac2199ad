"""The figures of a refund as its customer sees them: read here, decided elsewhere."""

import hashlib
from decimal import Decimal

from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations.refunds.links import has_expired
from saleor_cryptopay.operations.refunds.showing import RefundFigures
from saleor_cryptopay.operations.runtime import Runtime

from .figures import iso, rate_text, total_text


def value_text(figures: RefundFigures) -> str:
    """Return the money that the shop counts as given back; "" for none."""
    if not figures.amount:
        return ""
    return total_text(Decimal(figures.amount), figures.currency)


def basis_text(refund: Refund, figures: RefundFigures) -> str:
    """Return the rate that the number of coins rests on, as text; "" if on none."""
    address = refund.payment.address
    if figures.rate or not figures.amount or address is None:
        return figures.rate
    return rate_text(address.rate) if address.asset_key == refund.asset_key else ""


def shown_refund_state(refund: Refund, runtime: Runtime) -> RefundState:
    """Return the state to show: past its deadline no link looks open."""
    state = RefundState(refund.state)
    if state is RefundState.NEEDS_ADDRESS and has_expired(refund, runtime):
        return RefundState.LAPSED
    return state


def refund_data(figures: RefundFigures) -> dict[str, object]:
    """Return a refund as data for its customer; amounts are texts."""
    asset = figures.asset
    return {
        "status": figures.state,
        "asset": asset.key,
        "network": asset.network.slug,
        "coin": asset.coin,
        "amount": figures.coins,
        "value": value_text(figures) or None,
        "currency": figures.currency,
        "address": figures.address or None,
        "hash": figures.hash or None,
        "explorer_url": figures.explorer_url,
        "message": figures.message,
        "expires_at": iso(figures.expires_at),
    }


def refund_tag(refund: Refund, runtime: Runtime) -> str:
    """Return the ETag of a refund's data: over its own row, at no statement's cost."""
    facts = (
        refund.state,
        has_expired(refund, runtime),
        iso(refund.expires_at),
        refund.changed_at.isoformat(),
        refund.hash,
        refund.address,
        refund.mac,
    )
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'
