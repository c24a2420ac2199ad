"""Crypton Studio's white-label Crypto Payment Gateway.

The gateway documents no SDK, no idempotency key, no price and no expiry: it makes
addresses, watches them and tells what arrives.
"""

from .gateway import CryptonGateway
from .payouts import CryptonPayouts

__all__ = ["CryptonGateway", "CryptonPayouts"]
