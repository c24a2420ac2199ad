"""The stand-in's staff as programs: they give money back."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from demo.services.desk import RefundDesk
from demo.services.processes import ServiceError

from .desk import EMAIL, PASSWORD

LOGIN = "mutation { tokenCreate { token } }"


@dataclass(frozen=True, slots=True)
class StandInStaff:
    """Implements `demo.stories.play.Staff`.

    Attributes:
        url: the stand-in, without a slash at the end.
        hurry: has the worker send refunds now.
    """

    url: str
    hurry: Callable[[], None]

    @property
    def desk_url(self) -> str:
        """The refund desk's page."""
        return f"{self.url}/plugins/global/saleor_cryptopay/desk/refunds/"

    def ask_refund(self, transaction: str, amount: str) -> None:
        """Ask for money of a purchase to be given back."""
        self._post(f"/api/purchases/{transaction}/refund/", {"amount": amount})

    def approve_refund(self, address: str) -> None:
        """Approve what waits at the desk to be sent to this address."""
        RefundDesk(self.desk_url, self._log_in).approve(address)

    def send_refunds(self) -> None:
        """Have done now what the schedule does every minute."""
        self.hurry()

    def _log_in(self) -> str:
        given = {"email": EMAIL, "password": PASSWORD}
        answer = self._post("/graphql/", {"query": LOGIN, "variables": given})
        return str(answer.json()["data"]["tokenCreate"]["token"])

    def _post(self, path: str, body: object) -> httpx.Response:
        answer = httpx.post(self.url + path, json=body, timeout=30)
        if answer.is_error:
            raise ServiceError(f"the shop refuses: {answer.text[:200]}")
        return answer
