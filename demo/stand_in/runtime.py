"""The stand-in's composition root: the demo's settings in, a Runtime out."""

import logging
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache
from kombu.exceptions import OperationalError

from demo.offer import ASSETS, PAYMENT_WINDOW_MINUTES, QUOTE_MINUTES, RATES
from saleor_cryptopay.core.assets import find_asset
from saleor_cryptopay.core.refund_rules import RefundMode, RefundRules
from saleor_cryptopay.gateways.registry import build_gateway
from saleor_cryptopay.operations.runtime import LatePolicy, Policy, Runtime

from . import tasks
from .desk import StandInDesk
from .post import StandInPost
from .shop import StandInShop
from .surroundings import read_surroundings

logger = logging.getLogger(__name__)

# The same address as in a Saleor.
PLUGIN_PATH: Final = "/plugins/global/saleor_cryptopay/"

# A page that is polled asks for a check of its payment no more often than this.
SECONDS_BETWEEN_CHECKS: Final = 30


def build_runtime() -> Runtime:
    """Put together what the operations need. Asks neither network nor database."""
    around = read_surroundings()
    return Runtime(
        gateway=build_gateway(
            "crypton",
            api_url=around.gateway_url,
            api_key=around.gateway_key,
            webhook_secrets=[around.gateway_secret],
        ),
        shop=StandInShop(
            f"{around.storefront_url}/returned/?transaction={{reference}}"
        ),
        post=StandInPost(),
        clock=_now,
        policies=_policy,
        jobs=CeleryJobs(),
        base_url=f"{around.public_url}{PLUGIN_PATH}",
        desk=StandInDesk(),
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _policy(_channel: str) -> Policy:
    return Policy(
        assets=tuple(find_asset(key) for key in ASSETS),
        rates={(coin, "USD"): Decimal(price) for coin, price in RATES.items()},
        payment_window=timedelta(minutes=PAYMENT_WINDOW_MINUTES),
        quote_life=timedelta(minutes=QUOTE_MINUTES),
        tolerance_percent=Decimal(0),
        confirmations={},
        accept_unconfirmed=False,
        late_payments=LatePolicy.REVIEW,
        complete_checkouts=True,
        cancel_unpaid_orders=True,
        refunds=RefundRules(mode=RefundMode.APPROVAL),
    )


class CeleryJobs:
    """Hands work to the stand-in's worker.

    A broker that is down fails no request: the schedule finds what waits.
    """

    def apply_deliveries(self) -> None:
        """Have stored deliveries applied soon."""
        _hand_over(tasks.apply_deliveries)

    def deliver_effects(self) -> None:
        """Have the outbox delivered soon."""
        _hand_over(tasks.deliver_effects)

    def deliver_messages(self) -> None:
        """Have what people are to be told sent soon."""
        _hand_over(tasks.deliver_messages)

    def check_payment(self, payment_id: UUID) -> None:
        """Have one payment compared with the gateway soon, at most twice a minute."""
        if cache.add(f"check:{payment_id}", 1, SECONDS_BETWEEN_CHECKS):
            _hand_over(tasks.check_payment, str(payment_id))

    def count_workers(self) -> int | None:
        """Tell that nobody can be asked: the broker may be a folder of files."""
        return None


def _hand_over(task: Any, *arguments: str) -> None:
    try:
        task.apply_async(arguments, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("%s could not be handed over: %s", task.name, error)
