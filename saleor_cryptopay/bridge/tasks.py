"""Celery's entrances: each finds the active plugin and calls one operation.

Every task may run at any time, in any number of processes, and be repeated. A task
that finds the plugin switched off does nothing: what is stored waits.
"""

import logging
from uuid import UUID

from celery import shared_task
from saleor.core.db.connection import allow_writer

from saleor_cryptopay.core.errors import GatewayError, SettingError
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import expiry, intake, outbox, reconciliation
from saleor_cryptopay.operations.runtime import Runtime

from .app_row import ensure_app

logger = logging.getLogger(__name__)


def _runtime() -> Runtime | None:
    from .plugin import active_runtime  # noqa: PLC0415 - the plugin imports this module

    try:
        return active_runtime()
    except SettingError as error:
        logger.error("The plugin's settings cannot be used: %s", error)  # noqa: TRY400
        return None


@shared_task(name="saleor_cryptopay.apply_deliveries", ignore_result=True)
@allow_writer()
def apply_deliveries() -> None:
    """Apply the webhooks that wait, then tell the shop what they changed."""
    if runtime := _runtime():
        intake.apply_deliveries(runtime)


@shared_task(name="saleor_cryptopay.deliver_effects", ignore_result=True)
@allow_writer()
def deliver_effects() -> None:
    """Tell the shop what the ledger decided."""
    if runtime := _runtime():
        outbox.deliver_effects(runtime)


@shared_task(name="saleor_cryptopay.reconcile", ignore_result=True)
@allow_writer()
def reconcile() -> None:
    """Find by polling what the webhooks lost, then close what is due."""
    if runtime := _runtime():
        try:
            reconciliation.reconcile(runtime)
            expiry.expire_due(runtime)
        except GatewayError as error:
            logger.warning("The gateway did not answer the poll: %s", error)


@shared_task(name="saleor_cryptopay.check_payment", ignore_result=True)
@allow_writer()
def check_payment(payment_id: str) -> None:
    """Compare one payment with the gateway, and expire it if it is due."""
    if runtime := _runtime():
        try:
            reconciliation.check_payment(UUID(payment_id), runtime)
            expiry.expire_due(runtime)
        except GatewayError as error:
            logger.warning("The gateway did not answer the poll: %s", error)
        except Payment.DoesNotExist:
            logger.warning("Payment %s does not exist (any more).", payment_id)


@shared_task(name="saleor_cryptopay.expire", ignore_result=True)
@allow_writer()
def expire() -> None:
    """Close what nobody paid before its deadline."""
    if runtime := _runtime():
        expiry.expire_due(runtime)


@shared_task(name="saleor_cryptopay.keep_connections", ignore_result=True)
@allow_writer()
def keep_connections() -> None:
    """Heal what staff or the gateway removed: the App row, the webhook."""
    if runtime := _runtime():
        ensure_app()
        url = f"{runtime.base_url}webhooks/{runtime.gateway.name}/"
        try:
            runtime.gateway.register_webhook(url)
        except GatewayError as error:
            logger.warning("The webhook %s could not be registered: %s", url, error)
