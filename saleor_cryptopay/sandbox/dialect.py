"""How the gateway happens to write things: its pages do not agree with one another.

A dialect chooses among the documented forms; every form can be produced.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from saleor_cryptopay.core.assets import ASSETS, Asset


class Shape(StrEnum):
    """Which page the data of transactions is written after."""

    API = "api"  # the API page: address_id
    GUIDE = "guide"  # the guide: the address itself, a timestamp beside the data
    EXAMPLE = "example"  # the worked example: with metadata


class Mode(StrEnum):
    """What an address is said to receive."""

    SINGLE = "single"  # one coin on one network
    COMMON = "common"  # every coin of the network
    CROSS = "cross"  # every coin of every EVM network


@dataclass(slots=True)
class Dialect:
    """The form of replies and webhooks.

    Attributes:
        wrapped: `{"success": true, "data": …}` instead of the bare object.
        camel: times of replies as `createdAt` instead of `created_at`.
        shape: form of transactions, see `Shape`.
        coin_slugs: coins as `usdt_erc20` instead of `usdt`.
        mode: mode of addresses whose request names none.
    """

    wrapped: bool = True
    camel: bool = False
    shape: Shape = Shape.API
    coin_slugs: bool = False
    mode: Mode = Mode.SINGLE

    def coin(self, asset: Asset) -> str:
        """Return the asset's coin as this dialect writes it."""
        return coin_slug(asset) if self.coin_slugs else asset.coin

    def times(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the object with the names of its times in this dialect's form."""
        if not self.camel:
            return dict(data)
        return {_camel_time(name): value for name, value in data.items()}


_TOKEN_STANDARDS: Final = {"ethereum": "erc20", "tron": "trc20", "bsc": "bep20"}


def coin_slug(asset: Asset) -> str:
    """Return the coins page's name of an asset: `usdt_erc20`, `btc`, `eth_arbitrum`."""
    first = next(other for other in ASSETS.values() if other.coin == asset.coin)
    if asset.is_native and asset is first:
        return asset.coin
    suffix = asset.network.slug
    if not asset.is_native:
        suffix = _TOKEN_STANDARDS.get(suffix, suffix)
    return f"{asset.coin}_{suffix}"


def find_coin(name: str, network: str) -> Asset | None:
    """Return the asset of the network with this coin, in either way of writing it."""
    if (asset := ASSETS.get(f"{name}@{network}")) is not None:
        return asset
    on_network = (a for a in ASSETS.values() if a.network.slug == network)
    return next((asset for asset in on_network if coin_slug(asset) == name), None)


def written_time(moment: datetime | None) -> str | None:
    """Write a time as ISO 8601 in UTC with a Z; None stays None."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _camel_time(name: str) -> str:
    return name.removesuffix("_at") + "At" if name.endswith("_at") else name
