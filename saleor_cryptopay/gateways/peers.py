"""Whom a client speaks to, as messages call it, and what a merchant can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_ADVICE: Final[Mapping[str | int, str]] = {
    "INVALID_API_KEY": "The gateway does not know this API key: check “api_key”.",
    "EXPIRED_API_KEY": "The API key has expired: make a new one at the gateway.",
    "INSUFFICIENT_PERMISSIONS": (
        "The API key may not do this: give it the permission at the gateway."
    ),
    "IP_NOT_WHITELISTED": (
        "The gateway does not accept this server's IP address: add it to the key's"
        " whitelist at the gateway."
    ),
    401: "The gateway refuses the API key: check “api_key”.",
    403: "The gateway does not allow this key to do this, or not from this server.",
    404: "The gateway knows nothing under this address.",
}


@dataclass(frozen=True, slots=True)
class Peer:
    """Whoever answers.

    Attributes:
        name: as in the middle of a sentence: `the gateway`, `Kraken`.
        has_settings: whether the merchant set its address and key, so that it is
            there that mistakes are mended.
    """

    name: str
    has_settings: bool = False

    @property
    def at_first(self) -> str:
        """The name as a sentence begins with it."""
        return self.name[:1].upper() + self.name[1:]

    def refusal(self, status: int, code: str) -> str:
        """Return in words that it will not, and what the merchant can do about it.

        Args:
            status: of HTTP, neither a success nor one that time may heal.
            code: its own, or `HTTP_` and the status.
        """
        if 300 <= status < 400:  # noqa: PLR2004 - HTTP's redirects
            final = ": give its final address as “api_url”" if self.has_settings else ""
            where = f"{self.at_first} points to another address{final}."
            return f"{where} Redirects are not followed."
        advice = (_ADVICE.get(code) or _ADVICE.get(status)) if self.has_settings else ""
        return advice or f"{self.at_first} refuses the request ({code})."

    def nonsense(self, what: str) -> str:
        """Return in words that it answers with what no API of its kind answers."""
        if self.has_settings:
            return (
                f"{self.at_first} answers with {what}: is “api_url” the address of"
                " its API?"
            )
        return f"{self.at_first} answers with {what}."


GATEWAY: Final = Peer("the gateway", has_settings=True)
