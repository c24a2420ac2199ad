"""What the page's script withstands: old browsers, silent lines, wrong clocks."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment, Refund
from tests.stand_ins import Stage

from .refund_rows import refund_in
from .rows import payment_in, send_coins
from .test_browser import LOOK_AGAIN

pytestmark = pytest.mark.django_db(transaction=True)

# What browsers of 2019 do not know, as on telephones that get no newer one.
NEWER = """
for (const name of ["timeout", "any", "abort"]) delete AbortSignal[name];
for (const name of ["replaceChildren"]) delete Element.prototype[name];
for (const name of ["at", "findLast", "toSorted"]) delete Array.prototype[name];
for (const name of ["at", "replaceAll"]) delete String.prototype[name];
for (const name of ["any", "allSettled", "withResolvers"]) delete Promise[name];
for (const name of ["hasOwn", "fromEntries", "groupBy"]) delete Object[name];
for (const name of ["structuredClone", "ResizeObserver"]) delete window[name];
"""


def test_a_clock_that_is_put_right_does_not_change_what_is_left(
    page: Page, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    stage.clock.now = payment.expires_at - timedelta(minutes=30)
    page.add_init_script(
        "const right = Date.now; window.wrong = 3600000;"
        "Date.now = () => right() + window.wrong;"
    )
    page.goto(f"{site_url}pay/{payment.token}/")
    left = page.locator("#left")
    expect(left).to_have_text(re.compile("0:29:5."))
    page.evaluate("window.wrong = 0")
    expect(left).to_have_text(re.compile("1:29:.."))
    with page.expect_response("**/status/") as answer:
        page.evaluate(LOOK_AGAIN)
    assert answer.value.status == 304
    expect(left).to_have_text(re.compile("0:(30:00|29:5.)"))


@pytest.mark.parametrize("name", ["Copy the address", "Copy the amount"])
def test_the_keyboards_place_is_kept_when_the_page_changes(
    name: str, page: Page, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.PAYMENT_INSUFFICIENT, stage)
    page.goto(f"{site_url}pay/{payment.token}/")
    button = page.get_by_role("button", name=name)
    button.focus()
    send_coins(payment, stage, "5")
    page.evaluate(LOOK_AGAIN)
    expect(page.locator("#amount")).to_have_text("25.1")
    expect(button).to_be_focused()


def test_an_old_browser_follows_the_payment_too(
    page: Page, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(NEWER)
    page.goto(f"{site_url}pay/{payment.token}/")
    send_coins(payment, stage, "50.1")
    Payment.objects.update(state="payment_detected")
    page.evaluate(LOOK_AGAIN)
    headline = page.get_by_role("heading", level=1)
    expect(headline).to_have_text("Payment detected")
    assert complaints == []


def test_an_old_browser_follows_a_refund_too(
    page: Page, stage: Stage, site_url: str
) -> None:
    refund = refund_in(RefundState.SENT, stage)
    page.add_init_script(NEWER)
    page.goto(f"{site_url}refund/{refund.token}/")
    Refund.objects.update(state="confirmed")
    page.evaluate(LOOK_AGAIN)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your refund has arrived")


def test_a_connection_that_is_silent_is_given_up(
    page: Page, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    page.clock.install()
    page.goto(f"{site_url}pay/{payment.token}/")
    page.route("**/status/", lambda _: None)
    for _ in range(2):
        with page.expect_request("**/status/"):
            page.evaluate(LOOK_AGAIN)
            page.clock.run_for(100)
        with page.expect_event("requestfailed"):
            page.clock.run_for(20_000)
    expect(page.locator("#offline")).to_be_visible()
