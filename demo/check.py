"""The demo playing its own customer: buys, pays, and watches the money arrive."""

import re
import time
from collections.abc import Callable
from typing import Any, Final

import httpx

from .sandbox import Sandbox
from .services.processes import ServiceError
from .storefront.shops import Kind

# What is bought, and in which coin.
PURCHASES: Final = (
    (Kind.CHECKOUT, "usdt@ethereum"),
    (Kind.ORDER, "btc@bitcoin"),
)
# More than any network of these waits for.
BLOCKS: Final = 20
# Longer than the slowest way: a webhook that is lost, and the next poll.
SECONDS: Final = 150
PAUSE_SECONDS: Final = 0.5


def buy_everything(storefront_url: str, sandbox: Sandbox) -> None:
    """Buy and pay in every way the storefront offers, printing each step.

    Raises:
        ServiceError: a step did not lead to the next; says which.
    """
    _await_webhook(sandbox)
    for kind, asset in PURCHASES:
        with httpx.Client(base_url=storefront_url, timeout=60) as browser:
            _buy(browser, kind, asset, sandbox)


def _buy(browser: httpx.Client, kind: Kind, asset: str, sandbox: Sandbox) -> None:
    purchase_url = _go(browser, "/buy", {"kind": kind})
    _step(f"bought: an unpaid {kind} in the storefront")
    page_url = _go(browser, f"{purchase_url}pay", {"asset": asset})
    status = _status(browser, page_url)
    _require_page(browser, page_url, status["address"])
    _step(f"payment page: {page_url}")
    _step(f"it asks for {status['amount']} {asset} to {status['address']}")
    transfer = sandbox.pay(status["address"], status["amount"])
    _step(f"paid from a wallet: transaction {transfer}")
    _await_status(browser, page_url, "payment_detected")
    sandbox.mine(BLOCKS)
    _step(f"{BLOCKS} blocks mined")
    _await_status(browser, page_url, "confirmed")
    _await_order(browser, purchase_url)


def _go(browser: httpx.Client, path: str, form: dict[str, Any]) -> str:
    """Send a form and return where the storefront sends the browser then."""
    response = browser.post(path, data=form)
    if response.status_code != httpx.codes.SEE_OTHER:
        raise ServiceError(f"the storefront refuses: {_words(response)}")
    return str(response.headers["Location"])


def _status(browser: httpx.Client, page_url: str) -> dict[str, Any]:
    response = browser.get(f"{page_url}status/")
    if response.is_error:
        raise ServiceError(f"the payment's status answers HTTP {response.status_code}")
    status: dict[str, Any] = response.json()
    return status


def _require_page(browser: httpx.Client, page_url: str, address: str) -> None:
    page = browser.get(page_url)
    if page.is_error:
        raise ServiceError(f"the payment page answers HTTP {page.status_code}")
    if address not in page.text:
        raise ServiceError(f"the payment page {page_url} does not show the address")


def _await_webhook(sandbox: Sandbox) -> None:
    _await(lambda: bool(sandbox.webhook_urls()), "the webhook's registration")
    _step(f"webhooks go to {sandbox.webhook_urls()[0]}")


def _await_status(browser: httpx.Client, page_url: str, wanted: str) -> None:
    _await(lambda: _status(browser, page_url)["status"] == wanted, f"“{wanted}”")
    _step(f"the payment page says: {wanted}")


def _await_order(browser: httpx.Client, purchase_url: str) -> None:
    """Wait until the shop has a paid order, without completing it ourselves."""
    page = ""

    def is_paid() -> bool:
        nonlocal page
        page = browser.get(purchase_url).text
        return "it is paid" in page and "Order " in page

    _await(is_paid, "the shop's paid order")
    title = re.search(r"Order \d+", page)
    _step(f"the shop has a paid order: {title[0] if title else '?'}")


def _await(is_there: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_there():
        if time.monotonic() > deadline:
            raise ServiceError(f"{what} did not come within {SECONDS} s")
        time.sleep(PAUSE_SECONDS)


def _words(response: httpx.Response) -> str:
    found = re.search(r'(?:role="alert"|<h1)>([^<]+)<', response.text)
    return found[1] if found else f"HTTP {response.status_code}"


def _step(words: str) -> None:
    print(f"  ✓ {words}", flush=True)
