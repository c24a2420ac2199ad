"""Gateways are built from settings, and say which setting is wrong."""

import pytest

from saleor_cryptopay.core.errors import SettingError
from saleor_cryptopay.gateways.base import Environment
from saleor_cryptopay.gateways.crypton import CryptonGateway
from saleor_cryptopay.gateways.registry import GATEWAYS, build_gateway

from .crypton_answers import KEY, SECRET


@pytest.mark.parametrize(
    "key", ["", "canary", "sk_prod_canary", "sk_test_", "sk_test_canary b"]
)
def test_a_key_of_another_form_is_refused(key: str) -> None:
    with pytest.raises(SettingError) as caught:
        CryptonGateway("https://gateway.example/api/v1", key, [])
    assert caught.value.field == "api_key"
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        *("", "gateway.example", "ftp://gateway.example", "https://", "https://[::1"),
        *("https://a:b@gateway.example", "https://gateway.example?x=1"),
        *("https://gateway.example:0", "https://gateway.example:99999"),
        "https://gateway.example/a b",
    ],
)
def test_an_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(SettingError) as caught:
        CryptonGateway(url, KEY, [])
    assert caught.value.field == "api_url"


def test_the_key_decides_the_environment_and_is_not_shown() -> None:
    url = "https://gateway.example/api/v1"
    live = CryptonGateway(url, "sk_live_canary", [SECRET])
    assert live.environment is Environment.LIVE
    assert CryptonGateway(url, KEY, []).environment is Environment.TEST
    assert "canary" not in repr(live)
    assert SECRET not in repr(live)


def test_short_secrets_count_as_none() -> None:
    url = "https://gateway.example/api/v1"
    assert CryptonGateway(url, KEY, [SECRET]).has_webhook_secret
    assert not CryptonGateway(url, KEY, ["", "short"]).has_webhook_secret


def test_gateways_are_built_by_their_name() -> None:
    for name in GATEWAYS:
        gateway = build_gateway(
            name,
            api_url="https://gateway.example/api/v1",
            api_key=KEY,
            webhook_secrets=[SECRET],
        )
        assert gateway.name == name


def test_an_unknown_gateway_is_an_error_of_its_setting() -> None:
    with pytest.raises(SettingError) as caught:
        build_gateway("acme", api_url="", api_key="", webhook_secrets=[])
    assert caught.value.field == "gateway"
    assert "crypton" in caught.value.reason
