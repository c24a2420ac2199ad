"""What a customer hears of the payment page and the refund page, from Orca itself."""

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment
from tests.stand_ins import Stage
from tests.web.refund_rows import TRON_WALLET, refund_in
from tests.web.rows import ADDRESSES, make_payment, payment_in, send_coins

from .desktop import Desktop
from .transcript import Row, Transcript

pytestmark = pytest.mark.django_db(transaction=True)

PAYING = "A payment"
CHOOSING = "Choosing a coin"
REFUND = "The address for a refund"
ARABIC = "A payment, in Arabic"
ADDRESS = "0x5a Aeb6 053F 3E94 C9b9 A09f 3366 9435 E7Ef 1BeA ed"
LAST_LINK = "العربية"
LOOK_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


class Listener:
    """A customer who hears the page and keeps account of it."""

    def __init__(
        self, desktop: Desktop, window: Page, transcript: Transcript, order: int
    ) -> None:
        self.desktop = desktop
        self.window = window
        self._transcript = transcript
        self._order = order

    def open(self, url: str, until: str = LAST_LINK) -> list[str]:
        """Open a page and hear all that is read of it without a key."""
        self.desktop.hear_nothing_more()
        self.window.goto(url)
        return self.desktop.hear(until)

    def press(self, place: str, done: str, *keys: str, until: str = ".") -> list[str]:
        """Press keys; hear what is said then, and note it."""
        self.desktop.press(*keys)
        return self.note(place, done, self.desktop.hear(until))

    def note(self, place: str, done: str, spoken: list[str]) -> list[str]:
        """Note what was said when something was done."""
        self._transcript.rows.append(Row(self._order, place, done, spoken))
        return spoken


@pytest.fixture
def listener(
    desktop: Desktop,
    window: Page,
    transcript: Transcript,
    request: pytest.FixtureRequest,
) -> Listener:
    """Give a customer at the window; what is noted stands in the order of the tests."""
    order = request.function.__code__.co_firstlineno
    return Listener(desktop, window, transcript, order)


def said_in_order(spoken: Sequence[str], *wanted: str) -> bool:
    """Return whether all that is wanted was said, one after the other."""
    rest = iter(spoken)
    return all(any(text == words for text in rest) for words in wanted)


def pay_page(payment: Payment, site_url: str) -> str:
    return f"{site_url}pay/{payment.token}/"


def test_all_there_is_to_pay_is_read_once_and_in_order(
    listener: Listener, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    spoken = listener.open(pay_page(payment, site_url))
    listener.note(PAYING, "opens the page", spoken)
    assert said_in_order(
        spoken,
        "Waiting for your payment",
        "heading level 1",
        "Amount",
        "50.1",
        "USDT",
        "Copy the amount",
        "push button",
        "Network",
        "Ethereum",
        "QR code for this payment",
        "image",
        "Address",
        ADDRESS,
        "Copy the address",
        "push button",
        "Please pay by",
        "Time left",
    )
    time_left = spoken[spoken.index("Time left") + 1]
    assert re.fullmatch(r"2[34]:\d\d:\d\d", time_left)
    assert spoken.count("Waiting for your payment") == 1
    assert spoken[-2:] == [LAST_LINK, "link"]


def test_the_headings_lead_to_amount_network_and_address(
    listener: Listener, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    listener.open(pay_page(payment, site_url))
    listener.desktop.press("ctrl+Home")
    for heading in ("Waiting for your payment", "Amount", "Network", "Address"):
        spoken = listener.press(PAYING, "presses H", "h", until=heading)
        assert any(text.startswith(f"{heading} heading level") for text in spoken)
    assert ADDRESS in listener.press(PAYING, "presses Down", "Down", until="ed")


def test_a_copied_address_is_said_and_the_clock_is_not(
    listener: Listener, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    listener.open(pay_page(payment, site_url))
    listener.desktop.press("ctrl+Home", "Tab", "Tab")
    listener.desktop.hear("Copy the address")
    spoken = listener.press(PAYING, "presses Space on “Copy the address”", "space")
    assert spoken == ["Copied"]
    waited = listener.desktop.hear(seconds=5)
    listener.note(PAYING, "waits for five seconds", waited)
    assert waited == []


def test_what_becomes_of_a_payment_is_said_by_itself_in_one_piece(
    listener: Listener, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    listener.open(pay_page(payment, site_url))
    transfer = send_coins(payment, stage, "50.1")
    Payment.objects.update(state="payment_detected")
    listener.window.evaluate(LOOK_AGAIN)
    spoken = listener.desktop.hear("detected")
    listener.note(PAYING, "waits; a transfer is seen", spoken)
    assert "\n".join(spoken) == (
        "Payment detected. Your transfer is on its way and the network is confirming "
        "it. There is nothing more to do: you may close this page."
    )
    transfer.status, transfer.is_final, transfer.confirmations = "confirmed", True, 12
    transfer.save()
    Payment.objects.update(state="confirmed")
    listener.window.evaluate(LOOK_AGAIN)
    spoken = listener.desktop.hear("complete")
    listener.note(PAYING, "waits; the transfer is final", spoken)
    assert spoken == [
        "Payment complete. Thank you. Your payment is final and the shop has been told."
    ]


def test_a_part_that_is_missing_is_said(
    listener: Listener, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    listener.open(pay_page(payment, site_url))
    send_coins(payment, stage, "20", status="confirmed", is_final=True)
    Payment.objects.update(state="payment_insufficient")
    listener.window.evaluate(LOOK_AGAIN)
    spoken = listener.desktop.hear("missing")
    listener.note(PAYING, "waits; less than the amount has come", spoken)
    assert "\n".join(spoken) == (
        "A part is still missing. What you sent has arrived, but it is less than the "
        "total. Please send the rest to the same address."
    )


def test_the_deadline_is_said_when_it_is_over(
    listener: Listener, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    listener.open(pay_page(payment, site_url))
    stage.clock.now = payment.expires_at + timedelta(seconds=1)
    listener.window.evaluate(LOOK_AGAIN)
    spoken = listener.desktop.hear("expired")
    listener.note(PAYING, "waits; the time is over", spoken)
    assert len(spoken) == 1
    assert spoken[0].startswith("This payment has expired. Please do not send")


def test_a_lost_connection_is_said(
    listener: Listener, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    listener.open(pay_page(payment, site_url))
    listener.window.context.set_offline(offline=True)
    for _ in range(2):
        with listener.window.expect_event("requestfailed"):
            listener.window.evaluate(LOOK_AGAIN)
    spoken = listener.desktop.hear("No connection")
    listener.window.context.set_offline(offline=False)
    listener.note(PAYING, "loses the connection", spoken)
    words = "No connection: what you see may be out of date. Trying again…"
    assert [text for text in spoken if words in text]


def test_a_coin_is_chosen_by_ear(
    listener: Listener, stage: Stage, site_url: str
) -> None:
    listener.open(pay_page(make_payment(stage), site_url))
    stage.gateway.addresses = [ADDRESSES["usdt@tron"]]
    listener.desktop.press("ctrl+Home")
    listener.desktop.hear()
    first = "USDT on Ethereum 50.1 USDT high network fee · final in about 3 min"
    second = "USDT on TRON 50.1 USDT medium network fee · final in about 1 min"
    spoken = listener.press(CHOOSING, "presses Tab", "Tab", until="radio button")
    assert said_in_order(spoken, f"{first}.", "not selected radio button")
    listener.press(CHOOSING, "presses Insert+A", "Insert+a", until="Focus mode")
    spoken = listener.press(CHOOSING, "presses Down", "Down", until="radio button")
    assert said_in_order(spoken, f"{second}.", "selected radio button")
    listener.press(CHOOSING, "presses Tab", "Tab", until="push button")
    listener.desktop.press("Return")
    spoken = listener.desktop.hear(LAST_LINK)
    listener.note(CHOOSING, "presses Enter", spoken[: spoken.index("Amount")])
    assert said_in_order(spoken, "Waiting for your payment", "Amount", "TRON")


def test_a_wrong_address_is_said_once_with_its_field(
    listener: Listener, stage: Stage, site_url: str
) -> None:
    refund = refund_in(RefundState.NEEDS_ADDRESS, stage)
    listener.open(f"{site_url}refund/{refund.token}/")
    listener.desktop.press("ctrl+Home")
    listener.desktop.hear()
    spoken = listener.press(REFUND, "presses Tab", "Tab", until="Network Ethereum")
    assert "Your USDT address on Ethereum entry required." in spoken
    listener.desktop.type(TRON_WALLET)
    spoken = listener.press(REFUND, "types an address of TRON and presses Tab", "Tab")
    assert "The same address once more entry required." in spoken
    listener.desktop.type(TRON_WALLET)
    listener.desktop.hear_nothing_more()
    spoken = listener.press(
        REFUND, "types it again and presses Enter", "Return", until="on TRON"
    )
    assert said_in_order(
        spoken,
        f"Your USDT address on Ethereum entry {TRON_WALLET} required.",
        "invalid entry.",
    )
    assert "\n".join(spoken).count("This is an address on TRON") == 1


def test_arabic_is_read_in_arabic_with_the_address_as_it_is(
    listener: Listener, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    spoken = listener.open(f"{pay_page(payment, site_url)}?lang=ar")
    listener.note(ARABIC, "opens the page", spoken)
    assert said_in_order(
        spoken, "في انتظار دفعتك", "المبلغ", "50.1", "USDT", "العنوان", ADDRESS
    )
