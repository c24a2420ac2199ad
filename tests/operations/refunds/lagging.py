"""A gateway whose list of orders is not what one would wish."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.gateways.base import Connection, Environment
from saleor_cryptopay.gateways.payouts import Payouts, Withdrawal


@dataclass
class Lagging:
    """A gateway whose list shows an order late, or as some pages document it.

    Attributes:
        hidden: how many more times the list shows nothing.
        omitted: fields of its answers that are left out, or other than ordered.
    """

    inner: Payouts
    name: str = "crypton"
    environment: Environment = Environment.TEST
    hidden: int = 0
    omitted: dict[str, object] = field(default_factory=dict)

    def test_connection(self) -> Connection:
        return self.inner.test_connection()

    def send(
        self, asset: Asset, units: int, address: str, *, metadata: Mapping[str, str]
    ) -> Withdrawal:
        return self.inner.send(asset, units, address, metadata=metadata)

    def fetch(self, withdrawal_id: str) -> Withdrawal:
        order = self.inner.fetch(withdrawal_id)
        return replace(order, **self.omitted)  # type: ignore[arg-type]

    def recent(self, since: datetime, asset: Asset) -> Iterator[Withdrawal]:
        self.hidden -= 1
        if self.hidden >= 0:
            return
        for order in self.inner.recent(since, asset):
            yield replace(order, **self.omitted)  # type: ignore[arg-type]
