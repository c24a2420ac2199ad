"""The part of the settings form that is about refunds."""

from typing import Any, Final

from saleor.plugins.base_plugin import ConfigurationTypeField

Kind = ConfigurationTypeField

REFUND_FORM: Final[dict[str, dict[str, Any]]] = {
    "refunds": {
        "type": Kind.STRING,
        "label": "Refunds",
        "help_text": "“off”; “approval”: staff agree to each address at"
        " plugins/global/saleor_cryptopay/desk/refunds/ before coins go out;"
        " “automatic”: what staff asked for goes out as soon as the customer has named"
        " an address.",
    },
    "refund_api_key": {
        "type": Kind.SECRET,
        "label": "API key for refunds",
        "help_text": "A second key of the gateway, which may withdraw. It is used for"
        " nothing else. “env:NAME” takes it from the environment.",
    },
    "refund_amount": {
        "type": Kind.STRING,
        "label": "What goes back",
        "help_text": "“coins”: as many coins as were paid. “value”: what the money is"
        " worth in coins when the refund is asked for, never more than came.",
    },
    "refund_fees": {
        "type": Kind.STRING,
        "label": "Who bears the network's fee of a refund",
        "help_text": "“shop”, or “customer”: then the next field says how much.",
    },
    "refund_fee_amounts": {
        "type": Kind.MULTILINE,
        "label": "Fee that customers bear",
        "help_text": "Lines “usdt@ethereum = 3.5”: coins taken off. The gateway names"
        " its fee only when it sends, so you name what is taken off.",
    },
    "refund_link_days": {
        "type": Kind.STRING,
        "label": "Life of a refund link (days)",
        "help_text": "How long a customer has to name an address.",
    },
}
