"""Registration: having the gateway call us, and again when it has forgotten."""

import logging
from typing import Final

from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.gateways.base import Connection, Webhook

from .runtime import Runtime

logger = logging.getLogger(__name__)

# How rights are named that let coins go out; that they may be read of does no harm.
OUTGOING: Final = ("withdraw", "payout")
HARMLESS: Final = (":read", ":list", ":view")
EVERYTHING: Final = frozenset({"*", "all", "admin"})


def keep_registered(runtime: Runtime) -> Webhook:
    """See to it that the gateway sends its events to our door; again is harmless.

    Raises:
        GatewayError: it did not answer, or refuses.
    """
    return runtime.gateway.register_webhook(webhook_url(runtime))


def webhook_url(runtime: Runtime) -> str:
    """Return the absolute address of our door."""
    return f"{runtime.base_url}webhooks/{runtime.gateway.name}/"


def may_withdraw(connection: Connection) -> bool:
    """Whether a key can send coins; of one that tells no permissions, that it can."""
    told = connection.permissions
    return not told or any(map(_is_dangerous, told))


def warn_of_permissions(connection: Connection) -> list[str]:
    """Return, and write to the log, what the key may do that could cost money.

    Whoever steals such a key can send the merchant's coins away.
    """
    excess = sorted(name for name in connection.permissions if _is_dangerous(name))
    if excess:
        logger.warning(
            "cryptopay.W105: the gateway key may do more than payments need: %s. Use"
            " a key that can only make addresses, read transactions and set webhooks.",
            ", ".join(excess),
            extra=about(event="cryptopay.W105"),
        )
    return excess


def _is_dangerous(permission: str) -> bool:
    name = permission.lower()
    is_outgoing = any(word in name for word in OUTGOING)
    return name in EVERYTHING or (is_outgoing and not name.endswith(HARMLESS))
