"""The payment page: drawn whole by the server in every state, kept fresh by a script.

The script polls `status/` and, when that changed, takes the parts that are live from
the page itself: there is one place that says how a state looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from saleor_cryptopay.core.errors import (
    AssetError,
    CryptopayError,
    GatewayError,
    QuoteError,
)
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.gateways.base import Environment
from saleor_cryptopay.models import Address, Payment, Transfer
from saleor_cryptopay.operations.opening import choose_asset
from saleor_cryptopay.operations.ports import Summary
from saleor_cryptopay.operations.quoting import renew_quote
from saleor_cryptopay.operations.runtime import Runtime

from .answers import html_page, no_such_page, see_other
from .asking import describe_request
from .figures import (
    Figures,
    explorer_url,
    iso,
    total_text,
    transfer_amount,
    transfer_status,
    web_link,
)
from .frames import describe_appearance, frame_ancestors
from .hints import describe_choice
from .languages import choose_language, language_links
from .lookup import check_if_stale, find_payment, list_transfers
from .prices import counted_rate, figures_now
from .status import offered_assets, status_tag
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
class Visit:
    """A customer's request for a payment, and what the shop says about it."""

    request: HttpRequest
    runtime: Runtime
    summary: Summary


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
    """Show the payment in the customer's language.

    A POST chooses its asset, or renews a price that has lapsed.
    """
    payment = find_payment(token, runtime)
    if payment is None:
        with override(choose_language(request)):
            return no_such_page()
    language, summary = _summarise(request, payment, runtime)
    visit = Visit(request, runtime, summary)
    with override(language):
        if request.method == "POST":
            return _choose(payment, visit)
        check_if_stale(payment, runtime)
        return _draw(payment, visit)


def _summarise(
    request: HttpRequest, payment: Payment, runtime: Runtime
) -> tuple[str, Summary]:
    """Return the language to speak, and what the shop says in it."""
    language = choose_language(request)
    with override(language):
        summary = runtime.shop.summary(payment.reference)
    if (preferred := choose_language(request, summary.language)) != language:
        with override(preferred):
            summary = runtime.shop.summary(payment.reference)
    return preferred, summary


def _choose(payment: Payment, visit: Visit) -> HttpResponse:
    posted = visit.request.POST
    try:
        if "renew" in posted:
            renew_quote(payment.id, visit.runtime)
        else:
            choose_asset(payment.id, posted.get("asset", ""), visit.runtime)
    except (AssetError, QuoteError) as error:
        return _draw_refusal(payment.token, error, 422, visit)
    except GatewayError as error:
        return _draw_refusal(payment.token, error, 503, visit)
    # Relative to the page itself, so that it holds behind any proxy.
    query = visit.request.GET.urlencode()
    return see_other(f".?{query}" if query else ".")


def _draw_refusal(
    token: str, error: CryptopayError, status: int, visit: Visit
) -> HttpResponse:
    # Anew: the refusal may have moved it.
    payment = find_payment(token, visit.runtime)
    if payment is None:
        return no_such_page()
    return _draw(payment, visit, refusal=refusal_words(error), status=status)


def _draw(
    payment: Payment, visit: Visit, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    now = visit.runtime.clock()
    transfers = list_transfers(payment)
    figures = figures_now(payment, transfers, visit.runtime)
    look = Look(payment, transfers, figures, visit.runtime, now)
    context = {
        **_page_context(look, visit),
        **_live_context(look),
        "refusal": refusal,
    }
    ancestors = frame_ancestors(visit.runtime.appearance)
    return html_page("page.html", context, status=status, ancestors=ancestors)


def _page_context(look: Look, visit: Visit) -> dict[str, object]:
    """Return what frames the page: shop, order, test money, the script's orders."""
    payment, summary = look.payment, visit.summary
    headline = words_for(look.figures).headline
    shop_name = look.runtime.appearance.name or summary.shop_name
    return {
        **describe_appearance(visit.request, look.runtime.appearance),
        "page_title": " · ".join(filter(None, (headline, shop_name))),
        "shop_name": shop_name,
        "title": summary.title,
        "lines": summary.lines,
        "return_url": web_link(summary.return_url),
        "total": total_text(payment.total, payment.currency),
        "currency": payment.currency,
        "is_test": payment.environment == Environment.TEST,
        "server_time": iso(look.now),
        "tag": status_tag(payment, look.transfers, look.runtime),
        "languages": language_links(visit.request),
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
        "request": describe_request(look.payment, figures, look.now),
        "sums": _sums(figures) if figures.received else None,
        "transfers": [
            _transfer(transfer, figures.address) for transfer in look.transfers
        ],
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
    policy = look.runtime.policies(look.payment.channel)
    return [describe_choice(row, policy) for row in offered if row["asset"] != chosen]


def _sums(figures: Figures) -> dict[str, str | None]:
    return {
        "asked": figures.coins(figures.asked),
        "received": figures.coins(figures.received),
        "remaining": figures.coins(figures.remaining) if figures.is_payable else "",
        "overpaid": figures.coins(figures.overpaid) if figures.overpaid else "",
        "symbol": figures.address.asset.symbol if figures.address else "",
    }


def _transfer(transfer: Transfer, address: Address | None) -> dict[str, object]:
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
        "rate": counted_rate(transfer, address),
        "url": explorer_url(transfer),
    }
