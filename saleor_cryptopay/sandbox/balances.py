"""Sums of what arrived at an address."""

from dataclasses import dataclass

from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.core.money import format_units

from .chain import Address, Transaction


@dataclass(slots=True)
class Balance:
    """Base units of one asset at one address."""

    asset: Asset
    confirmed: int = 0
    unconfirmed: int = 0

    def text(self, units: int) -> str:
        """Write base units of this asset as coins."""
        return format_units(units, self.asset.decimals)

    def sums(self) -> dict[str, str]:
        """Return total, confirmed and unconfirmed, in coins."""
        return {
            "total": self.text(self.confirmed + self.unconfirmed),
            "confirmed": self.text(self.confirmed),
            "unconfirmed": self.text(self.unconfirmed),
        }


def balances_of(address: Address) -> dict[str, Balance]:
    """Return the address's balances by asset key, the one it was made for first."""
    found = {address.asset.key: Balance(address.asset)} if address.asset else {}
    for transaction in address.transactions:
        asset = transaction.asset
        _add(found.setdefault(asset.key, Balance(asset)), transaction)
    return found


def _add(balance: Balance, transaction: Transaction) -> None:
    if transaction.status is TransferStatus.CONFIRMED:
        balance.confirmed += transaction.units
    elif transaction.is_underway:
        balance.unconfirmed += transaction.units
