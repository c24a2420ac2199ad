"""Fresh names: ids, addresses and hashes in the form of their network."""

import hashlib
import secrets
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
        place = next(
            i for i, letter in enumerate(address) if i > 1 and letter.isalpha()
        )
        return address[:place] + address[place].swapcase() + address[place + 1 :]
    return address[:-1] + ("2" if address[-1] != "2" else "3")


def now() -> datetime:
    """Return the present, aware, UTC."""
    return datetime.now(UTC)
