"""The composition root: settings in, a Runtime for the operations out."""

import logging
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache
from kombu.exceptions import OperationalError
from saleor.core.utils import build_absolute_uri

from saleor_cryptopay.gateways.registry import build_gateway
from saleor_cryptopay.operations.runtime import Runtime

from . import tasks
from .configuration import Configuration
from .identity import PLUGIN_PATH
from .shop import SaleorShop

logger = logging.getLogger(__name__)

# A page that is polled asks for a check of its payment no more often than this.
SECONDS_BETWEEN_CHECKS: Final = 30


def build_runtime(configuration: Configuration) -> Runtime:
    """Put together what the operations need. Asks neither network nor database."""
    return Runtime(
        gateway=build_gateway(
            configuration.gateway,
            api_url=configuration.api_url,
            api_key=configuration.api_key,
            webhook_secrets=configuration.webhook_secrets,
        ),
        shop=SaleorShop(configuration),
        clock=_now,
        policies=configuration.policy_for,
        jobs=CeleryJobs(),
        base_url=build_absolute_uri(PLUGIN_PATH),
    )


def _now() -> datetime:
    return datetime.now(UTC)


class CeleryJobs:
    """Hands work to Saleor's workers.

    A broker that is down must not fail the request that asks: everything that waits
    is also found by the periodic tasks.
    """

    def apply_deliveries(self) -> None:
        """Have stored deliveries applied soon."""
        _hand_over(tasks.apply_deliveries)

    def deliver_effects(self) -> None:
        """Have the outbox delivered soon."""
        _hand_over(tasks.deliver_effects)

    def check_payment(self, payment_id: UUID) -> None:
        """Have one payment compared with the gateway soon, at most twice a minute."""
        key = f"saleor_cryptopay:check:{payment_id}"
        if cache.add(key, 1, SECONDS_BETWEEN_CHECKS):
            _hand_over(tasks.check_payment, str(payment_id))


def _hand_over(task: Any, *arguments: str) -> None:
    try:
        task.apply_async(arguments, retry=False)
    except OperationalError as error:
        logger.warning("No broker takes %s: %s", task.name, error)
