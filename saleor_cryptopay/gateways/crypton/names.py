"""The gateway's names for coins and networks, and ours.

Its pages call one coin `usdt` here and `usdt_erc20` there. Inside the plugin a coin
has the first form only.
"""

from typing import Final

from saleor_cryptopay.core.assets import ASSETS

# network slug → the token standards whose names are put behind a coin's there.
_STANDARDS: Final = {
    "tron": frozenset({"trc20"}),
    "bsc": frozenset({"bep20"}),
    "ethereum": frozenset({"erc20"}),
    "polygon": frozenset({"erc20"}),
    "arbitrum": frozenset({"erc20"}),
    "fantom": frozenset({"erc20"}),
}


def plain_coin(name: str, network: str) -> str:
    """Return our slug of a coin: `usdt` for `usdt_erc20` on ethereum.

    A name is cut only where that makes it an asset of this very network; any other is
    returned in lower case as it is, and so equals nothing that was quoted.
    """
    name = name.lower()
    coin, separator, suffix = name.rpartition("_")
    standards = _STANDARDS.get(network, frozenset())
    is_known = f"{coin}@{network}" in ASSETS
    if separator and is_known and (suffix == network or suffix in standards):
        return coin
    return name
