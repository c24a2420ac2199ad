"""What the merchant decides about refunds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class RefundMode(StrEnum):
    """Whether coins go back from here, and who has to agree to it."""

    OFF = "off"
    APPROVAL = "approval"  # staff agree to each address
    AUTOMATIC = "automatic"  # what staff asked for goes out once there is an address


class RefundAmount(StrEnum):
    """How many coins a refund of so much money is."""

    COINS = "coins"  # as many as were credited for it
    VALUE = "value"  # as many as the money buys when the refund is asked for


class FeePayer(StrEnum):
    """Who bears the network's fee."""

    SHOP = "shop"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class RefundRules:
    """The merchant's rules for one channel.

    Attributes:
        mode: whether there are refunds, and who agrees.
        amount: how many coins one is.
        fees: who bears the network's fee.
        fee_units: asset key → base units that a customer who bears the fee gets less:
            gateways name no fee before they send, so the merchant does.
        link_life: how long a customer may take to name an address.
    """

    mode: RefundMode = RefundMode.OFF
    amount: RefundAmount = RefundAmount.COINS
    fees: FeePayer = FeePayer.SHOP
    fee_units: Mapping[str, int] = field(default_factory=dict)
    link_life: timedelta = timedelta(days=14)

    def fee_of(self, asset_key: str) -> int:
        """Return the base units to take off for the network's fee."""
        if self.fees is FeePayer.SHOP:
            return 0
        return self.fee_units.get(asset_key, 0)
