"""A gateway that does not answer what it is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.errors import GatewayError, RetryableError
from saleor_cryptopay.gateways.payouts import Withdrawal

from .lagging import Lagging


def _silence() -> GatewayError:
    return RetryableError("Its answer did not come.", code="NO_ANSWER")


@dataclass
class Silent(Lagging):
    """A gateway that leaves some calls without an answer, and counts what it is asked.

    Attributes:
        deaf_to: `send`, `fetch` and `recent`: which of them are not answered.
        about: the order, or the refund, about which it is so; "" for all.
        error: what those end in.
        asked: every call, by name, in order.
    """

    deaf_to: frozenset[str] = frozenset({"send", "fetch", "recent"})
    about: str = ""
    error: GatewayError = field(default_factory=_silence)
    asked: list[str] = field(default_factory=list)

    def send(
        self, asset: Asset, units: int, address: str, *, metadata: Mapping[str, str]
    ) -> Withdrawal:
        self._hear("send", metadata["refund"])
        return super().send(asset, units, address, metadata=metadata)

    def fetch(self, withdrawal_id: str) -> Withdrawal:
        self._hear("fetch", withdrawal_id)
        return super().fetch(withdrawal_id)

    def recent(self, since: datetime, asset: Asset) -> Iterator[Withdrawal]:
        self._hear("recent")
        return super().recent(since, asset)

    def _hear(self, call: str, about: str = "") -> None:
        self.asked.append(call)
        if call in self.deaf_to and self.about in ("", about):
            raise self.error
