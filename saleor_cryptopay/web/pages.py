"""The payment page: drawn whole by the server in every state, kept fresh by a script.

The script polls `status/` and, when that changed, takes the parts that are live from
the page itself: there is one place that says how a state looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.dateformat import format as format_date
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from saleor_cryptopay.core.errors import (
    AssetError,
    CryptopayError,
    GatewayError,
    QuoteError,
)
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.core.uris import payment_uri
from saleor_cryptopay.gateways.base import Environment
from saleor_cryptopay.models import Address, Payment, Transfer
from saleor_cryptopay.operations.opening import choose_asset
from saleor_cryptopay.operations.runtime import Runtime

from .answers import html_page, no_such_page, see_other
from .figures import (
    Figures,
    explorer_url,
    iso,
    rate_text,
    read_figures,
    total_text,
    transfer_amount,
    transfer_status,
    web_link,
)
from .lookup import check_if_stale, find_payment, list_transfers
from .qr import qr_svg
from .status import offered_assets, qr_text, status_tag, units_due
from .wording import Tone, refusal_words, transfer_words, words_for

# Seconds between two polls while nothing happens; 0 where nothing can happen any more.
_POLL_SECONDS: Final = {
    PaymentState.AWAITING_PAYMENT: 4,
    PaymentState.PAYMENT_DETECTED: 4,
    PaymentState.PAYMENT_INSUFFICIENT: 4,
    PaymentState.CONFIRMED: 0,
    PaymentState.EXPIRED: 30,
    PaymentState.FAILED: 30,
    PaymentState.CANCELED: 0,
    PaymentState.NEEDS_REVIEW: 30,
}

# How far along the way pay, confirm, done a state is; closed ones are on no way.
_STEPS: Final = {
    PaymentState.AWAITING_PAYMENT: 1,
    PaymentState.PAYMENT_INSUFFICIENT: 1,
    PaymentState.PAYMENT_DETECTED: 2,
    PaymentState.CONFIRMED: 3,
}


@dataclass(frozen=True, slots=True)
class Look:
    """All that one drawing of the page rests on."""

    payment: Payment
    transfers: Sequence[Transfer]
    figures: Figures
    runtime: Runtime
    now: datetime


@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, *, token: str, runtime: Runtime) -> HttpResponse:
    """Show the payment; a POST chooses its asset."""
    payment = find_payment(token)
    if payment is None:
        return no_such_page()
    if request.method == "POST":
        return _choose(request, payment, runtime)
    check_if_stale(payment, runtime)
    return _draw(payment, runtime)


def _choose(request: HttpRequest, payment: Payment, runtime: Runtime) -> HttpResponse:
    try:
        choose_asset(payment.id, request.POST.get("asset", ""), runtime)
    except (AssetError, QuoteError) as error:
        return _draw_refusal(payment.token, error, 422, runtime)
    except GatewayError as error:
        return _draw_refusal(payment.token, error, 503, runtime)
    # Relative to the page itself, so that it holds behind any proxy.
    return see_other(".")


def _draw_refusal(
    token: str, error: CryptopayError, status: int, runtime: Runtime
) -> HttpResponse:
    payment = find_payment(token)  # anew: the refusal may have moved it
    if payment is None:
        return no_such_page()
    return _draw(payment, runtime, refusal=refusal_words(error), status=status)


def _draw(
    payment: Payment, runtime: Runtime, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    now = runtime.clock()
    transfers = list_transfers(payment)
    figures = read_figures(payment, transfers, now)
    look = Look(payment, transfers, figures, runtime, now)
    context = {**_page_context(look), **_live_context(look), "refusal": refusal}
    return html_page("page.html", context, status=status)


def _page_context(look: Look) -> dict[str, object]:
    """Return what frames the page: shop, order, test money, the script's orders."""
    payment, runtime = look.payment, look.runtime
    summary = runtime.shop.summary(payment.reference)
    headline = words_for(look.figures).headline
    return {
        "page_title": " · ".join(filter(None, (headline, summary.shop_name))),
        "shop_name": summary.shop_name,
        "title": summary.title,
        "lines": summary.lines,
        "return_url": web_link(summary.return_url),
        "total": total_text(payment.total, payment.currency),
        "currency": payment.currency,
        "is_test": payment.environment == Environment.TEST,
        "server_time": iso(look.now),
        "tag": status_tag(payment, look.transfers, runtime),
        "poll_seconds": _POLL_SECONDS[look.figures.state],
    }


def _live_context(look: Look) -> dict[str, object]:
    """Return what changes while the customer looks on."""
    figures = look.figures
    words = words_for(figures)
    return {
        "state": figures.state,
        "words": words,
        "step": _STEPS.get(figures.state, 0),
        "is_final": words.tone in (Tone.GOOD, Tone.OVER),
        "choices": _choices(look),
        "request": _request(look) if figures.is_payable else None,
        "sums": _sums(figures) if figures.received else None,
        "transfers": [_transfer(transfer) for transfer in look.transfers],
    }


def _choices(look: Look) -> list[dict[str, str]]:
    """Return the assets to choose from; none once coins were seen or it is over."""
    is_choosable = look.figures.state in (
        PaymentState.AWAITING_PAYMENT,
        PaymentState.FAILED,
    )
    is_over = look.payment.expires_at <= look.now
    if look.transfers or is_over or not is_choosable:
        return []
    address = look.figures.address
    chosen = address.asset_key if address else ""
    offered = offered_assets(look.payment, look.runtime)
    return [row for row in offered if row["asset"] != chosen]


def _request(look: Look) -> dict[str, object] | None:
    """Return what the customer is asked to send, and where to."""
    address = look.figures.address
    if address is None:
        return None
    asset, due = address.asset, units_due(look.figures)
    uri = payment_uri(asset, address.address, due)
    return {
        "amount": look.figures.coins(due),
        "asset": asset,
        "is_rest": look.figures.received > 0,
        "rate": rate_text(address.rate),
        "address": address.address,
        "groups": _groups(address.address),
        "wallet_uri": uri if ":" in uri else "",
        "qr": _drawn(qr_text(address, due)),
        **_deadline(look.payment, address, look.now),
    }


def _deadline(payment: Payment, address: Address, now: datetime) -> dict[str, object]:
    """Return the clock to show: the quote's as long as it runs, then the payment's."""
    lapses = address.quote_expires_at
    is_quote = lapses is not None and now < lapses < payment.expires_at
    moment = lapses if lapses is not None and is_quote else payment.expires_at
    return {
        "deadline": iso(moment),
        "deadline_text": _when(moment),
        "is_quote_deadline": is_quote,
        "has_lapsed": lapses is not None and lapses <= now,
        # Coins on their way stop the payment's own clock.
        "has_clock": is_quote or payment.state != PaymentState.PAYMENT_DETECTED,
    }


def _sums(figures: Figures) -> dict[str, str | None]:
    return {
        "asked": figures.coins(figures.asked),
        "received": figures.coins(figures.received),
        "remaining": figures.coins(figures.remaining) if figures.is_payable else "",
        "overpaid": figures.coins(figures.overpaid) if figures.overpaid else "",
        "symbol": figures.address.asset.symbol if figures.address else "",
    }


def _transfer(transfer: Transfer) -> dict[str, object]:
    status = transfer_status(transfer)
    return {
        "hash": transfer.hash,
        "amount": transfer_amount(transfer),
        "symbol": transfer.coin.upper(),
        "confirmations": min(transfer.confirmations, transfer.required_confirmations),
        "required": transfer.required_confirmations,
        "is_moving": status in ("pending", "confirming"),
        "status": status,
        "words": transfer_words(status),
        "url": explorer_url(transfer),
    }


def _groups(address: str) -> list[str]:
    """Cut an address into fours, for eyes that compare it; joined it is the address."""
    return [address[start : start + 4] for start in range(0, len(address), 4)]


def _when(moment: datetime) -> str:
    when = format_date(moment.astimezone(UTC), "j M Y, H:i")
    return gettext("%(when)s UTC") % {"when": when}


def _drawn(text: str) -> SafeString:
    return mark_safe(qr_svg(text))  # noqa: S308 - drawn here, and text is not in it
