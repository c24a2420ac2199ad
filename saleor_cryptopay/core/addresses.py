"""Addresses and transaction hashes: checked, then brought into one form.

The canonical form is the identity. Whatever enters from outside passes through
`canonical_address` or `canonical_hash` first; from there on two addresses are the
same if and only if their texts are equal, in Python and in the database:

- EVM: with `0x` and the mixed case of EIP-55, also where none came in
- bitcoin and litecoin: bech32 in lower case, base58 as it is; only witness programs
  that have rules (BIP-141, BIP-341)
- Tron: base58 as it is
- hashes: 64 hexadecimal digits in lower case, with `0x` on EVM networks only
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from Crypto.Hash import keccak

from .assets import AddressKind, Network
from .base58 import decode_check, encode_check
from .bech32 import SegwitAddress, parse_segwit
from .errors import AddressError, HashError

_EVM_ADDRESS: Final = re.compile(r"0[xX]([0-9a-fA-F]{40})", re.ASCII)
_HASH: Final = re.compile(r"(?:0[xX])?([0-9a-fA-F]{64})", re.ASCII)
_KEY_HASH_BYTES: Final = 20
_SCRIPT_HASH_BYTES: Final = 32
_TRON_VERSION: Final = b"\x41"
_TAPROOT_VERSION: Final = 1
_TAPROOT_BYTES: Final = 32
_LONGEST_BASE58: Final = 35


@dataclass(frozen=True, slots=True)
class _Forms:
    """How a network of bitcoin's family writes addresses.

    Attributes:
        prefixes: human-readable parts of bech32.
        versions: first bytes of base58check.
    """

    prefixes: tuple[str, ...]
    versions: tuple[int, ...]

    def __or__(self, other: "_Forms") -> "_Forms":
        return _Forms(self.prefixes + other.prefixes, self.versions + other.versions)


# Litecoin's first script addresses shared 05 with bitcoin (“3…”) and c4 with its test
# network: such a text cannot tell which chain the coins belong on, so it is refused.
_LIVE: Final[Mapping[AddressKind, _Forms]] = {
    AddressKind.BITCOIN: _Forms(("bc",), (0x00, 0x05)),
    AddressKind.LITECOIN: _Forms(("ltc",), (0x30, 0x32)),
}
_TEST: Final[Mapping[AddressKind, _Forms]] = {
    AddressKind.BITCOIN: _Forms(("tb",), (0x6F, 0xC4)),
    AddressKind.LITECOIN: _Forms(("tltc",), (0x6F, 0x3A)),
}

_SEGWIT_BEGINNINGS: Final = tuple(
    f"{prefix}1"
    for forms in (*_LIVE.values(), *_TEST.values())
    for prefix in forms.prefixes
)


def canonical_address(text: str, network: Network, *, is_test: bool = False) -> str:
    """Check an address and return its canonical form.

    Args:
        text: as written by the gateway or a person; no surrounding space.
        network: the chain it has to belong to.
        is_test: also accept bitcoin's and litecoin's test networks. EVM and Tron
            write theirs alike.

    Raises:
        AddressError: no address of this network; the message says why.
    """
    try:
        match network.address_kind:
            case AddressKind.EVM:
                return _canonical_evm(text)
            case AddressKind.TRON:
                return _canonical_tron(text)
            case AddressKind.BITCOIN | AddressKind.LITECOIN as kind:
                forms = _LIVE[kind] | _TEST[kind] if is_test else _LIVE[kind]
                return _canonical_bitcoin(text, forms)
    except AddressError as error:
        shown = ascii(text[:100])[1:-1]
        raise AddressError(
            f"“{shown}” is no address on {network.name}: {error}."
        ) from None


def canonical_hash(text: str, network: Network) -> str:
    """Check a transaction hash and return its canonical form.

    Args:
        text: in either case, with or without `0x`.
        network: the chain of the transaction.

    Raises:
        HashError: not 64 hexadecimal digits.
    """
    found = _HASH.fullmatch(text)
    if not found:
        shown = ascii(text[:100])[1:-1]
        raise HashError(
            f"“{shown}” is no transaction hash: it has to be 64 hexadecimal digits."
        )
    prefix = "0x" if network.address_kind is AddressKind.EVM else ""
    return prefix + found[1].lower()


def encode_address(payload: bytes, network: Network, *, is_test: bool = False) -> str:
    """Write bytes as an address of the network, in canonical form.

    Args:
        payload: a key's hash, 20 bytes; on bitcoin and litecoin also a script's, 32.
        network: the chain.
        is_test: write bitcoin's and litecoin's for their test networks.

    Raises:
        AddressError: the network has no addresses of so many bytes.
    """
    kind = network.address_kind
    is_segwit = kind in _LIVE
    allowed = (_KEY_HASH_BYTES, _SCRIPT_HASH_BYTES) if is_segwit else (_KEY_HASH_BYTES,)
    if len(payload) not in allowed:
        raise AddressError(f"{network.name} has no address of {len(payload)} bytes.")
    if is_segwit:
        (prefix,) = (_TEST if is_test else _LIVE)[kind].prefixes
        return str(SegwitAddress(prefix, 0, payload))
    if kind is AddressKind.TRON:
        return encode_check(_TRON_VERSION + payload)
    return _eip55(payload.hex())


def grouped(address: str) -> tuple[str, ...]:
    """Cut an address into groups of four for reading; joined, they are the address."""
    return tuple(address[start : start + 4] for start in range(0, len(address), 4))


def _canonical_evm(text: str) -> str:
    found = _EVM_ADDRESS.fullmatch(text)
    if not found:
        raise AddressError("it has to be 0x and 40 hexadecimal digits")
    digits = found[1]
    address = _eip55(digits.lower())
    has_checksum = digits not in (digits.lower(), digits.upper())
    if has_checksum and address[2:] != digits:
        raise AddressError("its checksum (the mix of upper and lower case) is wrong")
    return address


def _eip55(digits: str) -> str:
    """Write 40 lower-case digits with 0x and the case that EIP-55 gives them."""
    checksum = keccak.new(digest_bits=256, data=digits.encode()).hexdigest()
    cased = (
        digit.upper() if nibble in "89abcdef" else digit
        for digit, nibble in zip(digits, checksum, strict=False)
    )
    return "0x" + "".join(cased)


def _canonical_tron(text: str) -> str:
    payload = decode_check(text)
    if payload[:1] != _TRON_VERSION or len(payload) != 1 + _KEY_HASH_BYTES:
        raise AddressError("it is not of Tron's form: T and 33 characters")
    return text


def _canonical_bitcoin(text: str, forms: _Forms) -> str:
    if not _is_segwit(text):
        return _canonical_base58(text, forms)
    segwit = parse_segwit(text)
    if segwit.prefix not in forms.prefixes:
        raise AddressError(f"its prefix “{segwit.prefix}” is of another network")
    _refuse_without_rules(segwit)
    return str(segwit)


def _refuse_without_rules(segwit: SegwitAddress) -> None:
    """Refuse programs that no rule guards: whoever comes first may spend the coins.

    BIP-141 leaves versions above 1 to later rules, BIP-341 those of version 1 that are
    not 32 bytes long. On litecoin versions 8 and 9 lead into its extension block.
    """
    if segwit.version > _TAPROOT_VERSION:
        raise AddressError(f"witness version {segwit.version} has no rules yet")
    if segwit.version == _TAPROOT_VERSION and len(segwit.program) != _TAPROOT_BYTES:
        raise AddressError("witness version 1 has rules for 32 bytes only")


def _is_segwit(text: str) -> bool:
    """Tell the two forms apart by their beginning, whatever the network.

    Base58 may begin with “LTC1” too, but then mixes the cases and is short.
    """
    is_one_case = text in (text.lower(), text.upper())
    is_prefixed = text.lower().startswith(_SEGWIT_BEGINNINGS)
    return is_prefixed and (is_one_case or len(text) > _LONGEST_BASE58)


def _canonical_base58(text: str, forms: _Forms) -> str:
    payload = decode_check(text)
    if len(payload) != 1 + _KEY_HASH_BYTES:
        raise AddressError("it is not of an address's length")
    if payload[0] not in forms.versions:
        raise AddressError("it begins like an address of another network")
    return text
