"""What the refund desk shows of a payment that waits for a decision, in English."""

from collections.abc import Iterator, Sequence
from typing import Final

from saleor_cryptopay.core.errors import CaseError
from saleor_cryptopay.core.money import format_units
from saleor_cryptopay.core.refund_rules import RefundAmount, RefundMode
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Case, Payment, Refund, Transfer
from saleor_cryptopay.operations.descriptions import SET_ASIDE, describe, explorer_url
from saleor_cryptopay.operations.refunds.asking import RefundRequest
from saleor_cryptopay.operations.refunds.offers import Offer, list_offers
from saleor_cryptopay.operations.runtime import Runtime

from .figures import total_text
from .slips import SOURCES, Fact, when

_STATES: Final = {
    PaymentState.AWAITING_PAYMENT: "Waits for the customer's coins",
    PaymentState.PAYMENT_DETECTED: "Coins are on their way",
    PaymentState.PAYMENT_INSUFFICIENT: "Too little has come so far",
    PaymentState.CONFIRMED: "Paid",
    PaymentState.EXPIRED: "Expired: nobody paid in time",
    PaymentState.FAILED: "Failed: the gateway gave no address",
    PaymentState.CANCELED: "Canceled",
    PaymentState.NEEDS_REVIEW: "Needs a person",
}

_OFF: Final = (
    "Refunds are switched off: switch “refunds” on in the plugin's settings, or send"
    " the coins with your wallet or gateway and close the case with a note."
)

# As many transfers as anybody reads.
_MOST: Final = 20


def describe_dossier(
    payment: Payment, cases: Sequence[Case], runtime: Runtime
) -> dict[str, object]:
    """Return a payment as the desk's script draws it.

    Args:
        payment: with its address loaded.
        cases: its open ones, oldest first.
        runtime: see `runtime.Runtime`.
    """
    total = f"{total_text(payment.total, payment.currency)} {payment.currency}"
    title = runtime.shop.summary(payment.reference).title
    rules = runtime.policies(payment.channel).refunds
    offers = [] if rules.mode is RefundMode.OFF else list_offers(payment)
    return {
        "id": str(payment.pk),
        "title": " · ".join(filter(None, (title, total))),
        "state_words": _STATES[PaymentState(payment.state)],
        "whys": [_sentence(case) for case in cases],
        "cases": " ".join(str(case.pk) for case in cases),
        "facts": list(_facts(payment, cases, runtime)),
        "offers": [
            {
                "key": offer_key(payment, offer),
                "words": _offer_words(payment, offer, rules.amount),
            }
            for offer in offers
        ],
    }


def request_for(payment: Payment, key: str, reason: str, actor: str) -> RefundRequest:
    """Return the request for what staff have seen and want to give back.

    Args:
        payment: whose coins they are.
        key: of the offer that was shown to them.
        reason: why, for the customer; may be empty.
        actor: who asks, as the shop knows them (an id, no name).

    Raises:
        CaseError: these coins are spoken for by now, or others have come.
    """
    for offer in list_offers(payment):
        if offer_key(payment, offer) == key:
            return _request(offer, key, reason, actor)
    raise CaseError("These coins have changed since you looked: look again.")


def offer_key(payment: Payment, offer: Offer) -> str:
    """Return what names an offer: these coins, before anybody asked for more of them.

    Two who press the button at once name the same, and make one refund.
    """
    asked = payment.refunds.count()
    coins = offer.coins
    return f"desk:{asked}:{offer.source}:{coins.asset_key}:{coins.units}"


def _request(offer: Offer, key: str, reason: str, actor: str) -> RefundRequest:
    request = RefundRequest(
        key=key,
        source=offer.source,
        actor=actor,
        asset_key=offer.coins.asset_key,
        reason=reason,
    )
    if offer.source == Refund.Source.PAID:
        return request.of_amount(offer.coins.amount)
    return request.of_units(offer.coins.units)


def _offer_words(payment: Payment, offer: Offer, amount: RefundAmount) -> str:
    coins = offer.coins
    asset = coins.asset
    text = f"{format_units(coins.units, asset.decimals)} {asset.symbol}"
    if offer.source == Refund.Source.PAID:
        money = f"{total_text(coins.amount, payment.currency)} {payment.currency}"
        # How many coins it buys is known when it is asked for.
        is_by_value = amount is RefundAmount.VALUE
        text = f"{money} in {asset.symbol}" if is_by_value else f"{text} ({money})"
    return f"{text} on {asset.network.name}: {SOURCES[offer.source].lower()}"


def _facts(payment: Payment, cases: Sequence[Case], runtime: Runtime) -> Iterator[Fact]:
    if cases:
        yield ("Since", when(cases[0].opened_at), "")
    if runtime.policies(payment.channel).refunds.mode is RefundMode.OFF:
        yield ("Giving back", _OFF, "")
    yield ("Payment", str(payment.pk), f"{runtime.base_url}pay/{payment.token}/")
    transfers = payment.transfers.select_related("address").order_by("seen_at", "pk")
    for transfer in transfers[:_MOST]:
        yield ("Came", _transfer_words(transfer), explorer_url(transfer))
    for refund in payment.refunds.order_by("asked_at", "key"):
        yield ("Going back", f"{_refund_words(refund)}: {refund.state}", "")


def _transfer_words(transfer: Transfer) -> str:
    why = SET_ASIDE.get(Transfer.Verdict(transfer.verdict))
    words = f"{describe(transfer)}, {transfer.status}"
    return f"{words}; not credited: {why}" if why else words


def _refund_words(refund: Refund) -> str:
    asset = refund.asset
    return f"{format_units(refund.sent_units, asset.decimals)} {asset.symbol}"


def _sentence(case: Case) -> str:
    why = case.why.rstrip(".")
    return f"{why[:1].upper()}{why[1:]}."
