"""The web component in a storefront of another origin, in a real Chromium."""

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations.runtime import Appearance
from tests.stand_ins import Stage

from .rows import ADDRESSES, make_payment, payment_in, send_coins
from .test_browser import LOOK_AGAIN

pytestmark = pytest.mark.django_db(transaction=True)

PLAIN = Path(__file__).parents[2] / "docs" / "storefront" / "plain.html"
HTML = """<!doctype html><html lang="en"><title>Tea</title><body>
<script>
  window.seen = [];
  addEventListener("status", event => seen.push(event.detail));
</script>
<script type="module" src="{kit}kit/crypto-payment.js"></script>
<crypto-payment src="{kit}pay/{token}/" {attributes}></crypto-payment>"""

Visit = Callable[..., Page]
Answering = Callable[[str], dict[str, Any]]
PlainPage = Callable[[Payment, Answering], Page]


class Storefront(ThreadingHTTPServer):
    """A shop's pages, on a port and so an origin of their own."""

    html = ""

    @property
    def origin(self) -> str:
        """How browsers name it."""
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    """Answers everything with the one page."""

    def do_GET(self) -> None:
        """Send the page."""
        assert isinstance(self.server, Storefront)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.server.html.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def shop() -> Iterator[Storefront]:
    """Run a storefront."""
    with Storefront(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def visit(browser: Browser, site_url: str, shop: Storefront) -> Iterator[Visit]:
    """Give a function that shows a payment in the storefront."""
    context = browser.new_context()
    context.set_default_timeout(30_000)

    def show(payment: Payment, attributes: str = "") -> Page:
        shop.html = HTML.format(
            kit=site_url, token=payment.token, attributes=attributes
        )
        page = context.new_page()
        page.goto(f"{shop.origin}/checkout")
        return page

    yield show
    context.close()


def statuses(page: Page) -> list[str]:
    seen: list[dict[str, Any]] = page.evaluate("seen")
    return [detail["status"] for detail in seen]


def test_the_frame_shows_the_payment_and_tells_the_storefront(
    visit: Visit, stage: Stage, shop: Storefront
) -> None:
    stage.appearance = Appearance(frame_origins=(shop.origin,))
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    page = visit(payment, 'lang="de"')
    inside = page.frame_locator("crypto-payment iframe")
    expect(inside.locator("h1")).to_have_text("Wir warten auf Ihre Zahlung")
    expect(inside.locator("#address")).to_have_text(ADDRESSES["usdt@ethereum"])
    expect(inside.get_by_text("Testgeld")).to_be_visible()
    expect(inside.locator(".shop")).to_be_hidden()
    page.wait_for_function(
        "document.querySelector('iframe').style.height && seen.length"
    )
    frame = page.locator("iframe").bounding_box()
    assert frame is not None
    assert frame["height"] >= 500
    send_coins(payment, stage, "50.1", status="confirmed", is_final=True)
    Payment.objects.update(state="confirmed")
    expect(inside.locator("h1")).to_have_text("Zahlung abgeschlossen")
    page.wait_for_function("seen.length > 1")
    assert statuses(page) == ["awaiting_payment", "confirmed"]
    assert page.evaluate("seen[1].received") == "50.1"


def test_where_no_frame_is_allowed_there_is_a_link(visit: Visit, stage: Stage) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    page = visit(payment, 'label="Pay with coins"')
    link = page.get_by_role("link", name="Pay with coins")
    expect(link).to_have_attribute("href", f"{link_of(page)}")
    assert page.locator("iframe").count() == 0
    assert statuses(page) == ["awaiting_payment"]


def link_of(page: Page) -> str:
    return str(page.locator("crypto-payment").get_attribute("src"))


def test_a_link_can_be_asked_for(visit: Visit, stage: Stage, shop: Storefront) -> None:
    stage.appearance = Appearance(frame_origins=(shop.origin,))
    payment = payment_in(PaymentState.CONFIRMED, stage)
    page = visit(payment, 'mode="link" lang="fr"')
    link = page.get_by_role("link", name="Pay with cryptocurrency")
    expect(link).to_have_attribute("href", f"{link_of(page)}?lang=fr")
    page.wait_for_function("seen.length")
    assert statuses(page) == ["confirmed"]


def test_a_late_answer_about_another_payment_is_not_told(
    visit: Visit, stage: Stage
) -> None:
    before = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    page = visit(before, 'mode="link"')
    page.wait_for_function("seen.length == 1")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/{before.token}/status/", hold)
    with page.expect_request(f"**/{before.token}/status/"):
        page.evaluate(LOOK_AGAIN)
    after = make_payment(stage, state="confirmed")
    page.evaluate("seen.length = 0")
    page.locator("crypto-payment").evaluate(
        "(one, url) => one.setAttribute('src', url)",
        link_of(page).replace(before.token, after.token),
    )
    page.wait_for_function("seen.length == 1")
    allowed = {"Access-Control-Allow-Origin": "*"}
    held[0].fulfill(json={"status": "canceled"}, headers=allowed)
    # What is told of the one before is told by now: this is asked later.
    page.evaluate("fetch(document.querySelector('crypto-payment').page + 'status/')")
    assert statuses(page) == ["confirmed"]


def test_a_connection_that_is_silent_is_given_up(visit: Visit, stage: Stage) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    page = visit(payment, 'mode="link"')
    page.clock.install()
    page.reload()
    page.wait_for_function("seen.length == 1")
    page.route("**/status/", lambda _: None)
    for _ in range(2):
        with page.expect_request("**/status/"):
            page.clock.run_for(10_000)
        with page.expect_event("requestfailed"):
            page.clock.run_for(20_000)
    page.unroute("**/status/")
    Payment.objects.update(state="expired")
    page.clock.run_for(20_000)
    page.wait_for_function("seen.length == 2")
    assert statuses(page) == ["awaiting_payment", "expired"]


@pytest.mark.parametrize("source", ["javascript:alert(1)", "", "/elsewhere"])
def test_only_a_payments_page_is_shown(source: str, visit: Visit, stage: Stage) -> None:
    page = visit(payment_in(PaymentState.CONFIRMED, stage))
    component = page.locator("crypto-payment")
    component.evaluate("(one, source) => one.setAttribute('src', source)", source)
    assert page.locator("crypto-payment > *").count() == 0


@pytest.fixture
def plain_page(
    visit: Visit, stage: Stage, shop: Storefront, site_url: str
) -> PlainPage:
    """Give a function that opens the documented page, with a Saleor that answers."""

    def open_it(payment: Payment, answer: Answering) -> Page:
        stage.appearance = Appearance(frame_origins=(shop.origin,))
        page = visit(payment)
        plugin = "https://saleor.example/plugins/global/saleor_cryptopay/"
        shop.html = PLAIN.read_text(encoding="utf-8").replace(plugin, site_url)
        allowed = {"Access-Control-Allow-Origin": "*"}

        def reply(route: Route) -> None:
            call = json.loads(route.request.post_data or "")
            key = call["variables"]["idempotencyKey"]
            data = {"data": {"transactionInitialize": answer(key)}}
            route.fulfill(json=data, headers=allowed)

        page.route("https://saleor.example/graphql/", reply)
        page.goto(f"{shop.origin}/checkout?checkout=Q2hlY2tvdXQ6MQ==")
        return page

    return open_it


def test_the_documented_page_shows_the_payment_that_saleor_answers(
    plain_page: PlainPage, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    page = plain_page(payment, lambda _: session(payment, site_url))
    inside = page.frame_locator("crypto-payment iframe")
    expect(inside.locator("h1")).to_have_text("Payment complete")
    expect(page.locator("#message")).to_have_text(
        "Thank you, your payment is complete."
    )


def session(payment: Payment, site_url: str) -> dict[str, Any]:
    page_url = f"{site_url}pay/{payment.token}/"
    details = {"page_url": page_url, "status": payment.state}
    return {"data": {"payment": details}, "errors": []}


def test_the_documented_page_has_a_key_for_each_attempt(
    plain_page: PlainPage, stage: Stage, site_url: str
) -> None:
    payment, other = make_payment(stage), make_payment(stage)
    keys: list[str] = []

    def answer(key: str) -> dict[str, Any]:
        is_known = not keys or key in keys
        keys.append(key)
        return session(payment if is_known else other, site_url)

    page = plain_page(payment, answer)
    shown = page.locator("crypto-payment")
    expect(shown).to_have_attribute("src", re.compile(payment.token))
    page.reload()
    expect(shown).to_have_attribute("src", re.compile(payment.token))
    assert len(set(keys)) == 1
    payment.state = "expired"
    page.reload()
    expect(shown).to_have_attribute("src", re.compile(other.token))
    assert keys[:3] == [keys[0]] * 3
    assert keys[3] not in keys[:3]


def test_the_documented_page_makes_a_new_key_where_saleor_refuses_the_old_one(
    plain_page: PlainPage, stage: Stage, site_url: str
) -> None:
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    fault = {
        "field": "idempotencyKey",
        "message": "Different transaction with provided key already exists.",
        "code": "UNIQUE",
    }
    keys: list[str] = []

    def answer(key: str) -> dict[str, Any]:
        keys.append(key)
        if len(set(keys)) == 1:
            return {"data": None, "errors": [fault]}
        return session(payment, site_url)

    page = plain_page(payment, answer)
    shown = page.locator("crypto-payment")
    expect(shown).to_have_attribute("src", re.compile(payment.token))
    assert len(keys) == 2


def test_the_documented_page_says_what_saleor_refuses(
    plain_page: PlainPage, stage: Stage
) -> None:
    fault = {"field": None, "message": "It is closed.", "code": "UNIQUE"}
    payment = payment_in(PaymentState.AWAITING_PAYMENT, stage)
    page = plain_page(payment, lambda _: {"data": None, "errors": [fault]})
    expect(page.locator("#message")).to_have_text(
        "Cryptocurrency is not available: It is closed."
    )
