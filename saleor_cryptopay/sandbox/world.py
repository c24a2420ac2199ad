"""Everything the sandbox holds, put together in one place."""

import threading
from collections.abc import Collection

from saleor_cryptopay.core.assets import NETWORKS

from .chain import Address, Chain, Transaction
from .deliveries import Post
from .dialect import Dialect
from .faults import Faults
from .limits import DOCUMENTED, RateLimits
from .notices import Notices
from .registrations import Registrations
from .routing import not_found
from .settings import Settings
from .withdrawals import Withdrawal, Withdrawals


class World:
    """The gateway, the chains behind it and the post between it and the merchant.

    Whoever reads or changes it holds `lock`.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.post = Post(settings.secret)
        self._begin()

    def _begin(self) -> None:
        self.dialect = Dialect(shape=self.settings.shape)
        self.faults = Faults()
        self.limits = RateLimits(DOCUMENTED[self.settings.environment])
        self.registrations = Registrations()
        notices = Notices(self.dialect, self._deliver)
        self.chain = notices.chain = Chain(notices)
        self.withdrawals = Withdrawals(self.chain, notices.withdrawal_moved)

    def mine(self, count: int = 1, networks: Collection[str] = tuple(NETWORKS)) -> None:
        """Add blocks to these networks, and let withdrawals move with them."""
        for _ in range(count):
            self.chain.mine(networks)
            self.withdrawals.advance(networks)

    def reset(self) -> None:
        """Forget everything but the settings."""
        self.post.reset()
        self._begin()

    def address(self, key: str) -> Address:
        """Return the address with this id or this text.

        Raises:
            RefusalError: there is none.
        """
        if (address := self.chain.find_address(key)) is None:
            raise not_found(f"Address {key} not found")
        return address

    def transaction(self, key: str) -> Transaction:
        """Return the transaction with this id.

        Raises:
            RefusalError: there is none.
        """
        if (transaction := self.chain.transactions.get(key)) is None:
            raise not_found(f"Transaction with ID {key} not found")
        return transaction

    def withdrawal(self, key: str) -> Withdrawal:
        """Return the withdrawal with this id.

        Raises:
            RefusalError: there is none.
        """
        if (withdrawal := self.withdrawals.all.get(key)) is None:
            raise not_found(f"Withdrawal with ID {key} not found")
        return withdrawal

    def _deliver(self, event: str, body: bytes) -> None:
        self.post.send(event, body, self.registrations.urls(event))
