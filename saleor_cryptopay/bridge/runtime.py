"""The composition root: settings in, a Runtime for the operations out."""

import functools
import logging
import os
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from celery import current_app
from django.core.cache import cache
from kombu.exceptions import OperationalError
from saleor.core.utils import build_absolute_uri

from saleor_cryptopay.core.telemetry import about
from saleor_cryptopay.gateways.registry import build_gateway
from saleor_cryptopay.operations.runtime import Runtime
from saleor_cryptopay.rates.registry import build_sources

from . import tasks
from .identity import PLUGIN_PATH
from .services.desk import SaleorDesk
from .services.mail import SaleorPost
from .services.tracing import build_tracer
from .services.workers import count_workers
from .settings.configuration import Configuration
from .shops import BothShops

logger = logging.getLogger(__name__)

# A page that is polled asks for a check of its payment no more often than this.
SECONDS_BETWEEN_CHECKS: Final = 30

# An address that stands in for all rate sources, each below its own name: for a
# mirror, where the sources themselves are out of reach, and for tests.
RATE_MIRROR: Final = "CRYPTOPAY_RATE_MIRROR"


def build_runtime(configuration: Configuration) -> Runtime:
    """Put together what the operations need. Asks neither network nor database."""
    if len(configuration.rate_rules.sources) == 1:
        _say_single_source(configuration.rate_rules.sources[0])
    tracer = build_tracer()
    return Runtime(
        gateway=build_gateway(
            configuration.gateway,
            api_url=configuration.api_url,
            api_key=configuration.api_key,
            webhook_secrets=configuration.webhook_secrets,
            tracer=tracer,
        ),
        shop=BothShops(configuration),
        post=SaleorPost(configuration.message_from),
        clock=_now,
        policies=configuration.policy_for,
        jobs=CeleryJobs(),
        base_url=build_absolute_uri(PLUGIN_PATH),
        appearance=configuration.appearance,
        sources=build_sources(
            configuration.rate_rules.sources, os.environ.get(RATE_MIRROR, ""), tracer
        ),
        rate_rules=configuration.rate_rules,
        watch=configuration.watch,
        desk=SaleorDesk(),
        tracer=tracer,
    )


@functools.cache
def _say_single_source(name: str) -> None:
    """Say it once in each process, and so at its start."""
    logger.warning(
        "cryptopay.W603: rates rest on %s alone: nothing contradicts it when it errs.",
        name,
        extra=about(event="cryptopay.W603"),
    )


def _now() -> datetime:
    return datetime.now(UTC)


class CeleryJobs:
    """Hands work to Saleor's workers."""

    def apply_deliveries(self) -> None:
        """Have stored deliveries applied soon."""
        hand_over(tasks.apply_deliveries)

    def deliver_effects(self) -> None:
        """Have the outbox delivered soon."""
        hand_over(tasks.deliver_effects)

    def deliver_messages(self) -> None:
        """Have what people are to be told sent soon."""
        hand_over(tasks.deliver_messages)

    def check_payment(self, payment_id: UUID) -> None:
        """Have one payment compared with the gateway soon, at most twice a minute."""
        key = f"saleor_cryptopay:check:{payment_id}"
        if cache.add(key, 1, SECONDS_BETWEEN_CHECKS):
            hand_over(tasks.check_payment, str(payment_id))

    def count_workers(self) -> int | None:
        """Return how many of Saleor's workers answer within two seconds."""
        return count_workers(current_app)


def hand_over(task: Any, *arguments: str, countdown: int = 0) -> None:
    """Have a worker run a task of ours, after so many seconds.

    A broker that is down does not fail the request that asks: everything that waits
    is also found by the periodic tasks.
    """
    try:
        task.apply_async(arguments, countdown=countdown, retry=False)
    except OperationalError as error:
        logger.warning("No broker takes %s: %s", task.name, error)
