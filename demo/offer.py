"""What the demo's shops offer: coins, their prices, and how long a customer has."""

from typing import Final

ASSETS: Final = (
    "usdt@ethereum",
    "usdc@ethereum",
    "btc@bitcoin",
    "eth@ethereum",
    "usdt@tron",
    "ltc@litecoin",
)

# US dollars for a coin; coins that are pegged need none.
RATES: Final = {"btc": "64000.00", "eth": "2500.00", "ltc": "80.00"}

PAYMENT_WINDOW_MINUTES: Final = 30
QUOTE_MINUTES: Final = 15
