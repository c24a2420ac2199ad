"""The payment page in a real Chromium, with a server behind it that is one too."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment
from tests.stand_ins import Stage

from .rows import ADDRESSES, give_address, make_payment, payment_in, send_coins

pytestmark = pytest.mark.django_db(transaction=True)

PHONE: ViewportSize = {"width": 375, "height": 812}
SMALL_PHONE: ViewportSize = {"width": 320, "height": 568}
DESK: ViewportSize = {"width": 1280, "height": 900}

OpenPage = Callable[..., Page]


class Watcher:
    """Notes what a page asks for and what it complains of."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.complaints: list[str] = []

    def watch(self, page: Page) -> None:
        """Listen to the page."""
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


@pytest.fixture
def watcher() -> Watcher:
    """Give a watcher for the pages that the test opens."""
    return Watcher()


LOOK_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def open_page(browser: Browser, watcher: Watcher, site_url: str) -> Iterator[OpenPage]:
    """Give a function that opens a payment's page in a browser of its own."""
    contexts: list[BrowserContext] = []

    def open_it(payment: Payment, **options: Any) -> Page:
        context = browser.new_context(**({"viewport": PHONE} | options))
        contexts.append(context)
        context.set_default_timeout(30_000)
        page = context.new_page()
        watcher.watch(page)
        page.goto(f"{site_url}pay/{payment.token}/")
        return page

    yield open_it
    for context in contexts:
        context.close()


def no_wider_than_its_window(page: Page) -> bool:
    return bool(
        page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    )


@pytest.mark.parametrize("state", list(PaymentState))
def test_every_state_fits_a_phone_and_asks_nobody_else(
    state: PaymentState,
    open_page: OpenPage,
    stage: Stage,
    watcher: Watcher,
    site_url: str,
) -> None:
    payment = payment_in(state, stage)
    page = open_page(payment)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for viewport in (PHONE, SMALL_PHONE, DESK):
        page.set_viewport_size(viewport)
        assert no_wider_than_its_window(page)
    assert {url for url in watcher.requests if not url.startswith(site_url)} <= {
        "data:,"
    }
    assert watcher.complaints == []


def test_long_names_and_amounts_do_not_burst_the_page(
    open_page: OpenPage, stage: Stage
) -> None:
    payment = make_payment(stage, total=Decimal("12345678901.25"))
    give_address(payment, stage, "eth@ethereum", amount="385802.46564100123456")
    send_coins(payment, stage, "1000.123456789012345678", hash="0x" + "a" * 120)
    assert no_wider_than_its_window(open_page(payment, viewport=SMALL_PHONE))


def test_the_address_is_copied_by_its_button_and_by_hand_as_one_string(
    open_page: OpenPage, stage: Stage
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    page = open_page(payment, permissions=["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name="Copy the address")
    button.click()
    expect(page.locator("#said")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == ADDRESSES["usdt@ethereum"]
    page.locator("#address").click()
    assert page.evaluate("getSelection().toString()") == ADDRESSES["usdt@ethereum"]
    page.get_by_role("button", name="Copy the amount").click()
    assert page.evaluate("navigator.clipboard.readText()") == "50.1"
    expect(button).to_have_text("Copy the address")


def test_copying_works_without_the_clipboard_interface(
    open_page: OpenPage, stage: Stage
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    page = open_page(payment)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    button = page.get_by_role("button", name="Copy the address")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Copied")
    expect(button).to_be_focused()


def test_the_countdown_follows_the_servers_clock(
    open_page: OpenPage, stage: Stage
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    stage.clock.now = payment.expires_at - timedelta(minutes=90)
    left = open_page(payment).locator("#left")
    expect(left).to_have_text(re.compile(r"^1:(30:00|29:\d\d)$"))
    first = left.inner_text()
    expect(left).not_to_have_text(first)
    assert left.inner_text() < first


def test_at_the_deadline_the_page_turns_by_itself(
    open_page: OpenPage, stage: Stage
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    stage.clock.now = payment.expires_at - timedelta(seconds=2)
    page = open_page(payment)
    stage.clock.now = payment.expires_at
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "This payment has expired"
    )
    expect(page.locator("#address")).to_have_count(0)


def test_the_page_follows_the_payment_to_its_end(
    open_page: OpenPage, stage: Stage, watcher: Watcher
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    page = open_page(payment)
    headline = page.get_by_role("heading", level=1)
    expect(headline).to_have_text("Waiting for your payment")

    transfer = send_coins(payment, stage, "50.1")
    Payment.objects.update(state="payment_detected")
    expect(headline).to_have_text("Payment detected")
    expect(page.get_by_text("3 of 12 confirmations")).to_be_visible()
    expect(page.locator("#address")).to_have_count(0)

    transfer.status, transfer.is_final, transfer.confirmations = "confirmed", True, 12
    transfer.save()
    Payment.objects.update(state="confirmed")
    expect(headline).to_have_text("Payment complete")
    assert page.title() == "Payment complete · Tea & Cups"
    back = page.get_by_role("link", name="Back to the shop")
    expect(back).to_have_attribute("href", stage.shop.described.return_url)
    assert watcher.complaints == []
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1


def test_without_javascript_a_coin_is_chosen_and_paid(
    open_page: OpenPage, stage: Stage
) -> None:
    payment = make_payment(stage)
    stage.gateway.addresses = [ADDRESSES["btc@bitcoin"]]
    page = open_page(payment, java_script_enabled=False)
    page.get_by_label("BTC on Bitcoin").check()
    page.get_by_role("button", name="Continue").click()
    assert page.locator("#address").inner_text() == ADDRESSES["btc@bitcoin"]
    assert page.get_by_role("img", name="QR code for this payment").is_visible()
    assert page.get_by_role("link", name="Open in wallet").is_visible()
    assert page.get_by_role("button", name="Copy the address").count() == 0
    assert "UTC" in page.locator(".clock").inner_text()


def test_the_keyboard_alone_is_enough(open_page: OpenPage, stage: Stage) -> None:
    payment = make_payment(stage)
    stage.gateway.addresses = [ADDRESSES["usdt@tron"]]
    page = open_page(payment)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#address")).to_have_text(ADDRESSES["usdt@tron"])


def test_a_lost_connection_is_said_and_forgotten_when_it_is_back(
    open_page: OpenPage, stage: Stage
) -> None:
    page = open_page(payment_in(PaymentState.AWAITING_PAYMENT, stage))
    page.context.set_offline(offline=True)
    for _ in range(2):
        expect(page.locator("#offline")).to_be_hidden()
        with page.expect_event("requestfailed"):
            page.evaluate(LOOK_AGAIN)
    expect(page.locator("#offline")).to_be_visible()
    page.context.set_offline(offline=False)
    page.evaluate(LOOK_AGAIN)
    expect(page.locator("#offline")).to_be_hidden()
