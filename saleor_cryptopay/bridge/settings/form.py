"""The settings form as the Dashboard shows it: labels, help, kinds of field."""

from typing import Any, Final

from saleor.plugins.base_plugin import ConfigurationTypeField

from saleor_cryptopay.core.messages import Audience

from .messages import list_names
from .refund_form import REFUND_FORM
from .table import DEFAULTS

Kind = ConfigurationTypeField

# Shown and never stored: `plugin` fills them in. Several, because the Dashboard shows
# such a field as one line that it cuts off.
HEALTH: Final = "health"
HEALTH_FIELDS: Final[dict[str, dict[str, Any]]] = {
    HEALTH: {
        "type": Kind.OUTPUT,
        "label": "Health",
        "help_text": "Whether payments get through. Read only, as the next four lines.",
    },
    "health_worker": {
        "type": Kind.OUTPUT,
        "label": "Worker and beat",
        "help_text": "Whether Saleor's background work runs. If not, payments are only"
        " looked after while somebody looks at them.",
    },
    "health_gateway": {
        "type": Kind.OUTPUT,
        "label": "Gateway answers",
        "help_text": "When the gateway was last asked and answered.",
    },
    "health_webhook": {
        "type": Kind.OUTPUT,
        "label": "Webhook registered",
        "help_text": "Whether the gateway knows where to call, and its last call.",
    },
    "health_waiting": {
        "type": Kind.OUTPUT,
        "label": "Waiting",
        "help_text": "Cases for you to decide at the refund desk, webhooks not yet"
        " worked on, and news not yet told to Saleor.",
    },
}

FORM: Final[dict[str, dict[str, Any]]] = {
    **HEALTH_FIELDS,
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
        " Give it no right to withdraw. “env:NAME” takes it from the environment.",
    },
    "webhook_secrets": {
        "type": Kind.SECRET_MULTILINE,
        "label": "Webhook secrets",
        "help_text": "One a line, at least 24 characters; any of them is accepted,"
        " so that a new one can be added before the old one goes. “env:NAME” takes"
        " it from the environment.",
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
        " “accept”: they count, at the rate of the moment once the quote lapsed.",
    },
    "watch_days": {
        "type": Kind.STRING,
        "label": "Watch old addresses (days)",
        "help_text": "How long after their day coins are looked for once more, to"
        " whatever address they came.",
    },
    "recheck_hours": {
        "type": Kind.STRING,
        "label": "Look again at final transfers (hours)",
        "help_text": "How long transfers that are final are read again every hour, to"
        " notice it if the chain takes them back.",
    },
    "audit_days": {
        "type": Kind.STRING,
        "label": "Daily audit (days back)",
        "help_text": "Once a day gateway, books and Saleor are compared, and staff are"
        " told of differences. 0 switches it off.",
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
        "help_text": "Lines “btc/usd = 64000.00”. They win over what the sources say."
        " Dollar coins need none in USD. Without a rate a coin is not offered.",
    },
    "rate_sources": {
        "type": Kind.MULTILINE,
        "label": "Rate sources",
        "help_text": "One a line: kraken, coinbase, coingecko, binance. At least two of"
        " them must agree, so name three or four; a single one is trusted alone."
        " Empty: fixed rates and pegs only.",
    },
    "rate_max_age_seconds": {
        "type": Kind.STRING,
        "label": "Oldest rate (seconds)",
        "help_text": "What a source said longer ago than this does not count.",
    },
    "rate_max_spread_percent": {
        "type": Kind.STRING,
        "label": "Largest spread (percent)",
        "help_text": "Sources further apart than this do not agree, and the coin is not"
        " offered.",
    },
    "rate_max_jump_percent": {
        "type": Kind.STRING,
        "label": "Largest jump (percent)",
        "help_text": "A rate that moves further than this at once is believed when the"
        " sources agree on it a second time.",
    },
    "rate_alarm_minutes": {
        "type": Kind.STRING,
        "label": "Alarm without a rate (minutes)",
        "help_text": "After so long without a rate for a coin on offer an error is"
        " logged, and health says so.",
    },
    "markup_percent": {
        "type": Kind.STRING,
        "label": "Your margin (percent)",
        "help_text": "Customers pay so much more than the sources' rate says. Fixed"
        " rates and pegs stay as they are.",
    },
    "quote_grace_minutes": {
        "type": Kind.STRING,
        "label": "Grace of a quote (minutes)",
        "help_text": "Coins seen within this time after a price lapsed count at it;"
        " later ones at the rate of the moment they are seen. The page says so.",
    },
    "return_url": {
        "type": Kind.STRING,
        "label": "Way back to the shop",
        "help_text": "Storefront address; {order}, {checkout}, {transaction} and"
        " {channel} are filled in.",
    },
    "customer_messages": {
        "type": Kind.MULTILINE,
        "label": "Mails to customers",
        "help_text": "Which are sent: “all”, “none”, or names, one a line:"
        f" {list_names(Audience.CUSTOMER)}.",
    },
    "staff_messages": {
        "type": Kind.MULTILINE,
        "label": "Mails to staff",
        "help_text": "Which are sent to those whom Saleor notifies of orders: “all”,"
        f" “none”, or names, one a line: {list_names(Audience.STAFF)}.",
    },
    "message_from": {
        "type": Kind.STRING,
        "label": "Sender of mails",
        "help_text": "As Shop <pay@shop.example>. Empty: Saleor's DEFAULT_FROM_EMAIL.",
    },
    "notify_apps": {
        "type": Kind.BOOLEAN,
        "label": "Tell apps of messages",
        "help_text": "Hand each message to apps with the webhook NOTIFY_USER as well,"
        " as event saleor_cryptopay.<name>. To have only apps write: “none” above.",
    },
    **REFUND_FORM,
    "brand_name": {
        "type": Kind.STRING,
        "label": "Name on the page",
        "help_text": "Empty: the name of the shop's site.",
    },
    "brand_colour": {
        "type": Kind.STRING,
        "label": "Colour of the buttons",
        "help_text": "As #0a7d33; the words on them become black or white.",
    },
    "brand_logo": {
        "type": Kind.MULTILINE,
        "label": "Logo",
        "help_text": "A small PNG, WebP or SVG as a data: address, since the page loads"
        " nothing from elsewhere; at most 6,000 characters.",
    },
    "frame_origins": {
        "type": Kind.MULTILINE,
        "label": "Storefronts that may frame the page",
        "help_text": "Origins, one a line, as https://shop.example. Empty: none.",
    },
    "channels": {
        "type": Kind.MULTILINE,
        "label": "Differences between channels",
        "help_text": "TOML: a section for each channel's slug with the settings that"
        " differ there, as [channel-pln] and payment_window_minutes = 30.",
    },
}

DEFAULT_CONFIGURATION: Final = [
    {"name": name, "value": DEFAULTS.get(name, "")} for name in FORM
]
