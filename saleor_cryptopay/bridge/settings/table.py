"""The settings there are: what each is when nobody chose, and who reads it.

With the structure that the Dashboard renders (`form`), a setting is one entry in each
of three tables.
"""

from collections.abc import Callable
from typing import Any, Final

from . import fields, messages, refunds

DEFAULTS: Final[dict[str, str | bool]] = {
    "gateway": "crypton",
    "api_url": "",
    "api_key": "",
    "webhook_secrets": "",
    "assets": "usdt@ethereum\nusdt@tron\nusdc@ethereum",
    "payment_window_minutes": "1440",
    "quote_minutes": "15",
    "underpayment_tolerance_percent": "0",
    "confirmations": "",
    "accept_unconfirmed": False,
    "late_payments": "review",
    "watch_days": "30",
    "recheck_hours": "24",
    "audit_days": "30",
    "complete_checkouts": True,
    "cancel_unpaid_orders": True,
    "rates": "",
    "rate_sources": "",
    "rate_max_age_seconds": "300",
    "rate_max_spread_percent": "2",
    "rate_max_jump_percent": "10",
    "rate_alarm_minutes": "30",
    "markup_percent": "0",
    "quote_grace_minutes": "10",
    "return_url": "",
    "customer_messages": "all",
    "staff_messages": "all",
    "message_from": "",
    "notify_apps": False,
    **refunds.DEFAULTS,
    "brand_name": "",
    "brand_colour": "",
    "brand_logo": "",
    "frame_origins": "",
    "channels": "",
}

# Settings that a channel may have for itself, and how each becomes a rule.
POLICY_FIELDS: Final[dict[str, tuple[str, Callable[[str, Any], Any]]]] = {
    "assets": ("assets", fields.read_assets),
    "payment_window_minutes": ("payment_window", fields.read_minutes),
    "quote_minutes": ("quote_life", fields.read_minutes),
    "underpayment_tolerance_percent": ("tolerance_percent", fields.read_percent),
    "confirmations": ("confirmations", fields.read_confirmations),
    "accept_unconfirmed": ("accept_unconfirmed", fields.read_flag),
    "late_payments": ("late_payments", fields.read_late_policy),
    "complete_checkouts": ("complete_checkouts", fields.read_flag),
    "cancel_unpaid_orders": ("cancel_unpaid_orders", fields.read_flag),
    "rates": ("rates", fields.read_rates),
    "markup_percent": ("markup_percent", fields.read_markup),
    "quote_grace_minutes": ("quote_grace", fields.read_grace),
    **messages.POLICY_FIELDS,
}

# Settings about the market: there is one for all channels.
RATE_FIELDS: Final[dict[str, tuple[str, Callable[[str, Any], Any]]]] = {
    "rate_sources": ("sources", fields.read_sources),
    "rate_max_age_seconds": ("max_age", fields.read_rate_age),
    "rate_max_spread_percent": ("max_spread_percent", fields.read_spread),
    "rate_max_jump_percent": ("max_jump_percent", fields.read_jump),
    "rate_alarm_minutes": ("alarm_after", fields.read_minutes),
}
