"""What truly happened on the chain, in a file that several processes read."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.gateways.base import IssuedAddress

from .chain import Chain, Coins


@dataclass(frozen=True)
class ShiftedClock:
    """The real time, and what a test adds to it."""

    shift: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Return the shifted time."""
        return datetime.now(UTC) + self.shift


def write_book(chain: Chain, path: Path) -> None:
    """Write all coins down."""
    rows = [
        {
            "id": coins.id,
            "hash": coins.hash,
            "to": [coins.to.id, coins.to.address, coins.to.network, coins.to.coin],
            "coin": coins.coin,
            "amount": coins.amount,
            "created_at": coins.created_at.isoformat(),
            "status": coins.status,
            "confirmations": coins.confirmations,
        }
        for coins in chain.coins.values()
    ]
    path.write_text(json.dumps(rows))


def read_book(path: Path, clock: ShiftedClock) -> Chain:
    """Return a chain on which all of it has happened."""
    chain = Chain(clock)
    for row in json.loads(path.read_text()):
        status = TransferStatus(row.pop("status"))
        created_at = datetime.fromisoformat(row.pop("created_at"))
        to = IssuedAddress(*row.pop("to"))
        coins = Coins(to=to, created_at=created_at, status=status, **row)
        chain.coins[coins.id] = coins
    return chain
