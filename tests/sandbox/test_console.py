"""The console in a real browser: one plays the customer with it."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from .browsing import DistantPage, browsing
from .running import Receiver, Sandbox, until

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def browser_page() -> Iterator[DistantPage]:
    """Give a page of a phone's width."""
    if CHROMIUM is None:
        pytest.skip("no Chromium found (Debian: chromium)")
    with browsing(CHROMIUM) as page:
        yield page


@pytest.fixture
def page(browser_page: DistantPage) -> Iterator[DistantPage]:
    """Give the page, and see that nothing went wrong on it."""
    errors: list[str] = []
    requests: list[str] = []
    browser_page.on("pageerror", lambda error: errors.append(str(error)))
    browser_page.on("request", lambda request: requests.append(request.url))
    yield browser_page
    assert errors == []
    hosts = {url.split("/")[2] for url in requests if url.startswith("http")}
    assert len(hosts) == 1


@pytest.fixture
def address(sandbox: Sandbox) -> Any:
    """Give an address that waits for USDT on Ethereum."""
    sandbox.post("/addresses", network="bitcoin", coin="btc")
    return sandbox.post("/addresses", network="ethereum", coin="usdt", label="Order 7")


def open_console(
    page: DistantPage, sandbox: Sandbox, address: Any, amount: str
) -> None:
    page.goto(f"{sandbox.url}/?address={address['address']}&amount={amount}")
    page.wait_for_selector(".address.chosen")


def amounts(sandbox: Sandbox) -> list[tuple[str, str]]:
    rows = sandbox.get("/transactions")
    return [(row["amount"], row["coin"]) for row in rows[::-1]]


@pytest.mark.parametrize(
    ("button", "wanted"),
    [
        ("exactly", [("100.000001", "usdt")]),
        ("less", [("90", "usdt")]),
        ("more", [("110.000001", "usdt")]),
        ("parts", [("60", "usdt"), ("40.000001", "usdt")]),
        ("wrong", [("100.000001", "eth")]),
    ],
)
def test_each_button_pays_in_its_own_way(
    page: DistantPage,
    sandbox: Sandbox,
    address: Any,
    button: str,
    wanted: list[tuple[str, str]],
) -> None:
    open_console(page, sandbox, address, "100.000001")
    page.click(f".chosen button[value={button}]")
    until(lambda: amounts(sandbox) == wanted)


def test_the_chain_is_played_from_the_page(
    page: DistantPage, sandbox: Sandbox, address: Any
) -> None:
    open_console(page, sandbox, address, "1")
    for word, status in (("block", "confirming"), ("confirm", "confirmed")):
        if status == "confirming":
            page.click(".chosen button[value=exactly]")
        page.click(f".transaction button[data-do={word}]")
        page.wait_for_selector(f".transaction .pill.{status}")
    page.click(".transaction button[data-do=reorganise]")
    page.wait_for_selector(".transaction .pill.failed")


def test_an_amount_that_is_none_is_said_and_not_paid(
    page: DistantPage, sandbox: Sandbox, address: Any
) -> None:
    open_console(page, sandbox, address, "1.1234567")
    page.click(".chosen button[value=exactly]")
    page.wait_for_selector("#notice:not([hidden])")
    assert "6 decimals" in page.inner_text("#notice")
    assert amounts(sandbox) == []


def test_what_one_types_stays_while_the_page_follows_the_chain(
    page: DistantPage, sandbox: Sandbox, address: Any
) -> None:
    open_console(page, sandbox, address, "1")
    page.fill(".chosen input", "2.5")
    sandbox.control("pay", address=address["id"], amount="9")
    page.wait_for_selector(".chosen .transaction")
    assert page.input_value(".chosen input") == "2.5"
    assert "Received 9 USDT" in page.inner_text(".chosen .received")


def test_deliveries_are_dropped_and_sent_again_from_the_page(
    page: DistantPage, sandbox: Sandbox, address: Any, hook: Receiver
) -> None:
    open_console(page, sandbox, address, "1")
    page.check("#weather input[name=drop]")
    until(lambda: sandbox.state()["weather"]["drop"] is True)
    page.click(".chosen button[value=exactly]")
    page.wait_for_selector("#deliveries .pill.dropped")
    page.click("#deliveries summary")
    page.click("#deliveries .delivery button")
    page.wait_for_selector("#deliveries .pill.delivered")
    assert len(hook.received) == 1


def test_labels_are_shown_as_text(page: DistantPage, sandbox: Sandbox) -> None:
    label = "<img src=x onerror=alert(1)>"
    made = sandbox.post("/addresses", network="tron", label=label)
    open_console(page, sandbox, made, "1")
    assert page.inner_text(".chosen .label") == label


def test_nothing_is_wider_than_a_phone(
    page: DistantPage, sandbox: Sandbox, address: Any
) -> None:
    sandbox.control("pay", address=address["id"], amount="1")
    open_console(page, sandbox, address, "1")
    page.wait_for_selector(".transaction")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
