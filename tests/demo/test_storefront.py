"""The storefront over HTTP, in front of a shop that is a few lines."""

from collections.abc import Iterator
from decimal import Decimal
from http import HTTPStatus

import httpx
import pytest

from demo.services.ports import free_port
from demo.storefront.server import serve
from demo.storefront.shops import (
    Button,
    Kind,
    Offer,
    OpenPayment,
    Product,
    ShopRefusalError,
    Standing,
)


class TinyShop:
    """Sells one thing for one coin; refuses every other coin."""

    name = "Tiny <shop>"
    remark = "Not & a real one"
    started: Kind | None = None
    is_paid = False
    is_refunded = False

    def product(self) -> Product:
        return Product("Tea & <b>cups</b>", Decimal(12), "USD")

    def start(self, kind: Kind) -> str:
        self.started = kind
        return "purchase-1"

    def offers(self, purchase: str) -> list[Offer]:  # noqa: ARG002 - the port's
        return [Offer("usdt@tron", "USDT", "Tether USD", "TRON", "12")]

    def pay(self, purchase: str, asset: str) -> OpenPayment:  # noqa: ARG002 - as above
        if asset != "usdt@tron":
            raise ShopRefusalError("“<x>” is not offered here.")
        page = "http://127.0.0.1:1/pay/token/"
        return OpenPayment("tx-1", page, f"{page}status/", "T…", "12", "USDT")

    def standing(self, purchase: str) -> Standing:  # noqa: ARG002 - as above
        is_paid = self.is_paid
        return Standing(
            "Order 7",
            "12.00 USD",
            is_order=is_paid,
            is_paid=is_paid,
            is_canceled=False,
            is_refunded=self.is_refunded,
        )


@pytest.fixture
def shop() -> TinyShop:
    """Give the shop, to be changed under the storefront's feet."""
    return TinyShop()


@pytest.fixture
def browser(shop: TinyShop) -> Iterator[httpx.Client]:
    """Open the storefront."""
    with (
        serve(free_port(), shop) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield client


def bought(browser: httpx.Client) -> str:
    return str(browser.post("/buy", data={"kind": "checkout"}).headers["Location"])


def test_the_product_is_shown_with_every_value_escaped(browser: httpx.Client) -> None:
    page = browser.get("/").text

    assert "Tea &amp; &lt;b&gt;cups&lt;/b&gt;" in page
    assert "Tiny &lt;shop&gt;" in page
    assert "Not &amp; a real one" in page
    assert "12.00 USD" in page


def test_the_page_loads_nothing_from_anywhere(browser: httpx.Client) -> None:
    response = browser.get("/")

    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "<script" not in response.text
    assert "src=" not in response.text


@pytest.mark.parametrize("kind", Kind)
def test_the_form_says_what_is_bought(
    browser: httpx.Client, shop: TinyShop, kind: Kind
) -> None:
    browser.post("/buy", data={"kind": kind.value})

    assert shop.started is kind


def test_every_coin_is_offered_with_its_network_and_amount(
    browser: httpx.Client,
) -> None:
    page = browser.get(bought(browser)).text

    assert 'value="usdt@tron"' in page
    assert "on TRON" in page
    assert "12 USDT" in page


def test_choosing_a_coin_leads_to_the_payment_page(browser: httpx.Client) -> None:
    answer = browser.post(f"{bought(browser)}pay", data={"asset": "usdt@tron"})

    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert answer.headers["Location"] == "http://127.0.0.1:1/pay/token/"


def test_a_refusal_is_shown_beside_the_choice(browser: httpx.Client) -> None:
    answer = browser.post(f"{bought(browser)}pay", data={"asset": "doge@moon"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "“&lt;x&gt;” is not offered here." in answer.text
    assert 'value="usdt@tron"' in answer.text


def test_the_way_back_leads_to_the_purchase(browser: httpx.Client) -> None:
    purchase_url = bought(browser)
    browser.post(f"{purchase_url}pay", data={"asset": "usdt@tron"})

    answer = browser.get("/returned/", params={"transaction": "tx-1"})

    assert answer.headers["Location"] == purchase_url


def test_the_purchase_draws_itself_anew_until_it_is_paid(
    browser: httpx.Client, shop: TinyShop
) -> None:
    purchase_url = bought(browser)
    browser.post(f"{purchase_url}pay", data={"asset": "usdt@tron"})

    assert 'http-equiv="refresh"' in browser.get(purchase_url).text

    shop.is_paid = True
    page = browser.get(purchase_url).text

    assert 'http-equiv="refresh"' not in page
    assert "Thank you, it is paid" in page


class TinyTheatre:
    """Shows one story."""

    buttons = (Button("late", "Too <late>", "Coins & clocks"),)

    def __init__(self) -> None:
        self.begun: list[tuple[str, str, str]] = []

    def asset_of(self, key: str) -> str:
        return "usdt@tron" if key == "late" else ""

    def begin(self, key: str, purchase: str, payment: OpenPayment) -> None:
        self.begun.append((key, purchase, payment.transaction))


@pytest.fixture
def theatre() -> TinyTheatre:
    """Give the theatre, to be asked what it was asked for."""
    return TinyTheatre()


@pytest.fixture
def visitor(shop: TinyShop, theatre: TinyTheatre) -> Iterator[httpx.Client]:
    """Open a storefront that has stories to show."""
    with (
        serve(free_port(), shop, theatre) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield client


def test_every_story_has_its_button(visitor: httpx.Client) -> None:
    page = visitor.get("/").text

    assert '<button class="quiet" name="story" value="late">Too &lt;late&gt;' in page
    assert "Coins &amp; clocks" in page


def test_a_story_begins_on_a_payment_of_its_own(
    visitor: httpx.Client, theatre: TinyTheatre
) -> None:
    answer = visitor.post("/stories", data={"story": "late"})

    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert answer.headers["Location"] == "http://127.0.0.1:1/pay/token/"
    assert theatre.begun == [("late", "purchase-1", "tx-1")]


@pytest.mark.parametrize("story", ["", "unheard of"])
def test_a_story_that_nobody_knows_is_not_found(
    visitor: httpx.Client, theatre: TinyTheatre, story: str
) -> None:
    answer = visitor.post("/stories", data={"story": story})

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert theatre.begun == []


def test_without_a_theatre_there_are_no_stories(browser: httpx.Client) -> None:
    assert "/stories" not in browser.get("/").text
    answer = browser.post("/stories", data={"story": "late"})
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_money_that_was_given_back_is_said(
    browser: httpx.Client, shop: TinyShop
) -> None:
    purchase_url = bought(browser)
    browser.post(f"{purchase_url}pay", data={"asset": "usdt@tron"})
    shop.is_paid = shop.is_refunded = True

    page = browser.get(purchase_url).text

    assert "Your money was given back" in page
    assert 'http-equiv="refresh"' not in page


@pytest.mark.parametrize(
    "path", ["/purchases/nobody/", "/returned/?transaction=x", "/etc/passwd"]
)
def test_what_is_not_there_is_not_found(browser: httpx.Client, path: str) -> None:
    assert browser.get(path).status_code == HTTPStatus.NOT_FOUND
