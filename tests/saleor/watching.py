"""A customer's browser and a member of staff's, in which stories are watched."""

from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Dialog, Page, expect

from demo.services.saleor import EMAIL, PASSWORD
from demo.stories.play import Play

# What the payment's page says in each state.
HEADLINES: Final = {
    "awaiting_payment": "Waiting for your payment",
    "payment_detected": "Payment detected",
    "payment_insufficient": "A part is still missing",
    "confirmed": "Payment complete",
    "expired": "This payment has expired",
    "needs_review": "The shop is looking at your payment",
}
REFUND_HEADLINES: Final = {
    "needs_address": "The shop is giving you coins back",
    "needs_approval": "The shop is checking your refund",
    "sent": "Your refund is on its way",
    "confirmed": "Your refund has arrived",
}
# A page that waits asks every few seconds; a busy machine takes its time besides.
PATIENCE_MS: Final = 60_000
# Where it asks more seldom, one who waits goes away and comes back to look again.
IMPATIENCE: Final = """
setInterval(() => {
  const isSeldom = Number(document.body?.dataset.poll) > 4;
  if (isSeldom) document.dispatchEvent(new Event("visibilitychange"));
}, 1000);
"""


@dataclass
class WatchedPlay(Play):
    """Plays the customer in a browser: sees by headings, acts by forms and links.

    Attributes:
        page: shows the payment from its beginning.
    """

    page: Page

    def see(self, state: str) -> dict[str, Any]:
        """Wait until the page itself, never loaded anew, says that it is so."""
        self._expect_headline(HEADLINES[state])
        return super().see(state)

    def renew(self) -> None:
        """Press the button."""
        # The page learns of time by its own clock, which nobody has turned.
        self.page.reload()
        self.page.get_by_role("button", name="Get a new price").click()

    def ask_refund(self, amount: str) -> None:
        """Have staff ask, and go where the payment's page leads."""
        super().ask_refund(amount)
        self.page.reload()
        link = self.page.get_by_role("link", name="Give an address for your refund")
        link.click()
        self.refund_url = self.page.url

    def name_address(self) -> None:
        """Fill in the form: twice the same."""
        address = self.customer_address()
        self.page.get_by_label("Your USDT address on Ethereum").fill(address)
        self.page.get_by_label("The same address once more").fill(address)
        self.page.get_by_role("button", name="Give this address").click()

    def see_refund(self, state: str) -> None:
        """Wait until the refund's page says that it is so."""
        self._expect_headline(REFUND_HEADLINES[state])
        super().see_refund(state)

    def _expect_headline(self, words: str) -> None:
        heading = self.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(words, timeout=PATIENCE_MS)


def approve_at_desk(page: Page, desk_url: str, address: str) -> None:
    """Log in at the refund desk, and send what waits to this address."""

    def agree(dialog: Dialog) -> None:
        assert address in dialog.message
        dialog.accept()

    page.goto(desk_url)
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.on("dialog", agree)
    slip = page.get_by_role("article").filter(has_text=address)
    slip.get_by_role("button", name="Approve and send").click()
    expect(slip).to_have_count(0)
