"""The payment page: drawn whole by the server in every state, kept fresh by a script.

The script polls `status/` and, when that changed, takes the parts that are live from
the page itself: there is one place that says how a state looks.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, override
from django.views.decorators.http import require_http_methods

from saleor_cryptopay.core.errors import (
    AssetError,
    CryptopayError,
    GatewayError,
    QuoteError,
)
from saleor_cryptopay.core.money import format_units
from saleor_cryptopay.core.refunds import TRANSITIONS, RefundState
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Address, Payment, Refund, Transfer
from saleor_cryptopay.operations.opening import choose_asset
from saleor_cryptopay.operations.quoting import renew_quote
from saleor_cryptopay.operations.runtime import Runtime

from .answers import html_page, no_such_page, see_other
from .asking import describe_request
from .figures import (
    Figures,
    explorer_url,
    transfer_amount,
    transfer_status,
)
from .frames import frame_ancestors
from .hints import describe_choice
from .languages import choose_language
from .lookup import Found, check_if_stale, find_payment, list_refunds, list_transfers
from .prices import counted_rate, figures_now
from .refund_figures import shown_refund_state
from .refund_wording import refund_words
from .status import offered_assets, status_tag
from .steps import lay_out
from .visits import Visit, begin_visit, describe_surroundings, own_address
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

    found: Found
    figures: Figures
    runtime: Runtime
    now: datetime

    @property
    def payment(self) -> Payment:
        """Whose page it is."""
        return self.found.payment


@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, *, token: str, runtime: Runtime) -> HttpResponse:
    """Show the payment in the customer's language.

    A POST chooses its asset, or renews a price that has lapsed.
    """
    payment = find_payment(token, runtime)
    if payment is None:
        with override(choose_language(request)):
            return no_such_page()
    visit = begin_visit(request, payment, runtime)
    with override(visit.language):
        if request.method == "POST":
            return _choose(payment, visit)
        check_if_stale(payment, runtime)
        return _draw(payment, visit)


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
    return see_other(own_address(visit.request))


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
    found = Found(payment, list_transfers(payment), list_refunds(payment))
    figures = figures_now(payment, found.transfers, visit.runtime)
    look = Look(found, figures, visit.runtime, visit.runtime.clock())
    context = {
        **_page_context(look, visit),
        **_live_context(look),
        "refusal": refusal,
    }
    ancestors = frame_ancestors(visit.runtime.appearance)
    return html_page("page.html", context, status=status, ancestors=ancestors)


def _page_context(look: Look, visit: Visit) -> dict[str, object]:
    """Return what frames the page, and the script's orders."""
    headline = words_for(look.figures).headline
    return {
        **describe_surroundings(visit, look.payment, headline),
        "tag": status_tag(look.found, look.runtime),
        "poll_seconds": _poll_seconds(look),
    }


def _poll_seconds(look: Look) -> int:
    """Return the seconds between two polls; 0 where nothing can happen any more."""
    is_going_back = any(
        TRANSITIONS[RefundState(refund.state)] for refund in look.found.refunds
    )
    return _POLL_SECONDS[look.figures.state] or (30 if is_going_back else 0)


def _live_context(look: Look) -> dict[str, object]:
    """Return what changes while the customer looks on."""
    figures = look.figures
    words = words_for(figures)
    return {
        "state": figures.state,
        "words": words,
        "steps": lay_out(
            (gettext("Pay"), gettext("Confirming"), gettext("Done")),
            _STEPS.get(figures.state, 0),
        ),
        "is_final": words.tone in (Tone.GOOD, Tone.OVER),
        "choices": _choices(look),
        "request": describe_request(look.payment, figures, look.now),
        "sums": _sums(figures) if figures.received else None,
        "refunds": [_refund(refund, look.runtime) for refund in look.found.refunds],
        "transfers": [
            _transfer(transfer, figures.address) for transfer in look.found.transfers
        ],
    }


def _choices(look: Look) -> list[dict[str, str]]:
    """Return the assets to choose from; none once coins were seen or it is over."""
    is_choosable = look.figures.state in (
        PaymentState.AWAITING_PAYMENT,
        PaymentState.FAILED,
    )
    is_over = look.payment.expires_at <= look.now
    if look.found.transfers or is_over or not is_choosable:
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


def _refund(refund: Refund, runtime: Runtime) -> dict[str, object]:
    state, asset = shown_refund_state(refund, runtime), refund.asset
    words = refund_words(state)
    return {
        "coins": format_units(refund.sent_units, asset.decimals),
        "symbol": asset.symbol,
        "tone": words.tone,
        "headline": words.headline,
        "needs_address": state is RefundState.NEEDS_ADDRESS,
        "page": f"../../refund/{refund.token}/",
    }
