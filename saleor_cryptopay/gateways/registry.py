"""The gateways that can be chosen, by the name that stands in the settings.

A new gateway is one line here, one module beside this one, and a folder of recorded
deliveries in the tests.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol

from saleor_cryptopay.core.errors import SettingError

from .base import Gateway
from .crypton import CryptonGateway


class GatewayFactory(Protocol):
    """Makes a gateway from the merchant's settings, without asking it anything."""

    def __call__(
        self, api_url: str, api_key: str, webhook_secrets: Sequence[str]
    ) -> Gateway:
        """Return the gateway.

        Raises:
            SettingError: a setting has no form that this gateway knows.
        """
        ...


GATEWAYS: Final[Mapping[str, GatewayFactory]] = MappingProxyType(
    {
        CryptonGateway.name: CryptonGateway,
    }
)


def build_gateway(
    name: str, *, api_url: str, api_key: str, webhook_secrets: Sequence[str]
) -> Gateway:
    """Return the gateway of this name.

    Raises:
        SettingError: there is none, or one of its settings has no form it knows.
    """
    try:
        factory = GATEWAYS[name]
    except KeyError:
        known = ", ".join(sorted(GATEWAYS))
        raise SettingError(
            "gateway", f"“{name}” is no gateway this plugin knows. It knows: {known}."
        ) from None
    return factory(api_url, api_key, webhook_secrets)
