"""The refund desk as a program uses it, before whatever shop it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from .processes import ServiceError


@dataclass(frozen=True, slots=True)
class RefundDesk:
    """The desk of a shop.

    Attributes:
        url: its page, ending in a slash.
        log_in: returns the token of somebody who may handle payments.
    """

    url: str
    log_in: Callable[[], str]

    def approve(self, address: str) -> None:
        """Approve what waits to be sent to this address.

        Raises:
            ServiceError: the desk refuses, or nothing waits.
        """
        waiting = self._ask("GET", "list/?show=waiting")["refunds"]
        names = [refund["id"] for refund in waiting if refund["address"] == address]
        if not names:
            raise ServiceError(f"no refund to {address} waits at the desk")
        for name in names:
            self._ask("POST", f"{name}/approve/", {"address": address})

    def _ask(
        self, method: str, path: str, body: dict[str, str] | None = None
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.log_in()}"}
        answer = httpx.request(
            method, self.url + path, json=body, headers=headers, timeout=30
        )
        if answer.is_error:
            raise ServiceError(f"the refund desk refuses: {answer.text[:200]}")
        data: dict[str, Any] = answer.json()
        return data
