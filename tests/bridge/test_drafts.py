"""Saving the form while the plugin is off: only what is typed now must be right."""

from collections.abc import Mapping
from typing import Any

import pytest

from saleor_cryptopay.bridge.settings.drafts import read_draft
from saleor_cryptopay.core.errors import SettingError

GOOD: Mapping[str, Any] = {
    "api_url": "https://gateway.example/api/v1/",
    "api_key": "sk_test_abc",
    "webhook_secrets": "0123456789abcdef01234567",
    "assets": "usdt@ethereum",
}


def save(stored: Mapping[str, Any], **typed: Any) -> None:
    values = {**stored, **typed}
    items = [{"name": name, "value": value} for name, value in values.items()]
    read_draft(items, stored)


def test_nothing_has_to_be_filled_in_yet() -> None:
    save({})
    save(dict.fromkeys(GOOD, ""))


@pytest.mark.parametrize(
    "broken",
    [
        {"api_key": "env:CRYPTOPAY_NOT_THERE"},
        {"webhook_secrets": "env:CRYPTOPAY_NOT_THERE"},
        {"refund_api_key": "env:CRYPTOPAY_NOT_THERE", "refunds": "approve"},
        {"gateway": "of_another_version"},
        {"api_url": "gateway.example"},
        {"assets": "usdt@mars"},
        {"channels": "[a]\nassets = 'ltc@litecoin'"},
    ],
)
def test_what_is_stored_and_cannot_be_used_keeps_nobody_from_saving(
    broken: dict[str, str],
) -> None:
    save({**GOOD, **broken})


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"api_key": "env:CRYPTOPAY_NOT_THERE_TOO"}, "api_key"),
        ({"gateway": "moneybox"}, "gateway"),
        ({"webhook_secrets": "short"}, "webhook_secrets"),
        ({"quote_minutes": "soon"}, "quote_minutes"),
        ({"channels": "[a"}, "channels"),
        ({"refund_api_key": "pk_test"}, "refund_api_key"),
    ],
)
@pytest.mark.parametrize(
    "stored",
    [
        {},
        GOOD,
        {**GOOD, "api_key": "env:CRYPTOPAY_NOT_THERE", "assets": "usdt@mars"},
        {**GOOD, "api_url": "gateway.example", "webhook_secrets": ""},
    ],
    ids=["first", "good", "broken", "unfinished"],
)
def test_what_is_typed_now_is_refused_whatever_is_stored(
    stored: dict[str, str], typed: dict[str, str], field: str
) -> None:
    with pytest.raises(SettingError) as refusal:
        save(stored, **typed)
    assert refusal.value.field == field


def test_what_several_settings_get_wrong_together_waits_for_the_switch() -> None:
    save({**GOOD, "rates": "eth/usd = 2000"}, assets="btc@bitcoin")
