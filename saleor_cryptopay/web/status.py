"""A payment as data: what a storefront is answered, and what the page polls."""

import hashlib
import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.errors import QuoteError
from saleor_cryptopay.core.money import format_units, units_to_ask
from saleor_cryptopay.core.uris import payment_uri
from saleor_cryptopay.models import Address, Payment, Refund, Transfer
from saleor_cryptopay.operations.market import needs_of, price, read_market
from saleor_cryptopay.operations.quoting import has_lapsed, holds_until
from saleor_cryptopay.operations.refunds.postings import (
    explorer_url as refund_explorer_url,
)
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.operations.showing import stop_if_changed

from .answers import json_answer, no_such_data, not_modified, svg_answer
from .figures import (
    Figures,
    explorer_url,
    iso,
    rate_text,
    total_text,
    transfer_amount,
    transfer_status,
    web_link,
)
from .lookup import Found, check_if_stale, find_whole, list_transfers
from .prices import figures_now
from .qr import qr_svg
from .refund_figures import shown_refund_state

_NO_ASSET: Final[dict[str, object]] = dict.fromkeys(
    (
        "asset",
        "network",
        "coin",
        "address",
        "amount",
        "rate",
        "rate_source",
        "rate_as_of",
        "payment_uri",
        "qr_svg",
        "quote_expires_at",
        "quote_holds_until",
    )
)


@require_safe
def status(request: HttpRequest, *, token: str, runtime: Runtime) -> HttpResponse:
    """Answer a poll: 304 as long as nothing changed that the payment's rows tell."""
    found = find_whole(token, runtime)
    if found is None:
        return no_such_data()
    check_if_stale(found.payment, runtime)
    etag = status_tag(found, runtime)
    if etag in known_tags(request):
        return not_modified(etag, iso(runtime.clock()))
    response = json_answer(status_data(found, runtime))
    response["ETag"] = etag
    return response


@require_safe
def qr_image(
    request: HttpRequest,  # noqa: ARG001 - the URLconf hands it over
    *,
    token: str,
    runtime: Runtime,
) -> HttpResponse:
    """Answer with the QR code for what is still to be paid; 404 when nothing is."""
    found = find_whole(token, runtime)
    if found is None:
        return no_such_data()
    figures = figures_now(found.payment, found.transfers, runtime)
    if figures.address is None or not figures.is_payable:
        return no_such_data()
    return svg_answer(qr_svg(qr_text(figures.address, figures.due)))


def payment_data(payment: Payment, runtime: Runtime) -> dict[str, object]:
    """Return everything a storefront needs to show the payment.

    Amounts are texts, times ISO 8601 in UTC. As long as no asset is chosen its
    fields are None and `assets` tells what is offered. `amount` is what the quote
    asks for; URI and QR code are for what is due of it, None where nothing is.
    """
    now = runtime.clock()
    payment = stop_if_changed(payment, runtime)
    figures = figures_now(payment, list_transfers(payment), runtime)
    page_url = f"{runtime.base_url}pay/{payment.token}/"
    data: dict[str, object] = {
        "token": payment.token,
        "status": figures.state,
        "page_url": page_url,
        "status_url": f"{page_url}status/",
        "currency": payment.currency,
        "total": total_text(payment.total, payment.currency),
        "expires_at": iso(payment.expires_at),
        "server_time": iso(now),
    }
    if figures.address is None:
        return {**data, **_NO_ASSET, "assets": offered_assets(payment, runtime)}
    return {**data, **_quote_data(figures.address, figures)}


def status_data(found: Found, runtime: Runtime) -> dict[str, object]:
    """Return the Status JSON.

    Args:
        found: the payment with all that came and went back.
        runtime: the clock, and the shop, which knows the way back.
    """
    summary = runtime.shop.summary(found.payment.reference)
    return {
        **_facts(found, runtime),
        "server_time": iso(runtime.clock()),
        "return_url": web_link(summary.return_url),
    }


def status_tag(found: Found, runtime: Runtime) -> str:
    """Return the ETag of the Status JSON: over what our own rows tell.

    Neither the time nor the way back are in it, so that a poll which finds nothing
    new does not ask the shop.
    """
    address = found.payment.address
    price_facts = None
    if address is not None and address.quote_expires_at is not None:
        # Renewed, or lapsed while somebody looks on: the page looks different.
        is_lapsed = has_lapsed(address, runtime.clock())
        price_facts = (iso(address.quote_expires_at), is_lapsed)
    facts = json.dumps((_facts(found, runtime), price_facts), sort_keys=True)
    return f'"{hashlib.sha256(facts.encode()).hexdigest()[:32]}"'


def offered_assets(payment: Payment, runtime: Runtime) -> list[dict[str, str]]:
    """Return what the customer may choose from, each with what it would cost now.

    An asset without a rate in the payment's currency is left out.
    """
    policy, currency = runtime.policies(payment.channel), payment.currency
    market = read_market(needs_of(policy, currency), runtime)
    rows = []
    for asset in policy.assets:
        try:
            rate = price(asset, currency, policy, market, runtime.clock())
        except QuoteError:
            continue
        units = units_to_ask(payment.total, rate.value, asset.decimals)
        rows.append(_offer(asset, format_units(units, asset.decimals)))
    return rows


def qr_text(address: Address, units: int) -> str:
    """Return what the QR code says.

    Tokens get the bare address: many wallets read a token's URI as a transfer of
    the native coin, or send to the token's contract.
    """
    if address.asset.is_native:
        return payment_uri(address.asset, address.address, units)
    return address.address


def _offer(asset: Asset, amount: str) -> dict[str, str]:
    return {
        "asset": asset.key,
        "coin": asset.coin,
        "network": asset.network.slug,
        "symbol": asset.symbol,
        "name": asset.name,
        "network_name": asset.network.name,
        "amount": amount,
    }


def _quote_data(address: Address, figures: Figures) -> dict[str, object]:
    due = figures.due
    lapses, holds = address.quote_expires_at, holds_until(address)
    return {
        "asset": address.asset_key,
        "network": address.asset.network.slug,
        "coin": address.asset.coin,
        "address": address.address,
        "amount": figures.coins(figures.asked),
        "rate": rate_text(address.rate),
        "rate_source": address.rate_source,
        "rate_as_of": iso(address.rate_as_of),
        "payment_uri": payment_uri(address.asset, address.address, due)
        if due
        else None,
        "qr_svg": qr_svg(qr_text(address, due)) if due else None,
        "quote_expires_at": None if lapses is None else iso(lapses),
        "quote_holds_until": None if holds is None else iso(holds),
    }


def _facts(found: Found, runtime: Runtime) -> dict[str, Any]:
    figures = figures_now(found.payment, found.transfers, runtime)
    address = figures.address
    return {
        "status": figures.state,
        "asset": None if address is None else address.asset_key,
        "address": None if address is None else address.address,
        "amount": figures.coins(figures.asked),
        "received": figures.coins(figures.received),
        "remaining": figures.coins(figures.remaining),
        "due": figures.coins(figures.due),
        "overpaid": figures.coins(figures.overpaid),
        "transfers": [_transfer_facts(transfer) for transfer in found.transfers],
        "refunds": [_refund_facts(refund, runtime) for refund in found.refunds],
        "expires_at": iso(found.payment.expires_at),
    }


def _transfer_facts(transfer: Transfer) -> dict[str, object]:
    return {
        "hash": transfer.hash,
        "amount": transfer_amount(transfer),
        "confirmations": transfer.confirmations,
        "required_confirmations": transfer.required_confirmations,
        "status": transfer_status(transfer),
        "explorer_url": explorer_url(transfer),
    }


def _refund_facts(refund: Refund, runtime: Runtime) -> dict[str, object]:
    """Return what any origin may read: not the link, which decides where coins go."""
    return {
        "status": shown_refund_state(refund, runtime),
        "asset": refund.asset_key,
        "amount": format_units(refund.sent_units, refund.asset.decimals),
        "hash": refund.hash,
        "explorer_url": refund_explorer_url(refund),
    }


def known_tags(request: HttpRequest) -> set[str]:
    """Read If-None-Match; a proxy that compresses marks our tags as weak."""
    tags = request.headers.get("If-None-Match", "").split(",")
    return {tag.strip().removeprefix("W/") for tag in tags}
