"""The settings about refunds."""

from datetime import timedelta
from typing import Any

import pytest

from saleor_cryptopay.bridge.settings.configuration import (
    Configuration,
    read_configuration,
)
from saleor_cryptopay.core.errors import SettingError
from saleor_cryptopay.core.refund_rules import FeePayer, RefundAmount, RefundMode

BASE: dict[str, str | bool] = {
    "api_url": "https://gateway.example/api/v1",
    "api_key": "sk_test_payments",
    "webhook_secrets": "a-secret-that-is-long-enough",
    "assets": "usdt@ethereum",
}
ON = {"refunds": "approval", "refund_api_key": "sk_test_refunds"}


def read(**settings: Any) -> Configuration:
    values = BASE | settings
    return read_configuration(
        [{"name": name, "value": value} for name, value in values.items()]
    )


def test_refunds_are_off_at_first() -> None:
    configuration = read()
    assert configuration.policy.refunds.mode is RefundMode.OFF
    assert configuration.refund_api_key == ""


def test_every_setting_becomes_a_rule() -> None:
    configuration = read(
        **ON,
        refund_amount="Value",
        refund_fees="customer",
        refund_fee_amounts="usdt@ethereum = 3.5  # gas",
        refund_link_days="30",
    )
    rules = configuration.policy.refunds
    assert (rules.mode, rules.amount, rules.fees, rules.link_life) == (
        RefundMode.APPROVAL,
        RefundAmount.VALUE,
        FeePayer.CUSTOMER,
        timedelta(days=30),
    )
    assert rules.fee_of("usdt@ethereum") == 3_500_000
    assert rules.fee_of("btc@bitcoin") == 0
    assert "sk_test_refunds" not in repr(configuration)


def test_a_channel_may_have_its_own_rules() -> None:
    channels = '[euro]\nrefunds = "automatic"\nrefund_link_days = 3'
    configuration = read(refund_api_key="sk_test_refunds", channels=channels)
    assert configuration.policy_for("euro").refunds.mode is RefundMode.AUTOMATIC
    assert configuration.policy_for("euro").refunds.link_life == timedelta(days=3)
    assert configuration.policy_for("").refunds.mode is RefundMode.OFF


def test_the_key_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOPAY_TEST_REFUND_KEY", "sk_test_hidden")
    configuration = read(**ON | {"refund_api_key": "env:CRYPTOPAY_TEST_REFUND_KEY"})
    assert configuration.refund_api_key == "sk_test_hidden"


@pytest.mark.parametrize(
    ("settings", "field", "reason"),
    [
        ({"refunds": "perhaps"}, "refunds", "“off” or “approval” or “automatic”"),
        ({"refunds": "approval"}, "refund_api_key", "may withdraw"),
        (ON | {"refund_api_key": "sk_live_a"}, "refund_api_key", "the same money"),
        (ON | {"refund_api_key": "canary"}, "refund_api_key", "begins with"),
        (ON | {"refund_amount": "much"}, "refund_amount", "“coins” or “value”"),
        (ON | {"refund_fees": "nobody"}, "refund_fees", "“shop” or “customer”"),
        (ON | {"refund_fees": "customer"}, "refund_fees", "“usdt@ethereum = …”"),
        ({"refund_fee_amounts": "3.5"}, "refund_fee_amounts", "Line 1"),
        ({"refund_fee_amounts": "usdt@mars = 1"}, "refund_fee_amounts", "Line 1"),
        (
            {"refund_fee_amounts": "usdt@tron = 0.0000001"},
            "refund_fee_amounts",
            "decimals",
        ),
        ({"refund_link_days": "0"}, "refund_link_days", "From 1"),
        ({"refund_link_days": "soon"}, "refund_link_days", "whole number"),
        ({"channels": '[euro]\nrefunds = "approval"'}, "refund_api_key", "withdraw"),
        (
            ON | {"channels": '[euro]\nrefund_fees = "customer"'},
            "channels",
            "[euro]",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_field(
    settings: dict[str, str], field: str, reason: str
) -> None:
    with pytest.raises(SettingError) as refused:
        read(**settings)
    assert refused.value.field == field
    assert reason in refused.value.reason
    assert "canary" not in str(refused.value)
