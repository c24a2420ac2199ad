"""Payment URIs: address and amount in the form that wallets read.

Only ratified schemes are written: BIP-321 (which replaced BIP-21) on bitcoin, its
likeness on litecoin, EIP-681 on EVM networks. Where there is none the bare address
stands, which every wallet takes.
"""

from .assets import Asset
from .errors import AmountError
from .money import format_units


def payment_uri(asset: Asset, address: str, units: int) -> str:
    """Return the URI that asks a wallet for a payment.

    Args:
        asset: what is to be paid.
        address: where to, in canonical form.
        units: how much, in base units of the asset; more than zero.

    Raises:
        AmountError: there is nothing to pay.
    """
    if units <= 0:
        raise AmountError("A payment URI asks for more than zero.")
    network = asset.network
    if network.uri_scheme is None:
        return address
    if network.chain_id is None:
        amount = format_units(units, asset.decimals)
        return f"{network.uri_scheme}:{address}?amount={amount}"
    return f"{network.uri_scheme}:{_eip681(asset, address, units)}"


def _eip681(asset: Asset, address: str, units: int) -> str:
    """Write what EIP-681 puts after the scheme.

    A token is asked for by calling its contract: the payee stands in the query, and
    `value` would ask for the network's own coin.
    """
    chain = asset.network.chain_id
    if asset.contract is None:
        return f"{address}@{chain}?value={units}"
    return f"{asset.contract}@{chain}/transfer?address={address}&uint256={units}"
