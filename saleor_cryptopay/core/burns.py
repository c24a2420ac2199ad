"""Addresses that nobody has the key to: coins sent there are gone."""

from .addresses import encode_address
from .assets import ASSETS, AddressKind, Network

_KEY_HASH_BYTES = 20
_SCRIPT_HASH_BYTES = 32

# EVM addresses below this are the zero address and the machine's own contracts.
_RESERVED = 2**16

# Where people send EVM coins to destroy them.
_DEAD = 0x000000000000000000000000000000000000DEAD


def is_burn_address(address: str, network: Network) -> bool:
    """Return whether coins sent to an address in canonical form are lost for sure."""
    if network.address_kind is AddressKind.EVM:
        number = int(address, 16)
        return number < _RESERVED or number == _DEAD
    lengths = [_KEY_HASH_BYTES]
    if network.address_kind is not AddressKind.TRON:
        lengths.append(_SCRIPT_HASH_BYTES)
    zeros = (bytes(length) for length in lengths)
    return address in {
        encode_address(payload, network, is_test=is_test)
        for payload in zeros
        for is_test in (False, True)
    }


def is_token_contract(address: str) -> bool:
    """Return whether a known token lives there, on whatever network."""
    return any(address == asset.contract for asset in ASSETS.values())
