"""The settings form as the Dashboard shows it: labels, help, kinds of field."""

from typing import Any, Final

from saleor.plugins.base_plugin import ConfigurationTypeField

from .configuration import DEFAULTS

Kind = ConfigurationTypeField

FORM: Final[dict[str, dict[str, Any]]] = {
    "gateway": {
        "type": Kind.STRING,
        "label": "Gateway",
        "help_text": "Which payment gateway: “crypton”.",
    },
    "api_url": {
        "type": Kind.STRING,
        "label": "Gateway address",
        "help_text": "Its base address with the version, as"
        " https://gateway.example/api/v1. Plain http only with a test key.",
    },
    "api_key": {
        "type": Kind.SECRET,
        "label": "API key",
        "help_text": "sk_test_… for play money, sk_live_… for real money."
        " Give it no right to withdraw.",
    },
    "webhook_secrets": {
        "type": Kind.SECRET_MULTILINE,
        "label": "Webhook secrets",
        "help_text": "One a line, at least 24 characters; any of them is accepted,"
        " so that a new one can be added before the old one goes.",
    },
    "assets": {
        "type": Kind.MULTILINE,
        "label": "Coins on offer",
        "help_text": "One a line as coin@network, in the order customers see them:"
        " usdt@ethereum, usdt@tron, btc@bitcoin …",
    },
    "payment_window_minutes": {
        "type": Kind.STRING,
        "label": "Payment window (minutes)",
        "help_text": "How long a customer has to pay.",
    },
    "quote_minutes": {
        "type": Kind.STRING,
        "label": "Quote life (minutes)",
        "help_text": "How long a price in a coin that is not pegged holds.",
    },
    "underpayment_tolerance_percent": {
        "type": Kind.STRING,
        "label": "Tolerated underpayment (percent)",
        "help_text": "A payment that lacks no more than this counts as whole.",
    },
    "confirmations": {
        "type": Kind.MULTILINE,
        "label": "Confirmations",
        "help_text": "Lines “network = blocks” where you want more than the gateway.",
    },
    "accept_unconfirmed": {
        "type": Kind.BOOLEAN,
        "label": "Trust unconfirmed payments",
        "help_text": "Coins that were only seen count as pending money: Saleor may make"
        " an order of them. Off: the order waits until they are final.",
    },
    "late_payments": {
        "type": Kind.STRING,
        "label": "Late payments",
        "help_text": "“review”: coins after the deadline wait for staff."
        " “accept”: they count at the quoted rate.",
    },
    "complete_checkouts": {
        "type": Kind.BOOLEAN,
        "label": "Complete paid checkouts",
        "help_text": "Make the order as soon as the coins are final, even if the"
        " customer has closed the browser.",
    },
    "cancel_unpaid_orders": {
        "type": Kind.BOOLEAN,
        "label": "Cancel unpaid orders",
        "help_text": "Cancel an order whose payment expired, and give its stock back.",
    },
    "rates": {
        "type": Kind.MULTILINE,
        "label": "Fixed rates",
        "help_text": "Lines “btc/usd = 64000.00”. Dollar coins need none in USD."
        " Without a rate a coin is not offered.",
    },
    "return_url": {
        "type": Kind.STRING,
        "label": "Way back to the shop",
        "help_text": "Storefront address; {order}, {checkout}, {transaction} and"
        " {channel} are filled in.",
    },
    "channels": {
        "type": Kind.MULTILINE,
        "label": "Differences between channels",
        "help_text": "TOML: a section for each channel's slug with the settings that"
        " differ there, as [channel-pln] and payment_window_minutes = 30.",
    },
}

DEFAULT_CONFIGURATION: Final = [
    {"name": name, "value": DEFAULTS[name]} for name in FORM
]
