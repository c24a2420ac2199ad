"""Segregated-witness addresses: bech32 for version 0, bech32m from version 1 on.

BIP-173 and BIP-350 are the law: one case throughout, the checksum that belongs to
the version, programs of 2 to 40 bytes (20 or 32 in version 0), padding of zeros.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .errors import AddressError

_ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_DIGITS: Final = {character: value for value, character in enumerate(_ALPHABET)}
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32: Final = 1
_BECH32M: Final = 0x2BC830A3
_CHECKSUM_DIGITS: Final = 6
_LONGEST: Final = 90
_LAST_VERSION: Final = 16
_PROGRAM_BYTES: Final = range(2, 41)
_PROGRAM_BYTES_V0: Final = (20, 32)


@dataclass(frozen=True, slots=True)
class SegwitAddress:
    """What a segregated-witness address says.

    Attributes:
        prefix: the human-readable part, in lower case (`bc`).
        version: witness version, 0 to 16.
        program: witness program.
    """

    prefix: str
    version: int
    program: bytes

    def __str__(self) -> str:
        """Write the address, in lower case."""
        digits = [self.version, *_regroup(self.program, 8, 5)]
        digits += _checksum(self.prefix, digits, _constant(self.version))
        return f"{self.prefix}1{''.join(_ALPHABET[digit] for digit in digits)}"


def parse_segwit(text: str) -> SegwitAddress:
    """Read a segregated-witness address of any network.

    Raises:
        AddressError: BIP-173 and BIP-350 do not allow the text. The message is the
            bare reason.
    """
    prefix, digits = _split(text)
    constant = _polymod([*_expand(prefix), *digits])
    if constant not in (_BECH32, _BECH32M):
        raise AddressError("its checksum does not match")
    version, *program_digits = digits[:-_CHECKSUM_DIGITS]
    if version > _LAST_VERSION:
        raise AddressError(f"there is no witness version {version}")
    if constant != _constant(version):
        raise AddressError("its checksum is of the wrong kind for its version")
    program = _bytes_of(program_digits)
    _check_length(version, program)
    return SegwitAddress(prefix, version, program)


def _split(text: str) -> tuple[str, list[int]]:
    """Return the prefix, and the digits: version, program, checksum."""
    if len(text) > _LONGEST:
        raise AddressError("it is too long")
    if text not in (text.lower(), text.upper()):
        raise AddressError("it mixes upper and lower case")
    prefix, _, rest = text.lower().rpartition("1")
    if not prefix or not all("!" <= sign <= "~" for sign in prefix):
        raise AddressError("it does not begin with a network's prefix and 1")
    if strange := next((sign for sign in rest if sign not in _DIGITS), ""):
        raise AddressError(f"it contains {strange!a}, which bech32 leaves out")
    if len(rest) <= _CHECKSUM_DIGITS:
        raise AddressError("it is too short")
    return prefix, [_DIGITS[character] for character in rest]


def _check_length(version: int, program: bytes) -> None:
    allowed = _PROGRAM_BYTES if version else _PROGRAM_BYTES_V0
    if len(program) not in allowed:
        raise AddressError(
            f"{len(program)} bytes are no program of witness version {version}"
        )


def _constant(version: int) -> int:
    return _BECH32M if version else _BECH32


def _checksum(prefix: str, digits: Sequence[int], constant: int) -> list[int]:
    room = [0] * _CHECKSUM_DIGITS
    remainder = _polymod([*_expand(prefix), *digits, *room]) ^ constant
    return [remainder >> 5 * place & 31 for place in reversed(range(_CHECKSUM_DIGITS))]


def _expand(prefix: str) -> list[int]:
    codes = [ord(character) for character in prefix]
    return [code >> 5 for code in codes] + [0] + [code & 31 for code in codes]


def _polymod(digits: Iterable[int]) -> int:
    """Return the remainder of the BCH code over the digits."""
    remainder = 1
    for digit in digits:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ digit
        for place, term in enumerate(_GENERATOR):
            if top >> place & 1:
                remainder ^= term
    return remainder


def _bytes_of(digits: Sequence[int]) -> bytes:
    """Turn groups of five bits into bytes; what is left over must be padding."""
    left_over = len(digits) * 5 % 8
    padding = digits[-1] & (1 << left_over) - 1 if left_over else 0
    if left_over > 4 or padding:  # noqa: PLR2004 - five bits would be a whole digit
        raise AddressError("its padding is not what BIP-173 asks for")
    return bytes(_regroup(digits, 5, 8)[: len(digits) * 5 // 8])


def _regroup(groups: Iterable[int], from_bits: int, to_bits: int) -> list[int]:
    """Cut a stream of bits anew; the last group is filled up with zeros."""
    held, count, result = 0, 0, []
    for group in groups:
        held, count = held << from_bits | group, count + from_bits
        while count >= to_bits:
            count -= to_bits
            result.append(held >> count)
            held &= (1 << count) - 1
    return [*result, held << to_bits - count] if count else result
