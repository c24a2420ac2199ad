"""Staff of a real Saleor giving money back: in GraphQL, and at the refund desk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .desk import RefundDesk
from .saleor import RunningSaleor
from .staff import PLUGIN_ID

REQUEST: Final = """mutation($id: ID!, $amount: PositiveDecimal) {
  transactionRequestAction(id: $id, actionType: REFUND, amount: $amount) {
    errors { field message code } } }"""


@dataclass(frozen=True, slots=True)
class SaleorStaff:
    """Implements `demo.stories.play.Staff`.

    Attributes:
        saleor: where they work.
        hurry: has the worker send refunds now.
    """

    saleor: RunningSaleor
    hurry: Callable[[], None]

    @property
    def desk_url(self) -> str:
        """The refund desk's page."""
        return f"{self.saleor.url}/plugins/global/{PLUGIN_ID}/desk/refunds/"

    def ask_refund(self, transaction: str, amount: str) -> None:
        """Press “Refund” at a transaction."""
        wanted = {"id": transaction, "amount": amount}
        self.saleor.api.mutate(REQUEST, wanted, self.saleor.staff_token())

    def approve_refund(self, address: str) -> None:
        """Approve what waits at the desk to be sent to this address."""
        RefundDesk(self.desk_url, self.saleor.staff_token).approve(address)

    def send_refunds(self) -> None:
        """Have done now what the schedule does every minute."""
        self.hurry()
