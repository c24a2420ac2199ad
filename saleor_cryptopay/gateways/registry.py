"""The gateways that can be chosen, by the name that stands in the settings.

A new gateway is one line here, one module beside this one, and a folder of recorded
deliveries in the tests.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol

from saleor_cryptopay.core.errors import SettingError
from saleor_cryptopay.core.telemetry import NO_TRACER, Tracer

from .base import Gateway
from .crypton import CryptonGateway, CryptonPayouts
from .payouts import Payouts


class GatewayFactory(Protocol):
    """Makes a gateway from the merchant's settings, without asking it anything."""

    def __call__(
        self,
        api_url: str,
        api_key: str,
        webhook_secrets: Sequence[str],
        *,
        tracer: Tracer,
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
    name: str,
    *,
    api_url: str,
    api_key: str,
    webhook_secrets: Sequence[str],
    tracer: Tracer = NO_TRACER,
) -> Gateway:
    """Return the gateway of this name, whose requests a tracer is told of.

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
    return factory(api_url, api_key, webhook_secrets, tracer=tracer)


class PayoutsFactory(Protocol):
    """Makes the right to send coins, without asking the gateway anything."""

    def __call__(self, api_url: str, api_key: str, *, tracer: Tracer) -> Payouts:
        """Return it.

        Raises:
            SettingError: a setting has no form that this gateway knows.
        """
        ...


PAYOUTS: Final[Mapping[str, PayoutsFactory]] = MappingProxyType(
    {
        CryptonPayouts.name: CryptonPayouts,
    }
)


def build_payouts(
    name: str, *, api_url: str, api_key: str, tracer: Tracer = NO_TRACER
) -> Payouts:
    """Return what sends coins through the gateway of this name.

    Args:
        name: as in `GATEWAYS`.
        api_url: the gateway's base address.
        api_key: a key that may withdraw, and is used for nothing else.
        tracer: who is told how long requests take.

    Raises:
        SettingError: there is none, or one of its settings has no form it knows.
    """
    if name not in PAYOUTS:
        raise SettingError("refunds", f"Coins cannot be sent through “{name}”.")
    return PAYOUTS[name](api_url, api_key, tracer=tracer)
