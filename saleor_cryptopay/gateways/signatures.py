"""Who sent this: HMAC-SHA256 over exactly the bytes that were received.

Fails closed. There is no switch that turns it off, an empty or short secret verifies
nothing, and nothing of the body is read before its signature is known to be ours.
"""

import hmac
import re
from collections.abc import Sequence
from typing import Final

from saleor_cryptopay.core.errors import SignatureError

SHORTEST_SECRET: Final = 24
"""Bytes; a shorter secret can be guessed, so it counts as none."""

# One way to write it: a second spelling of a valid signature would be a forgery.
_HEADER: Final = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)


def has_usable_secret(secrets: Sequence[str]) -> bool:
    """Return whether one of the secrets is long enough to verify anything."""
    return bool(_keys(secrets))


def verify_signature(header: str | None, body: bytes, secrets: Sequence[str]) -> None:
    """Check that one of the secrets signed exactly these bytes.

    Args:
        header: `sha256=` and 64 lower-case hexadecimal digits; None if there is none.
        body: as received.
        secrets: any of them will do, so that they can be changed without a gap.

    Raises:
        SignatureError: no header, not of this form, no usable secret, or no match.
    """
    keys = _keys(secrets)
    if not keys:
        raise SignatureError(
            f"No webhook secret of at least {SHORTEST_SECRET} bytes is configured."
        )
    match = _HEADER.fullmatch(header or "")
    if match is None:
        raise SignatureError(
            "The delivery carries no signature in the documented form."
        )
    claimed = bytes.fromhex(match[1])
    # All of them, even after a match: the time taken does not tell which one fitted.
    matches = [hmac.compare_digest(_sign(key, body), claimed) for key in keys]
    if not any(matches):
        raise SignatureError("No configured webhook secret made this signature.")


def _keys(secrets: Sequence[str]) -> list[bytes]:
    return [key for key in map(str.encode, secrets) if len(key) >= SHORTEST_SECRET]


def _sign(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")
