"""The stories of a payment, in a real browser before a real Saleor and the sandbox.

From the storefront's button to the shop's paid order, and back again with a refund:
what is bought, chosen, read and pressed is what a customer and staff see.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.sandbox import Sandbox as Wallet
from demo.services.catalogue import Catalogue
from demo.services.ports import free_port
from demo.services.refunds import SaleorStaff
from demo.services.saleor import RunningSaleor
from demo.storefront.saleor import SaleorShop
from demo.storefront.server import serve
from demo.stories.clockwork import Clockwork
from demo.stories.plots import STORIES, find_story
from tests.playing import KEY, Sandbox

from .conftest import SETTINGS
from .shell import Shell
from .shopping import SOON, TRANSACTION, Shopper, wait_until
from .watching import IMPATIENCE, PATIENCE_MS, WatchedPlay, approve_at_desk


class BrowsingStaff:
    """Staff who ask for refunds in Saleor, and approve them at the desk's page."""

    def __init__(self, saleor: RunningSaleor, shell: Shell, page: Page) -> None:
        """Work in a Saleor; the page is to be theirs alone."""
        self._staff = SaleorStaff(saleor, lambda: shell.beat("send_refunds"))
        self._page = page

    def ask_refund(self, transaction: str, amount: str) -> None:
        """Press “Refund” at a transaction."""
        self._staff.ask_refund(transaction, amount)

    def approve_refund(self, address: str) -> None:
        """Log in at the desk, and approve the refund to this address."""
        approve_at_desk(self._page, self._staff.desk_url, address)

    def send_refunds(self) -> None:
        """Have done now what the schedule does every minute."""
        self._staff.send_refunds()


@dataclass(frozen=True)
class Theatre:
    """Where stories are played.

    Attributes:
        storefront_url: the shop's own pages.
        browser: the customer's and the staff's.
        shopper: what is known of the shop beside its pages.
        shell: the shop's worker, in a hurry.
        wallet: the customer's coins, and the chain.
    """

    storefront_url: str
    browser: Browser
    shopper: Shopper
    shell: Shell
    wallet: Wallet

    def buy(self, page: Page, asset: str) -> WatchedPlay:
        """Buy in the storefront, choose a coin, and stand before the payment."""
        page.goto(self.storefront_url)
        page.get_by_role("button", name="Buy with coins").click()
        page.locator(f'input[value="{asset}"]').check()
        page.get_by_role("button", name="Pay").click()
        page.wait_for_url("**/pay/*/")
        saleor = self.shopper.saleor
        return WatchedPlay(
            page_url=page.url,
            total="50.10",
            sandbox=self.wallet,
            clockwork=Clockwork(saleor.database_url),
            staff=BrowsingStaff(saleor, self.shell, page.context.new_page()),
            say=lambda _words: None,
            page=page,
        )


@pytest.fixture(scope="module")
def storefront_url(saleor: RunningSaleor, catalogue: Catalogue) -> Iterator[str]:
    """Serve the demo's storefront before the Saleor of the run."""
    with serve(free_port(), SaleorShop(saleor, catalogue)) as url:
        yield url


@pytest.fixture
def theatre(
    storefront_url: str,
    browser: Browser,
    shopper: Shopper,
    shell: Shell,
    sandbox: Sandbox,
) -> Iterator[Theatre]:
    """Give a theatre; the shop gives refunds, and leads back to its storefront."""
    way_back = f"{storefront_url}/returned/?transaction={{transaction}}"
    shopper.configure(return_url=way_back, refunds="approval", refund_api_key=KEY)
    yield Theatre(storefront_url, browser, shopper, shell, Wallet(sandbox.url))
    ended = {"return_url": SETTINGS["return_url"], "refunds": "off"}
    shopper.configure(**ended, refund_api_key="")


@pytest.fixture
def page(theatre: Theatre) -> Iterator[Page]:
    """Give the customer's page."""
    context = theatre.browser.new_context()
    context.add_init_script(IMPATIENCE)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def told_to_saleor(theatre: Theatre, transaction: str) -> dict[str, Decimal]:
    """Return the sums of a transaction's events in Saleor, by their type."""
    saleor = theatre.shopper.saleor
    found = saleor.graphql(TRANSACTION, {"id": transaction}, saleor.staff_token())
    sums: dict[str, Decimal] = {}
    for event in found["transaction"]["events"]:
        amount = Decimal(event["amount"]["amount"])
        sums[event["type"]] = sums.get(event["type"], Decimal(0)) + amount
    return sums


# The money that Saleor counts in the end.
TOLD = {
    "exact": {"CHARGE_SUCCESS": Decimal("50.1")},
    "two-parts": {"CHARGE_SUCCESS": Decimal("50.1")},
    "too-little": {"CHARGE_SUCCESS": Decimal("49.1")},
    "too-much": {"CHARGE_SUCCESS": Decimal("50.1")},  # the surplus is no debt
    "late": {},
    "wrong-coin": {},
    "renewed": {"CHARGE_SUCCESS": Decimal("50.1")},
    "refunded": {"CHARGE_SUCCESS": Decimal("50.1"), "REFUND_SUCCESS": Decimal("50.1")},
}
MONEY = ("CHARGE_SUCCESS", "CHARGE_BACK", "REFUND_SUCCESS")

HEADLINES_OF_THE_SHOP = {
    "too-little": "Not paid yet",
    "late": "Not paid yet",
    "wrong-coin": "Not paid yet",
    "refunded": "Your money was given back",
}


@pytest.mark.parametrize("key", [story.key for story in STORIES])
def test_a_story_is_told_alike_by_page_storefront_and_saleor(
    theatre: Theatre, page: Page, key: str
) -> None:
    story = find_story(key)
    assert story is not None
    play = theatre.buy(page, story.asset)
    expect(page.locator("#address")).to_have_text(play.status["address"])
    story.play(play)
    wait_until(
        lambda: _money(theatre, play.transaction) == TOLD[key],
        SOON,
        f"{TOLD[key]} in Saleor",
    )
    _return_to_the_shop(play, key)


def _money(theatre: Theatre, transaction: str) -> dict[str, Decimal]:
    told = told_to_saleor(theatre, transaction)
    return {kind: amount for kind, amount in told.items() if kind in MONEY}


def _return_to_the_shop(play: WatchedPlay, key: str) -> None:
    """Follow the way back, and read what the storefront says."""
    play.page.goto(play.status["return_url"])
    words = HEADLINES_OF_THE_SHOP.get(key, "Thank you, it is paid")
    heading = play.page.get_by_role("heading", level=1)
    expect(heading).to_have_text(words, timeout=PATIENCE_MS)
