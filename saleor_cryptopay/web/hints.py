"""What tells networks apart for somebody who chooses one: the fee, and the wait.

Orders of magnitude, of the networks' ordinary days; a hint, and called one.
"""

from typing import Final

from django.utils.translation import gettext

from saleor_cryptopay.core.assets import Asset, find_asset
from saleor_cryptopay.operations.runtime import Policy

# Milliseconds between two blocks.
_BLOCK_TIMES: Final = {
    "bitcoin": 600_000,
    "ethereum": 12_000,
    "tron": 3_000,
    "bsc": 1_500,
    "polygon": 2_000,
    "arbitrum": 250,
    "fantom": 1_000,
    "litecoin": 150_000,
}
_CHEAP: Final = frozenset({"bsc", "polygon", "arbitrum", "fantom", "litecoin"})
_DEAR: Final = frozenset({"ethereum"})


def describe_choice(row: dict[str, str], policy: Policy) -> dict[str, str]:
    """Return an offered asset with what is to be known before it is chosen."""
    asset = find_asset(row["asset"])
    return {**row, "fee": fee_words(asset), "wait": wait_words(asset, policy)}


def fee_words(asset: Asset) -> str:
    """Return what sending on the asset's network costs, in words."""
    if asset.network.slug in _CHEAP:
        return gettext("low network fee")
    if asset.network.slug in _DEAR:
        return gettext("high network fee")
    return gettext("medium network fee")


def wait_words(asset: Asset, policy: Policy) -> str:
    """Return how long a transfer takes to be final; "" for an unknown network."""
    block_time = _BLOCK_TIMES.get(asset.network.slug)
    if block_time is None:
        return ""
    milliseconds = block_time * policy.required_confirmations(asset)
    minutes = max(1, -(-milliseconds // 60_000))
    return gettext("final in about %(minutes)s min") % {"minutes": minutes}
