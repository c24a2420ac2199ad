"""Fresh names: ids, addresses and hashes in the form of their network."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

from saleor_cryptopay.core.addresses import canonical_hash, encode_address
from saleor_cryptopay.core.assets import AddressKind, Network


def fresh_id(kind: str) -> str:
    """Return an id as the gateway writes them (`addr_5f0c…`)."""
    return f"{kind}_{secrets.token_hex(8)}"


def fresh_address(network: Network) -> str:
    """Return a random, valid mainnet address. Nobody holds its key."""
    return encode_address(secrets.token_bytes(20), network)


def fresh_hash(network: Network) -> str:
    """Return a random transaction hash in the network's form."""
    return canonical_hash(secrets.token_hex(32), network)


def block_hash(network: Network, number: int) -> str:
    """Return the hash of a block: always the same for the same block."""
    digest = hashlib.sha256(f"{network.slug}/{number}".encode()).hexdigest()
    return canonical_hash(digest, network)


def with_broken_checksum(address: str, network: Network) -> str:
    """Return the address as it would look with one character mistyped."""
    if network.address_kind is AddressKind.EVM:
        return next(text for text in _with_one_case_swapped(address) if _is_mixed(text))
    return address[:-1] + ("2" if address[-1] != "2" else "3")


def _with_one_case_swapped(address: str) -> Iterator[str]:
    for place, letter in enumerate(address):
        if place > 1 and letter.isalpha():
            yield address[:place] + letter.swapcase() + address[place + 1 :]


def _is_mixed(address: str) -> bool:
    """Whether the text claims a checksum: one case alone carries none (EIP-55)."""
    digits = address[2:]
    return digits not in (digits.lower(), digits.upper())


def now() -> datetime:
    """Return the present, aware, UTC."""
    return datetime.now(UTC)
