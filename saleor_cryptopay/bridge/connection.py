"""Trying the gateway when its settings are saved, so that mistakes show in the form."""

from typing import Any, Final

from saleor.plugins.models import PluginConfiguration

from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.core.errors import GatewayError, SettingError, TerminalError
from saleor_cryptopay.gateways.registry import build_gateway
from saleor_cryptopay.operations.registration import warn_of_permissions

from .settings.configuration import Configuration
from .treasury import check_treasury

CONNECTION_FIELDS: Final = ("gateway", "api_url", "api_key", "refund_api_key")


def check_connection(configuration: Configuration, changed: Any) -> None:
    """Ask the gateway who we are, if the settings that reach it have changed.

    Other settings can be saved while the gateway is down.

    Raises:
        SettingError: it refuses the key, or does not answer.
    """
    if not _has_changed(changed):
        return
    gateway = build_gateway(
        configuration.gateway,
        api_url=configuration.api_url,
        api_key=configuration.api_key,
        webhook_secrets=configuration.webhook_secrets,
    )
    try:
        warn_of_permissions(gateway.test_connection())
    except TerminalError as error:
        raise SettingError("api_key", f"The gateway says: {error}") from None
    except GatewayError as error:
        raise SettingError("api_url", f"The gateway does not answer: {error}") from None
    check_treasury(configuration)


def _has_changed(changed: Any) -> bool:
    saved = PluginConfiguration.objects.filter(
        identifier=PLUGIN_ID, channel=None, active=True
    ).first()
    if saved is None:
        return True
    return _values(saved) != _values(changed)


def _values(row: Any) -> list[Any]:
    values = {item["name"]: item["value"] for item in row.configuration or []}
    return [values.get(name) for name in CONNECTION_FIELDS]
