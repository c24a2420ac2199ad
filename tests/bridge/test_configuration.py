"""Settings: what the Dashboard sends becomes frozen values, or a field and a reason."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from saleor_cryptopay.bridge.settings.configuration import (
    Configuration,
    read_configuration,
)
from saleor_cryptopay.bridge.settings.table import DEFAULTS
from saleor_cryptopay.core.errors import SettingError
from saleor_cryptopay.gateways.base import Environment

GOOD: dict[str, Any] = {
    "api_url": "https://gateway.example/api/v1/",
    "api_key": "sk_test_abc",
    "webhook_secrets": "0123456789abcdef01234567",
    "assets": "usdt@ethereum\nbtc@bitcoin",
    "rates": "btc/usd = 64000.00",
}


def read(**changes: Any) -> Configuration:
    values = GOOD | changes
    return read_configuration(
        [{"name": name, "value": value} for name, value in values.items()]
    )


def test_good_settings_become_rules() -> None:
    configuration = read()
    policy = configuration.policy
    assert configuration.api_url == "https://gateway.example/api/v1"
    assert [asset.key for asset in policy.assets] == ["usdt@ethereum", "btc@bitcoin"]
    assert policy.rates == {("btc", "USD"): Decimal("64000.00")}
    assert policy.payment_window == timedelta(days=1)
    assert policy.quote_life == timedelta(minutes=15)
    assert policy.complete_checkouts
    assert not policy.accept_unconfirmed


def test_remarks_and_empty_lines_are_passed_over() -> None:
    policy = read(assets="# dollars\n\nusdt@tron  # cheap\n").policy
    assert [asset.key for asset in policy.assets] == ["usdt@tron"]


def test_the_key_says_which_money_it_is() -> None:
    assert read().environment is Environment.TEST
    assert read(api_key="sk_live_abc").environment is Environment.LIVE


def test_no_secret_is_printed() -> None:
    text = repr(read())
    assert "sk_test_abc" not in text
    assert "0123456789abcdef01234567" not in text


def test_any_of_several_secrets_is_kept() -> None:
    secrets = f"{'a' * 24}\n\n{'b' * 30}\n"
    assert read(webhook_secrets=secrets).webhook_secrets == ("a" * 24, "b" * 30)


def test_a_channel_can_differ() -> None:
    text = """
        [channel-pln]
        assets = ["usdc@polygon", "usdt@tron"]
        payment_window_minutes = 30
        accept_unconfirmed = true
        return_url = "https://pl.shop.example/thanks"
    """
    configuration = read(channels=text)
    policy = configuration.policy_for("channel-pln")
    assert [asset.key for asset in policy.assets] == ["usdc@polygon", "usdt@tron"]
    assert policy.payment_window == timedelta(minutes=30)
    assert policy.accept_unconfirmed
    assert configuration.policy_for("another") is configuration.policy
    assert configuration.return_url_for("channel-pln").startswith("https://pl.")
    assert configuration.return_url_for("another") == ""


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"gateway": "moneybox"}, "gateway", "No such gateway"),
        ({"api_key": ""}, "api_key", "needed"),
        ({"api_key": "pk_test_x"}, "api_key", "begins with"),
        ({"api_url": ""}, "api_url", "needed"),
        ({"api_url": "gateway.example"}, "api_url", "Write it as"),
        ({"api_url": "https://me:pw@gateway.example"}, "api_url", "Only scheme"),
        (
            {"api_url": "http://127.0.0.1:8900/api/v1", "api_key": "sk_live_x"},
            "api_url",
            "https only",
        ),
        ({"webhook_secrets": ""}, "webhook_secrets", "needed"),
        ({"webhook_secrets": "x" * 23}, "webhook_secrets", "shorter than 24"),
        ({"assets": ""}, "assets", "needed"),
        ({"assets": "usdt@mars"}, "assets", "Line 1"),
        ({"assets": "usdt@tron\nusdt@tron"}, "assets", "twice"),
        ({"rates": "btc/usd 64000"}, "rates", "Line 1"),
        ({"rates": "btc/usd = 0"}, "rates", "more than zero"),
        ({"rates": "btc/usd = 1e5"}, "rates", "Line 1"),
        ({"rates": "btc/usd = 1\nbtc/usd = 2"}, "rates", "twice"),
        ({"rates": ""}, "rates", "without a rate"),
        ({"payment_window_minutes": "soon"}, "payment_window_minutes", "whole number"),
        ({"payment_window_minutes": "0"}, "payment_window_minutes", "From 1"),
        ({"quote_minutes": "-1"}, "quote_minutes", "whole number"),
        (
            {"underpayment_tolerance_percent": "60"},
            "underpayment_tolerance_percent",
            "At most 50",
        ),
        ({"confirmations": "bitcoin: 3"}, "confirmations", "Line 1"),
        ({"confirmations": "mars = 3"}, "confirmations", "no network"),
        ({"late_payments": "maybe"}, "late_payments", "review"),
        ({"accept_unconfirmed": "sometimes"}, "accept_unconfirmed", "neither"),
        ({"return_url": "thanks"}, "return_url", "Write it as"),
        ({"channels": "[a"}, "channels", "not TOML"),
        ({"channels": "a = 1"}, "channels", "Begin a channel"),
        ({"channels": "[a]\napi_key = 'x'"}, "channels", "no setting a channel"),
        ({"channels": "[a]\nassets = 'x@y'"}, "channels", "[a] assets: Line 1"),
        ({"channels": "[a]\nassets = 'ltc@litecoin'"}, "channels", "without a rate"),
    ],
)
def test_bad_settings_name_the_field_and_the_reason(
    changes: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(SettingError) as refusal:
        read(**changes)
    assert refusal.value.field == field
    assert reason in refusal.value.reason


def test_a_setting_without_a_value_takes_its_default() -> None:
    policy = read(payment_window_minutes=None).policy
    assert policy.payment_window == timedelta(
        minutes=int(str(DEFAULTS["payment_window_minutes"]))
    )
