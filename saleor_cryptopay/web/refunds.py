"""The customer's page of a refund: says where the coins go, and follows them there.

The token in its address is the only key to it. There is no cookie and no session: what
another site can have a browser send is what anybody can send who knows the token, so
that there is nothing for a CSRF token to protect, as on the payment page.
"""

from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, override
from django.views.decorators.http import require_http_methods, require_safe

from saleor_cryptopay.core.addresses import grouped
from saleor_cryptopay.core.errors import RefundError
from saleor_cryptopay.core.refund_rules import FeePayer
from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations.refunds.destinations import name_address
from saleor_cryptopay.operations.refunds.showing import (
    RefundFigures,
    describe_refund,
    find_refund,
)
from saleor_cryptopay.operations.runtime import Runtime

from .answers import (
    html_page,
    json_answer,
    no_such_data,
    no_such_page,
    not_modified,
    see_other,
)
from .asking import when_text
from .figures import iso
from .languages import choose_language
from .refund_figures import basis_text, refund_data, refund_tag, value_text
from .refund_wording import (
    basis_words,
    fee_words,
    note_words,
    problem_words,
    refund_words,
)
from .status import known_tags
from .steps import Step, lay_out
from .visits import Visit, begin_visit, describe_surroundings, own_address
from .wording import Tone

# Seconds between two polls while nothing happens; 0 where nothing can happen any more.
_POLL_SECONDS: Final = {
    RefundState.NEEDS_ADDRESS: 30,
    RefundState.NEEDS_APPROVAL: 15,
    RefundState.APPROVED: 8,
    RefundState.SENDING: 8,
    RefundState.IN_DOUBT: 30,
    RefundState.SENT: 15,
    RefundState.CONFIRMED: 0,
    RefundState.FAILED: 30,
    RefundState.DECLINED: 0,
    RefundState.LAPSED: 60,
}

# How far along the way address, check, sending, arrived a state is.
_STEPS: Final = {
    RefundState.NEEDS_ADDRESS: 1,
    RefundState.NEEDS_APPROVAL: 2,
    RefundState.APPROVED: 3,
    RefundState.SENDING: 3,
    RefundState.IN_DOUBT: 3,
    RefundState.SENT: 3,
    RefundState.CONFIRMED: 4,
}

# What is wrong with the second entry, where the first one is an address.
_OF_REPETITION: Final = "mismatch"

# What is wrong with the link, and not with what was entered.
_OF_LINK: Final = frozenset({"state", "expired", "unknown"})

# States in which the page says what staff wrote to the customer last.
_NOTED: Final = frozenset({RefundState.NEEDS_ADDRESS, RefundState.DECLINED})

_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Entered:
    """What a customer entered, and what is wrong with it, if anything is."""

    address: str = ""
    repeated: str = ""
    error: RefundError | None = None

    @property
    def code(self) -> str:
        """What is wrong, as one word of `destinations.name_address`; "" for nothing."""
        return self.error.code if self.error else ""

    @property
    def is_late(self) -> bool:
        """Whether no entry would be taken: it is the link that is wrong."""
        return self.code in _OF_LINK


NOTHING: Final = Entered()


@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, *, token: str, runtime: Runtime) -> HttpResponse:
    """Show the refund in the customer's language; a POST says where the coins go."""
    found = find_refund(token)
    if found is None:
        with override(choose_language(request)):
            return no_such_page(is_refund=True)
    visit = begin_visit(request, found.payment, runtime)
    with override(visit.language):
        if request.method == "POST":
            return _take_address(found, visit)
        return _draw(found, visit)


@require_safe
def refund_status(
    request: HttpRequest, *, token: str, runtime: Runtime
) -> HttpResponse:
    """Answer a poll: 304 as long as nothing changed that the refund's rows tell."""
    found = find_refund(token)
    if found is None:
        return no_such_data()
    etag = refund_tag(found, runtime)
    if etag in known_tags(request):
        return not_modified(etag, iso(runtime.clock()))
    data = refund_data(describe_refund(found, runtime))
    response = json_answer({**data, "server_time": iso(runtime.clock())})
    response["ETag"] = etag
    return response


def _take_address(found: Refund, visit: Visit) -> HttpResponse:
    posted = visit.request.POST
    entered = Entered(
        posted.get("address", "").strip()[:_LONGEST],
        posted.get("repeated", "").strip()[:_LONGEST],
    )
    try:
        name_address(found.token, entered.address, entered.repeated, visit.runtime)
    except RefundError as error:
        # Anew: somebody else may have moved it.
        now_found = find_refund(found.token)
        if now_found is None:
            return no_such_page(is_refund=True)
        return _draw(now_found, visit, replace(entered, error=error))
    return see_other(own_address(visit.request))


def _draw(found: Refund, visit: Visit, entered: Entered = NOTHING) -> HttpResponse:
    figures = describe_refund(found, visit.runtime)
    words = refund_words(figures.state)
    context = {
        **describe_surroundings(visit, found.payment, words.headline),
        **_live_context(found, figures),
        "tag": refund_tag(found, visit.runtime),
        "poll_seconds": _POLL_SECONDS[figures.state],
        "payment_token": found.payment.token,
        "query": visit.request.GET.urlencode(),
        "refusal": _problem(figures, entered) if entered.is_late else "",
    }
    if figures.state is RefundState.NEEDS_ADDRESS:
        context["form"] = _form(figures, entered)
    return html_page("refund.html", context, status=422 if entered.error else 200)


def _problem(figures: RefundFigures, entered: Entered) -> str:
    asset = figures.asset
    if entered.error is None:
        return ""
    return problem_words(entered.error, asset.symbol, asset.network.name)


def _form(figures: RefundFigures, entered: Entered) -> dict[str, str]:
    problem = "" if entered.is_late else _problem(figures, entered)
    is_second = entered.code == _OF_REPETITION
    return {
        "address": entered.address,
        "repeated": entered.repeated,
        "address_problem": "" if is_second else problem,
        "repeated_problem": problem if is_second else "",
        "deadline": iso(figures.expires_at),
        "deadline_text": when_text(figures.expires_at),
    }


def _live_context(found: Refund, figures: RefundFigures) -> dict[str, object]:
    """Return what changes while the customer looks on."""
    state, words = figures.state, refund_words(figures.state)
    return {
        "state": state,
        "words": words,
        "steps": _steps(state),
        "is_final": words.tone in (Tone.GOOD, Tone.OVER),
        "note": figures.message if state in _NOTED else "",
        "note_words": note_words(state),
        "refund": _describe(found, figures),
    }


def _describe(found: Refund, figures: RefundFigures) -> dict[str, object]:
    asset = figures.asset
    is_taken_off = figures.fee_payer is FeePayer.CUSTOMER
    return {
        "coins": figures.coins,
        "symbol": asset.symbol,
        "network": asset.network.name,
        "fee": f"{figures.fee_coins} {asset.symbol}" if is_taken_off else "",
        "fee_words": fee_words(is_taken_off=is_taken_off),
        "value": value_text(figures),
        "currency": figures.currency,
        "rate": basis_text(found, figures),
        "basis_words": basis_words(is_by_value=bool(figures.rate)),
        "groups": grouped(figures.address),
        "hash": figures.hash,
        "explorer_url": figures.explorer_url,
    }


def _steps(state: RefundState) -> list[Step]:
    names = (
        gettext("Address"),
        gettext("Check"),
        gettext("Sending"),
        gettext("Arrived"),
    )
    return lay_out(names, _STEPS.get(state, 0))
