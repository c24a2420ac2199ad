"""A payment, and whoever plays its customer, the chain, the clock and the staff."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from demo.sandbox import Sandbox
from demo.services.processes import ServiceError
from saleor_cryptopay.core.addresses import encode_address
from saleor_cryptopay.core.assets import find_network

from .clockwork import Clockwork

# More than any network of these waits for.
BLOCKS: Final = 20
# Longer than the slowest way: a webhook that is lost, and the next poll.
SECONDS: Final = 150
PAUSE_SECONDS: Final = 0.5
RENEW_BUTTON: Final = 'name="renew"'
REFUND_LINK: Final = re.compile(r'href="((?:\.\./)*refund/[^"/?]+/)')


class Staff(Protocol):
    """Those who work in the shop."""

    def ask_refund(self, transaction: str, amount: str) -> None:
        """Ask for money of a transaction to be given back."""
        ...

    def approve_refund(self, address: str) -> None:
        """Agree to the refund that waits for it and goes to this address."""
        ...

    def send_refunds(self) -> None:
        """Have done now what the schedule does every minute."""
        ...


@dataclass
class Play:
    """Plays on one payment, without a browser: by what its page tells programs.

    Attributes:
        page_url: the payment's page.
        total: what the shop asks for, as text.
        sandbox: the customer's wallet, and the chain.
        clockwork: turns time.
        staff: the shop's people.
        say: tells what was done.
        pause: seconds that people get to look before the customer or the chain acts.
    """

    page_url: str
    total: str
    sandbox: Sandbox
    clockwork: Clockwork
    staff: Staff
    say: Callable[[str], None]
    pause: float = field(default=0, kw_only=True)
    refund_url: str = field(default="", init=False)

    @property
    def status(self) -> dict[str, Any]:
        """What the page polls."""
        data: dict[str, Any] = self._get(f"{self.page_url}status/").json()
        return data

    @property
    def token(self) -> str:
        """The payment's own name."""
        return self.page_url.rstrip("/").rpartition("/")[2]

    @property
    def transaction(self) -> str:
        """The shop's id of the transaction, as the way back names it."""
        query = urlsplit(str(self.status["return_url"])).query
        (transaction,) = parse_qs(query)["transaction"]
        return transaction

    @property
    def offers_new_price(self) -> bool:
        """Whether the page has the button “Get a new price”."""
        return RENEW_BUTTON in self._get(self.page_url).text

    def send(self, amount: Decimal | str, coin: str = "") -> None:
        """Send coins to the address that the payment names, into no block yet."""
        time.sleep(self.pause)
        status = self.status
        self.sandbox.pay(status["address"], str(amount), coin)
        self.say(f"the wallet sends {amount} {coin or status['asset'].split('@')[0]}")

    def mine(self) -> None:
        """Let the chain make final what was sent."""
        time.sleep(self.pause)
        self.sandbox.mine(BLOCKS)

    def see(self, state: str) -> dict[str, Any]:
        """Wait until the payment is in a state, and return what its page tells then."""
        self._await(lambda: bool(self.status["status"] == state), f"“{state}”")
        self.say(f"the page says: {state}")
        return self.status

    def pass_deadline(self) -> None:
        """Let the time to pay be over."""
        self.clockwork.pass_deadline(self.token)
        self.say("the time to pay is over")

    def lapse_price(self) -> None:
        """Let the time be over for which the price was held."""
        self.clockwork.lapse_price(self.token)
        self.say("the price has lapsed")

    def renew(self) -> None:
        """Press “Get a new price”."""
        self._post(self.page_url, {"renew": "1"})
        self.say("a new price was asked for")

    def ask_refund(self, amount: str) -> None:
        """Have staff ask for money to be given back, and find the customer's link."""
        self.staff.ask_refund(self.transaction, amount)
        self.say(f"staff ask to give {amount} back")
        self._await(self._finds_refund, "the link to the refund")

    def name_address(self) -> None:
        """Say on the refund's page where the coins go."""
        address = self.customer_address()
        self._post(self.refund_url, {"address": address, "repeated": address})
        self.say(f"the customer gives the address {address}")

    def see_refund(self, state: str) -> None:
        """Wait until the refund is in a state."""
        url = f"{self.refund_url}status/"
        self._await(lambda: self._get(url).json()["status"] == state, f"“{state}”")
        self.say(f"the refund's page says: {state}")

    def customer_address(self) -> str:
        """Return an address of the customer's own, on the payment's network."""
        network = find_network(self.status["asset"].partition("@")[2])
        # Of another wallet each time: derived from the payment, which is unique.
        payload = self.token.encode().ljust(20, b"x")[:20]
        return encode_address(payload, network, is_test=True)

    def _finds_refund(self) -> bool:
        link = REFUND_LINK.search(self._get(self.page_url).text)
        self.refund_url = urljoin(self.page_url, link[1]) if link else ""
        return link is not None

    def _get(self, url: str) -> httpx.Response:
        return _checked(httpx.get(url, timeout=30))

    def _post(self, url: str, form: dict[str, str]) -> httpx.Response:
        return _checked(httpx.post(url, data=form, timeout=30))

    def _await(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + SECONDS
        while not is_so():
            if time.monotonic() > deadline:
                raise ServiceError(f"{what} did not come within {SECONDS} s")
            time.sleep(PAUSE_SECONDS)


def _checked(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise ServiceError(f"{response.url} answers HTTP {response.status_code}")
    return response
