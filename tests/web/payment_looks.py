"""The payment page in each state that a customer comes upon, laid out for looking."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from playwright.sync_api import Page

from saleor_cryptopay.core.assets import ASSETS
from saleor_cryptopay.core.errors import IndeterminateError
from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment, Transfer
from tests.stand_ins import Stage, make_policy

from .refund_rows import make_refund, refund_in
from .rows import give_address, make_payment, payment_in, send_coins

_FINAL: Final[dict[str, Any]] = {
    "status": "confirmed",
    "is_final": True,
    "confirmations": 12,
}


def open_look(
    look: str, payment: Payment, page: Page, site_url: str, language: str
) -> None:
    """Open the page of a payment that was laid out as `look`, until it looks so."""
    token = "A" * 32 if look == "unknown" else payment.token
    page.goto(f"{site_url}pay/{token}/?lang={language}")
    if look in _LATER:
        _LATER[look](page)


def lay_out(look: str, stage: Stage) -> Payment:
    """Store a payment whose page looks as named."""
    if look in _ROWS:
        return _ROWS[look](stage)
    return payment_in(PaymentState(look), stage)


def _among_many(stage: Stage) -> Payment:
    stage.policy = make_policy(*(key for key in ASSETS if "usd" in key))
    return make_payment(stage)


def _priced(stage: Stage, lapses: timedelta) -> Payment:
    """Store a payment in ether, with a rate of two sources that lapses then."""
    payment, now = make_payment(stage), stage.clock()
    leg = {"pair": "eth/usd", "sources": [{"name": "coinbase"}, {"name": "kraken"}]}
    give_address(
        payment,
        stage,
        "eth@ethereum",
        amount="0.01565625",
        rate="3200",
        rate_source="coinbase, kraken",
        rate_basis={"legs": [leg]},
        quote_expires_at=now + lapses,
        quote_holds_until=now + lapses + timedelta(minutes=10),
    )
    return payment


def _part_on_its_way(stage: Stage) -> Payment:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    payment.state = PaymentState.PAYMENT_DETECTED
    payment.save()
    send_coins(payment, stage, "20")
    return payment


def _too_late_for_the_rest(stage: Stage) -> Payment:
    payment = _part_on_its_way(stage)
    payment.expires_at = stage.clock()
    payment.save()
    return payment


def _astray(stage: Stage) -> Payment:
    payment = make_payment(stage)
    give_address(payment, stage, "usdt@tron")
    send_coins(payment, stage, "50.1", verdict=Transfer.Verdict.OLD_ADDRESS)
    give_address(payment, stage)
    return payment


def _over(stage: Stage) -> Payment:
    payment = make_payment(stage, state=PaymentState.CONFIRMED)
    give_address(payment, stage, "eth@ethereum", amount="0.01565625")
    send_coins(payment, stage, "0.025", **_FINAL)
    return payment


def _late(stage: Stage) -> Payment:
    payment = payment_in(PaymentState.EXPIRED, stage)
    Payment.objects.filter(pk=payment.pk).update(state=PaymentState.NEEDS_REVIEW)
    send_coins(payment, stage, "50.1", **_FINAL, verdict=Transfer.Verdict.LATE)
    return payment


def _wrong_coin(stage: Stage) -> Payment:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    foreign = {"coin": "usdc", "verdict": Transfer.Verdict.WRONG_ASSET}
    send_coins(payment, stage, "50.1", **_FINAL, **foreign)
    return payment


def _going_back(stage: Stage) -> Payment:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage, key="1")
    make_refund(refund.payment, stage, key="2", state="confirmed", coins="1")
    return refund.payment


def _gateway_down(stage: Stage) -> Payment:
    stage.gateway.refusal = IndeterminateError("cut off")
    return make_payment(stage)


_ROWS: Final[Mapping[str, Callable[[Stage], Payment]]] = {
    "choosing": make_payment,
    "choosing_among_many": _among_many,
    "gateway_down": _gateway_down,
    "priced": lambda stage: _priced(stage, timedelta(minutes=15)),
    "in_grace": lambda stage: _priced(stage, timedelta(minutes=-1)),
    "lapsed": lambda stage: _priced(stage, timedelta(hours=-1)),
    "part_on_its_way": _part_on_its_way,
    "too_late_for_the_rest": _too_late_for_the_rest,
    "astray": _astray,
    "over": _over,
    "late": _late,
    "wrong_coin": _wrong_coin,
    "going_back": _going_back,
    "offline": lambda stage: payment_in(PaymentState.AWAITING_PAYMENT, stage),
    "unknown": make_payment,
}


def _choose_the_first(page: Page) -> None:
    page.locator(".choices input").first.check()
    page.locator(".choices button").click()
    page.locator(".notice[role=alert]:visible").wait_for()


def _cut_the_line(page: Page) -> None:
    page.route("**/status/", lambda route: route.abort())
    for _ in range(2):
        with page.expect_event("requestfailed"):
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.locator("#offline").wait_for()


_LATER: Final[Mapping[str, Callable[[Page], None]]] = {
    "gateway_down": _choose_the_first,
    "offline": _cut_the_line,
}

LOOKS: Final = (*PaymentState, *_ROWS)
